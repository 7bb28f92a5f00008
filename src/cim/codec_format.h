#pragma once

#include <cstddef>
#include <cstdint>

// The numbers of the encoded form of objects: docs/formats/instance-block.md.
namespace openwmi::cim::codec_format {

inline constexpr std::uint32_t instance_magic = 0x4f494d57;  // "WMIO"
inline constexpr std::uint32_t class_magic = 0x43494d57;     // "WMIC"
inline constexpr std::uint16_t version = 1;

// What kind of embedded object follows.
inline constexpr std::uint8_t class_tag = 1;
inline constexpr std::uint8_t instance_tag = 2;

// What an instance comes with besides its block.
inline constexpr std::uint8_t has_origin = 1;
inline constexpr std::uint8_t has_projection = 2;
inline constexpr std::uint8_t has_qualifiers = 4;
inline constexpr std::uint8_t has_property_qualifiers = 8;
inline constexpr std::uint8_t known_flags = 15;

// Flavors, with the bits of WBEM_FLAVOR_TYPE (COM-153).
inline constexpr std::uint8_t propagated_flavor = 0x20;
inline constexpr std::uint8_t known_flavors = 0x1 | 0x2 | 0x10 | 0x20 | 0x80;

inline constexpr std::uint8_t array_flag = 1;

// What a value is, where no layout says it: the number of its Family, and for an array this bit.
inline constexpr std::uint8_t array_tag = 0x80;
inline constexpr std::uint8_t family_mask = 0x7f;

// The least bytes that one of these takes, for counts that a stranger wrote.
inline constexpr std::size_t least_qualifier = 9;
inline constexpr std::size_t least_property = 16;  // or parameter
inline constexpr std::size_t least_method = 19;
inline constexpr std::size_t least_property_qualifiers = 8;
inline constexpr std::size_t least_object = 6;

}  // namespace openwmi::cim::codec_format
