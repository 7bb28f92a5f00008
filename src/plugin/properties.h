#pragma once

#include <wbemprov.h>

#include <string>

#include "com/ptr.h"
#include "provider/provider.h"

namespace openwmi::plugin {

// COM-172. Empty where the stranger has no value (WBEM_S_FALSE). Fails with what he reports, and
// with TypeMismatch or ValueOutOfRange where the property cannot hold what he gives.
Result<std::optional<cim::Value>> get_property(const std::string& provider,
                                               const com::Ptr<IWbemPropertyProvider>& stranger,
                                               const provider::PropertyAddress& address,
                                               cim::Type type);
// ProviderFailure where the stranger does not take the value (WBEM_S_FALSE).
Result<> put_property(const std::string& provider, const com::Ptr<IWbemPropertyProvider>& stranger,
                      const provider::PropertyAddress& address, const cim::Value& value,
                      cim::Type type);

}  // namespace openwmi::plugin
