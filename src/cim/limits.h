#pragma once

#include <cstddef>

namespace openwmi::cim {

// What a stranger can make grow, and how far. Names and properties: COM-043, COM-045, OD-064;
// nesting: COM-013, OD-065; the others are ours.
inline constexpr std::size_t max_name_length = 255;  // UTF-16 units
inline constexpr std::size_t max_properties = 1024;  // of a class, inherited ones included
inline constexpr std::size_t max_keys = 256;
inline constexpr std::size_t max_methods = 1024;
inline constexpr std::size_t max_parameters = 1024;
inline constexpr std::size_t max_qualifiers = 1024;  // of one element
inline constexpr std::size_t max_ancestors = 255;
inline constexpr std::size_t max_nesting = 64;  // objects within objects, the outermost included
// One object with all that is embedded in it, each reference counted.
inline constexpr std::size_t max_object_bytes = std::size_t{64} << 20;

}  // namespace openwmi::cim
