#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/result.h"

namespace openwmi::cli {

// The scenario that shows what an answer to /v1/explain says of its newest event, classes included:
// `openwmi test` reads it. It was run once, here and now, and held. Fails with NotFound where there
// is no event, and where the verdict does not come out the same.
Result<std::string> scenario_of(const nlohmann::ordered_json& explanation);

}  // namespace openwmi::cli
