#pragma once

#include <cstddef>
#include <string_view>

// What namespace paths and object paths share at the level of characters.
namespace openwmi::cim::path_text {

inline constexpr std::size_t max_units = 0x2000;  // WBEM_MAX_PATH, in UTF-16 units (COM-013)

constexpr bool is_slash(char c) {
    return c == '\\' || c == '/';
}

constexpr bool starts_with_two_slashes(std::string_view text) {
    return text.size() >= 2 && is_slash(text[0]) && is_slash(text[1]);
}

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// -1 when it is none.
constexpr int hex_digit(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// The "[fe80::1%eth0]" that the text starts with, or nothing: the one place where a colon belongs
// to the server's name.
constexpr std::string_view bracketed_address(std::string_view text) {
    const auto end = text.find(']');
    if (!text.starts_with('[') || end == text.npos || end == 1) return {};
    for (const char c : text.substr(1, end - 1)) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !is_digit(c) && c != ':' && c != '.' && c != '%') return {};
    }
    return text.substr(0, end + 1);
}

}  // namespace openwmi::cim::path_text
