#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "cim/instance.h"
#include "cim/namespace_path.h"
#include "cim/object_path.h"
#include "eventing/engine.h"
#include "eventing/poller.h"
#include "wql/explain.h"

namespace openwmi::core {

struct ServiceState;

// An event that nobody raised, for a question about it.
struct SupposedEvent {
    cim::InstancePtr event;
    cim::NamespacePath name_space;  // where it would occur
};

// Why a filter fires, or does not: made when it is asked for, from the last events of its class
// (decision 11). Value.
struct FilterExplanation {
    // Something that keeps events from consumers, or may, or costs more than it need.
    struct Cause {
        std::string code;  // for programs: "disabled", "wrong-namespace", "null", …
        std::string text;
        bool certain = true;  // false: it may be meant so
    };
    // What the filter says of one event.
    struct Verdict {
        std::uint64_t id = 0;  // 0: a supposed one
        base::WallTime created;
        cim::NamespacePath name_space;
        cim::InstancePtr event;
        wql::Explanation why;
        bool before = false;   // it was raised before the filter was live
        std::string withheld;  // why it reaches no consumer although it meets the condition
    };
    // Events that the filter does not ask for, by class and namespace.
    struct Elsewhere {
        std::string name_space;
        std::string event_class;
        std::string object_class;  // may be empty
        std::uint64_t seen = 0;
    };

    eventing::FilterReport filter;
    std::vector<eventing::Poller::Cost> polls;
    std::vector<Cause> causes;      // the most important first; none: everything is well
    std::vector<Verdict> verdicts;  // the newest event first
    std::uint64_t passed = 0;       // of these
    std::vector<Elsewhere> elsewhere;
};

// With a supposed event the verdict is about it alone. Fails with NotFound where no such filter is
// stored. Looks at 64 events at most.
Result<FilterExplanation> explain_filter(const ServiceState& service, const cim::NamespacePath& ns,
                                         const cim::ObjectPath& filter,
                                         const std::optional<SupposedEvent>& supposed);

}  // namespace openwmi::core
