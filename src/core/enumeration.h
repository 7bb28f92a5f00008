#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "core/completion.h"
#include "core/partial.h"
#include "core/provider_calls.h"
#include "core/service_state.h"

namespace openwmi::core {

// Which objects of a class to give, and in what form.
struct Enumeration {
    cim::NamespacePath name_space;
    cim::ClassPtr cls;
    Depth depth = Depth::Deep;
    // Null for an object that is not wanted.
    std::function<cim::ObjectPtr(const cim::InstancePtr&)> select;
    Caller caller;
    std::optional<PartialGet> partial = {};  // of stored instances; providers trim theirs
    // Classes below that the repository does not have: those of class providers.
    std::vector<cim::ClassPtr> provided = {};
};

// Gives the stored instances on this thread, page by page (those with properties that providers
// keep on the executor for calls), then those of dynamic classes, each from its provider: loading
// happens on the executor for calls, answers arrive on the provider's threads, one class after the
// other.
void enumerate(const std::shared_ptr<ServiceState>& service, Enumeration enumeration,
               Completion completion);

}  // namespace openwmi::core
