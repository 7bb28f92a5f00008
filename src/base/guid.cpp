#include "base/guid.h"

#include <sys/random.h>

#include <cstddef>

#include "base/check.h"

namespace openwmi::base {
namespace {

constexpr std::size_t text_length = 36;

constexpr bool is_dash_position(std::size_t at) {
    return at == 8 || at == 13 || at == 18 || at == 23;
}

std::optional<unsigned> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
    return std::nullopt;
}

}  // namespace

Guid Guid::random() {
    Guid guid;
    // Up to 256 bytes the kernel delivers whole and is not interrupted.
    const ssize_t read = getrandom(guid.bytes.data(), guid.bytes.size(), 0);
    WMI_CHECK(read == static_cast<ssize_t>(guid.bytes.size()), "the kernel has a random generator");
    guid.bytes[6] = static_cast<std::uint8_t>((guid.bytes[6] & 0x0F) | 0x40);  // version 4
    guid.bytes[8] =
        static_cast<std::uint8_t>((guid.bytes[8] & 0x3F) | 0x80);  // variant of RFC 4122
    return guid;
}

std::optional<Guid> Guid::parse(std::string_view text) {
    if (text.size() == text_length + 2 && text.front() == '{' && text.back() == '}') {
        text = text.substr(1, text_length);
    }
    if (text.size() != text_length) return std::nullopt;
    Guid guid;
    std::size_t nibbles = 0;
    for (std::size_t at = 0; at < text_length; ++at) {
        if (is_dash_position(at)) {
            if (text[at] != '-') return std::nullopt;
            continue;
        }
        const auto digit = hex_digit(text[at]);
        if (!digit) return std::nullopt;
        auto& byte = guid.bytes[nibbles++ / 2];
        byte = static_cast<std::uint8_t>(byte * 16u + *digit);
    }
    return guid;
}

std::string Guid::text() const {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string text = "{";
    for (const std::uint8_t byte : bytes) {
        if (is_dash_position(text.size() - 1)) text.push_back('-');
        text.push_back(digits[byte >> 4]);
        text.push_back(digits[byte & 0x0F]);
    }
    text.push_back('}');
    return text;
}

}  // namespace openwmi::base
