#pragma once

#include <cstdint>
#include <string>

#include "cim/object.h"
#include "wql/bound_query.h"
#include "wql/truth.h"

namespace openwmi::wql {

// Whether the query is about objects of that class at all: it is the class after FROM or derived
// from it. Always true of schema queries.
bool is_about(const BoundQuery& query, const cim::Class& cls);

// Class and condition: an instance for event and data queries, a class for schema queries.
Truth evaluate(const BoundQuery& query, const cim::Object& object);

// The condition alone, for those who know that is_about holds: what matching an event costs.
// Allocates nothing, except for datetimes of different zones and system properties other than
// __CLASS, __SUPERCLASS and __DYNASTY.
Truth evaluate_condition(const BoundQuery& query, const cim::Object& object);

// The instance with the properties that the query selects; the same one for *. An embedded object
// that is selected in part is selected as a whole (OD-015, OD-016). With its keys an object has its
// path (WBEM_FLAG_ENSURE_LOCATABLE).
enum class Keys : std::uint8_t { AsSelected, Always };
cim::InstancePtr project(const BoundQuery& query, const cim::InstancePtr& instance,
                         Keys keys = Keys::AsSelected);

// Equal exactly for events that belong into one aggregate (WQL-061).
std::string group_key(const BoundGroup& group, const cim::Object& event);
// HAVING; true where there is none.
bool passes_having(const BoundGroup& group, std::uint32_t number_of_events);

}  // namespace openwmi::wql
