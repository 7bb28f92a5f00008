#pragma once

#include "core/completion.h"
#include "core/service_state.h"

namespace openwmi::core {

struct MethodRequest {
    SessionPlace caller;
    cim::ObjectPath path;  // of an instance, or of the class for a static method
    cim::Name method;
    cim::InstancePtr in;  // null: no in-parameters
    CallOptions call;
};

// Calls a method of a class or instance (COM-061 to 063). Unless the method says Bypass_GetObject,
// the instance is looked up first: then the most derived class decides who implements the method.
// The nearest class on the way up whose own declaration says [Implemented] does; its provider is
// asked, for a path that names this class. Fails: InvalidClass, NotFound, InvalidMethod (also for
// an instance method of a class and the other way round), MethodDisabled, MethodNotImplemented,
// InvalidMethodParameters, ProviderNotFound, ProviderNotCapable, what the provider reports, and
// ProviderFailure for out-parameters that the method does not declare. The methods of
// __SystemSecurity are the service's own.
void call_method(const std::shared_ptr<ServiceState>& service, const MethodRequest& request,
                 Completion completion);

}  // namespace openwmi::core
