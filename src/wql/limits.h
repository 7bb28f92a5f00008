#pragma once

#include <cstddef>
#include <cstdint>

namespace openwmi::wql {

// What a query may take. Beyond these it is refused with QuotaViolation (WQL-016, WQL-017).
inline constexpr std::size_t max_query_units = 16384;  // UTF-16 units: WBEM_MAX_QUERY
inline constexpr std::size_t max_terms = 2048;         // predicates in WHERE
inline constexpr std::size_t max_depth = 64;           // parentheses and NOTs within each other
inline constexpr std::size_t max_listed = 1024;  // properties after SELECT, BY: those of a class
inline constexpr std::uint64_t max_examined = 50'000'000;  // objects that a data query looks at

}  // namespace openwmi::wql
