#pragma once

#include <string>
#include <vector>

#include "nt_event_log/event_record.h"

struct IWbemClassObject;

namespace openwmi::consumers {

struct EntryOutcome {
    EventRecord record;  // still without a number
    // What the event lacks of what the definition asks for, for a trace; the record is written
    // without it (OD-074).
    std::vector<std::string> remarks;
};

// What an NTEventLogEventConsumer says of an event at that time. Throws openwmi::error for a
// definition that cannot be carried out.
//
// NameOfRawDataProperty names a uint8 array, NameOfUserSidProperty one or a string (S-1-...); as in
// templates, TargetInstance.Name reaches into an embedded object. UNCServerName is NULL, empty or
// this computer's name.
EntryOutcome entry_for(IWbemClassObject* consumer, IWbemClassObject* event,
                       std::chrono::system_clock::time_point time);

}  // namespace openwmi::consumers
