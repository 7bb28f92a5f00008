#pragma once

#include <functional>
#include <vector>

#include "base/executor.h"
#include "core/completion.h"
#include "core/service_state.h"

namespace openwmi::core {

// Which objects of a class to give, and in what form.
struct Enumeration {
    cim::NamespacePath name_space;
    cim::ClassPtr cls;
    Depth depth = Depth::Deep;
    // Null for an object that is not wanted.
    std::function<cim::ObjectPtr(const cim::InstancePtr&)> select;
    cim::CallContextPtr sent;  // along to providers
    // Classes below that the repository does not have: those of class providers.
    std::vector<cim::ClassPtr> provided = {};
};

// Gives the stored instances on this thread, page by page, then those of dynamic classes, each from
// its provider: loading happens on the executor for calls, answers arrive on the provider's
// threads, one class after the other.
void enumerate(const std::shared_ptr<ServiceState>& service, Enumeration enumeration,
               Completion completion);

// The provider of a dynamic class, as a place to send one call to. Runs `call` on the executor for
// calls.
void call_provider(
    const std::shared_ptr<ServiceState>& service, const cim::NamespacePath& ns,
    const cim::ClassPtr& cls, Completion completion,
    std::function<Result<>(provider::Provider&, std::shared_ptr<provider::ObjectSink>)> call);

}  // namespace openwmi::core
