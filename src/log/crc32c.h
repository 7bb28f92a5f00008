#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace openwmi::log {

// CRC-32C (Castagnoli) of the bytes, continuing from that of what came before them.
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before = 0);

}  // namespace openwmi::log
