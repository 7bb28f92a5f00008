#pragma once

#include "base/result.h"
#include "cim/instance.h"
#include "cim/method_signature.h"

namespace openwmi::core {

// The in-parameters that a caller sends, as an instance of the method's own signature class: null
// when the method has none. What is missing must be optional or have a default. Fails with
// InvalidMethodParameters, saying which parameter is wrong (COM-062).
Result<cim::InstancePtr> admit_in_parameters(const cim::Method& method,
                                             const cim::MethodSignature& signature,
                                             const cim::InstancePtr& in);

// The out-parameters that a provider gives, the same way round. Fails with ProviderFailure.
Result<cim::InstancePtr> admit_out_parameters(const cim::Method& method,
                                              const cim::MethodSignature& signature,
                                              const cim::InstancePtr& out);

}  // namespace openwmi::core
