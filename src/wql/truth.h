#pragma once

#include <cstdint>
#include <string_view>

namespace openwmi::wql {

// SQL's three values: a comparison with NULL is Unknown, and so is what follows from it. Only True
// lets an object pass.
enum class Truth : std::uint8_t { False, True, Unknown };

constexpr Truth truth_of(bool value) {
    return value ? Truth::True : Truth::False;
}

constexpr Truth operator!(Truth truth) {
    if (truth == Truth::Unknown) return truth;
    return truth == Truth::True ? Truth::False : Truth::True;
}

constexpr std::string_view to_text(Truth truth) {
    if (truth == Truth::Unknown) return "NULL";
    return truth == Truth::True ? "TRUE" : "FALSE";
}

}  // namespace openwmi::wql
