#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "base/result.h"

// JSON text into a document that is safe to walk; for the .cpp files of this room only.
namespace openwmi::json {

// Deeper than objects may be nested (each takes a level for itself and one for an array of them).
inline constexpr int max_depth = 160;

// Fails with InvalidParameter: no JSON, too large, nested too deeply, a member twice.
Result<nlohmann::json> parse_document(std::string_view text, std::size_t max_bytes);

// Where a value stands, as a JSON pointer; a chain on the stack of the walk.
struct Place {
    const Place* parent = nullptr;
    std::string_view member;

    std::string text() const;  // "/TargetInstance/Temp", "/" for the document itself
};

// "the string \"hot\"", "an object": what came instead of what was expected.
std::string describe(const nlohmann::json& value);

}  // namespace openwmi::json
