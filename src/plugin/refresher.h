#pragma once

#include <wbemprov.h>

#include <memory>
#include <string>

#include "com/ptr.h"
#include "provider/provider.h"

namespace openwmi::plugin {

// The interface of a stranger's high-performance provider, and what it is called with.
struct HighPerformanceProvider {
    std::string name;
    com::Ptr<IWbemHiPerfProvider> object;
    com::Ptr<IWbemServices> services;  // the provider's way into the service
};

// Asks the stranger for a refresher (COM-173). Fails with what it reports, and with ProviderFailure
// when it claims success and gives nothing.
Result<std::unique_ptr<provider::Refresher>> make_refresher(HighPerformanceProvider provider);

// Instances in which the provider fills in the rest, in this order.
Result<std::vector<cim::InstancePtr>> fill_objects(const HighPerformanceProvider& provider,
                                                   const std::vector<cim::InstancePtr>& keys,
                                                   const cim::CallContextPtr& sent);

}  // namespace openwmi::plugin
