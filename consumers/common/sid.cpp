#include "common/sid.h"

namespace openwmi::consumers {

std::string Sid::text() const {
    std::string text = "S-1-" + std::to_string(authority);
    for (const std::uint32_t part : parts) text += '-' + std::to_string(part);
    return text;
}

std::optional<Sid> parse_sid(const std::vector<std::uint8_t>& bytes) {
    constexpr std::size_t header = 8;
    if (bytes.size() < header || bytes[0] != 1 || bytes[1] > 15 ||
        bytes.size() != header + std::size_t{4} * bytes[1]) {
        return std::nullopt;
    }
    Sid sid;
    for (std::size_t i = 2; i < header; ++i) sid.authority = sid.authority << 8 | bytes[i];
    for (std::size_t i = header; i < bytes.size(); i += 4) {
        sid.parts.push_back(static_cast<std::uint32_t>(bytes[i]) |
                            static_cast<std::uint32_t>(bytes[i + 1]) << 8 |
                            static_cast<std::uint32_t>(bytes[i + 2]) << 16 |
                            static_cast<std::uint32_t>(bytes[i + 3]) << 24);
    }
    return sid;
}

bool is_sid_text(std::string_view text) {
    return text.size() > 4 && text.substr(0, 4) == "S-1-" && text.back() != '-' &&
           text.find("--") == std::string_view::npos &&
           text.find_first_not_of("0123456789-", 4) == std::string_view::npos;
}

}  // namespace openwmi::consumers
