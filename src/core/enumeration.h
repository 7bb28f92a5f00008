#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/completion.h"
#include "core/partial.h"
#include "core/provider_calls.h"
#include "core/service_state.h"
#include "core/work.h"

namespace openwmi::core {

// What spares work. Whatever comes is looked at by `select` all the same.
struct Shortcuts {
    std::vector<repository::Condition> conditions = {};  // that stored instances meet
    // Of these classes and of none below them, instead of the one enumerated.
    std::optional<std::vector<cim::ClassPtr>> exactly = {};
    // The only instance of the class that there can be, if only one can.
    std::function<std::optional<cim::ObjectPath>(const cim::Class&)> path = {};
    // What to ask the provider of the class, if it declares that level of queries (SYS-095).
    std::string_view level = {};
    std::function<std::string(const cim::Class&)> query = {};
};

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
    Shortcuts shortcuts = {};
    std::shared_ptr<Work> work = {};  // what may be looked at; null: everything
};

// Gives the stored instances on this thread, page by page (those with properties that providers
// keep on the executor for calls), then those of dynamic classes, each from its provider: loading
// happens on the executor for calls, answers arrive on the provider's threads, one class after the
// other. A provider that finds a query too complex, or gives no single instance, is asked for all
// (OD-083).
void enumerate(const std::shared_ptr<ServiceState>& service, Enumeration enumeration,
               Completion completion);

}  // namespace openwmi::core
