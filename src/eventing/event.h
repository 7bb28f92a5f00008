#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.h"
#include "cim/instance.h"
#include "cim/namespace_path.h"
#include "security/identity.h"

namespace openwmi::eventing {

// Who raised an event: shown to people, and what EventAccess will be checked against.
struct Raiser {
    std::string name;  // "repository", "timer", or the provider's Name
    security::Identity identity;
};

// What the events of one timer have in common: a firing whose predecessor still waits for its
// consumer joins it (SYS-047), or is skipped (SYS-044). Immutable.
struct TimerMark {
    bool skip_if_passed = false;
};

// An instance on its way: immutable and shared by all queues that hold it.
struct Event {
    cim::InstancePtr instance;  // TIME_CREATED is set and unique (SYS-052, OD-022)
    cim::NamespacePath name_space;
    std::uint64_t id = 0;  // unique in this service's life, rising in the order of acceptance
    base::WallTime created;
    std::shared_ptr<const Raiser> raiser;
    std::shared_ptr<const TimerMark> timer;  // null: not a timer's
    unsigned depth = 0;  // raised from within this many deliveries (decision 9: refused beyond 8)
    // One of the service's own (MSFT_WmiSelfEvent), or raised while one of these was delivered.
    bool self_event = false;
};
using EventPtr = std::shared_ptr<const Event>;

}  // namespace openwmi::eventing
