#pragma once

#include <string>
#include <vector>

#include "core/explanation.h"

namespace openwmi::core {

// What keeps the filter from being live at all: state, query, classes, bindings, sources.
std::vector<FilterExplanation::Cause> causes_of_state(const ServiceState& service,
                                                      const eventing::FilterReport& filter);
// What the events that there were, or were not, say of it.
std::vector<FilterExplanation::Cause> causes_of_verdicts(const FilterExplanation& explanation);

}  // namespace openwmi::core
