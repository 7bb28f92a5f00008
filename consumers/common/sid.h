#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openwmi::consumers {

// A security identifier. Value.
struct Sid {
    std::uint64_t authority = 0;
    std::vector<std::uint32_t> parts;  // 15 at most

    std::string text() const;  // S-1-authority-part-part
};

// The binary form: revision, number of parts, authority (big-endian), parts (little-endian).
std::optional<Sid> parse_sid(const std::vector<std::uint8_t>& bytes);
// Whether it looks like what text() writes.
bool is_sid_text(std::string_view text);

}  // namespace openwmi::consumers
