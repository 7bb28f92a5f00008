#pragma once

#include <cstddef>
#include <cstdint>

#include "cim/layout.h"

// Where things stand in an instance block: docs/formats/instance-block.md.
namespace openwmi::cim::block_format {

inline constexpr std::uint32_t magic = 0x42494d57;  // "WMIB"
inline constexpr std::uint16_t version = 1;

inline constexpr std::size_t magic_at = 0;
inline constexpr std::size_t version_at = 4;
inline constexpr std::size_t reserved_at = 6;
inline constexpr std::size_t size_at = 8;
inline constexpr std::size_t embedded_at = 12;
inline constexpr std::size_t hash_at = 16;
inline constexpr std::size_t header_bytes = 32;

inline constexpr std::uint8_t null_bit = 1;
inline constexpr std::uint8_t default_bit = 2;

inline std::size_t slots_at(const Layout& layout) {
    return (header_bytes + layout.bitmap_bytes() + 7) & ~std::size_t{7};
}
inline std::size_t heap_at(const Layout& layout) {
    return slots_at(layout) + layout.slot_bytes();
}

}  // namespace openwmi::cim::block_format
