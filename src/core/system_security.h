#pragma once

#include "core/completion.h"
#include "core/methods.h"
#include "core/service_state.h"

namespace openwmi::core {

// The methods of __SystemSecurity, on the class or on its instance =@ (SYS-119 to 124). They work
// on the descriptor of the request's namespace. Fails: InvalidMethod, InvalidMethodParameters,
// AccessDenied (READ_CONTROL, WRITE_DAC), MethodDisabled (Get9XUserList, Set9XUserList), and for a
// descriptor that cannot be one InvalidObject and InvalidParameter (SYS-122).
void call_system_security(ServiceState& service, const MethodRequest& request,
                          Completion completion);

}  // namespace openwmi::core
