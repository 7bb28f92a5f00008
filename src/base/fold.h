#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace openwmi::base {

// The one case folding of the product (Unicode simple case folding): it decides the equality of
// names and keys, their hashes, string comparison in WQL and LIKE. Text that is not valid UTF-8
// folds as if its bad bytes were U+FFFD.

char32_t fold(char32_t code_point);
std::string fold(std::string_view text);
bool fold_equal(std::string_view a, std::string_view b);
std::strong_ordering fold_compare(std::string_view a, std::string_view b);  // by folded code points
std::uint64_t fold_hash(std::string_view text);
bool fold_starts_with(std::string_view text, std::string_view prefix);

// The version of the Unicode table, recorded in every store, because keys depend on it.
std::string_view fold_version();

}  // namespace openwmi::base
