#pragma once

#include <string>

#include "base/clock.h"
#include "cim/instance.h"
#include "eventing/event.h"

namespace openwmi::http {

// "2026-01-31T23:59:59.123456Z"
std::string iso_time(base::WallTime time);

// What identifies an event to people, as a JSON object: its first properties that are neither NULL
// nor bookkeeping, long texts cut; an embedded object is an object in turn, one level deep.
std::string summary(const cim::Instance& event);

// The members "id", "class", "namespace" and "properties" of a line about an event, without braces.
std::string event_members(const eventing::Event& event);

}  // namespace openwmi::http
