#pragma once

#include "core/completion.h"
#include "core/service_state.h"

namespace openwmi::core {

struct MethodRequest {
    cim::NamespacePath name_space;
    cim::ObjectPath path;  // of an instance, or of the class for a static method
    cim::Name method;
    cim::InstancePtr in;  // null: no in-parameters
    CallOptions call;
};

// Calls a method of a class or instance (COM-061 to 063).
void call_method(const std::shared_ptr<ServiceState>& service, const MethodRequest& request,
                 Completion completion);

}  // namespace openwmi::core
