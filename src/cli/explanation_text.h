#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>

#include "cli/terminal.h"

namespace openwmi::cli {

// The answer to /v1/explain in the words of people: what the filter is and costs, what stands in
// its way, and the conditions of the last events, of `trees` at most, with the value of everything
// in them.
void print_explanation(const Terminal& terminal, const nlohmann::ordered_json& explanation,
                       std::size_t trees);

}  // namespace openwmi::cli
