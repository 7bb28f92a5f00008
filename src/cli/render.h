#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "cli/terminal.h"

namespace openwmi::cli {

// A diagnostic as base::render wrote it, in colour: where, error or warning, the marker.
std::string painted_diagnostic(const Terminal& terminal, std::string_view text);

// A value of an object, on one line: text as it is, {a, b} for arrays, X{…} for objects, NULL.
std::string value_text(const nlohmann::ordered_json& value);

// An object, a property a line; of a class, the types of its properties.
std::string object_block(const Terminal& terminal, const nlohmann::ordered_json& object);

// An object on one line: Name=x ProcessId=12. What is NULL is left out.
std::string object_line(const nlohmann::ordered_json& object);

}  // namespace openwmi::cli
