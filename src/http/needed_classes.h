#pragma once

#include <string>

#include "cim/schema.h"
#include "core/explanation.h"

namespace openwmi::http {

// The MOF of the classes that the filter's query and the newest event of its explanation need,
// superclasses first, system classes left out: whoever compiles it can ask the same question
// elsewhere.
std::string needed_classes(const core::FilterExplanation& explanation, const cim::Schema& schema);

}  // namespace openwmi::http
