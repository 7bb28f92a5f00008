#pragma once

#include "cim/instance.h"
#include "eventing/clock_reading.h"
#include "wql/bound_query.h"

namespace openwmi::eventing {

// The event that a clock raises when it has moved on to that second (W32-015).
cim::InstancePtr clock_event(const cim::ClassPtr& cls, ClockKind kind, base::WallTime second);

// The next second in which a clock fulfils a query.
struct NextReading {
    base::WallTime time;
    bool matches = false;  // false: certainly not before `time`; ask again then
};

// Looks for it without trying each second: of a day, an hour or a minute in which the query cannot
// be fulfilled, whatever the rest of the reading, no more is looked at (three-valued logic: what is
// not known yet is NULL). Bounded in work. `from` is a whole second.
NextReading next_reading(const wql::BoundQuery& query, const cim::ClassPtr& cls, ClockKind kind,
                         base::WallTime from);

}  // namespace openwmi::eventing
