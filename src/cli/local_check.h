#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "cli/verbs.h"
#include "wql/query.h"

namespace openwmi::cli {

// Is this a query? Says what is wrong with it, and where, before anybody is asked.
bool is_correct(const Setting& setting, const std::string& query);

// The error that ends a stream of lines: {"error":{…}}.
std::optional<Error> error_in(const nlohmann::ordered_json& line);

}  // namespace openwmi::cli
