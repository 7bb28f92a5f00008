#include "base/text.h"

#include <cstdint>
#include <cstring>

namespace openwmi::base {
namespace {

constexpr char32_t replacement = 0xFFFD;
constexpr char32_t last_code_point = 0x10FFFF;

constexpr bool is_surrogate(char32_t c) {
    return c >= 0xD800 && c <= 0xDFFF;
}
constexpr bool is_high_surrogate(char32_t c) {
    return c >= 0xD800 && c <= 0xDBFF;
}
constexpr bool is_low_surrogate(char32_t c) {
    return c >= 0xDC00 && c <= 0xDFFF;
}
constexpr char32_t valid_or_replacement(char32_t c) {
    return c > last_code_point || is_surrogate(c) ? replacement : c;
}

// What may follow a lead byte: how many bytes, and the range of the first of them, which is where
// overlong forms, surrogates and values past U+10FFFF are excluded (Unicode, table 3-7).
struct Lead {
    int following;  // 0: not a lead byte
    std::uint8_t first_low;
    std::uint8_t first_high;
};

constexpr Lead lead_of(std::uint8_t byte) {
    if (byte >= 0xC2 && byte <= 0xDF) return {1, 0x80, 0xBF};
    if (byte == 0xE0) return {2, 0xA0, 0xBF};
    if (byte == 0xED) return {2, 0x80, 0x9F};
    if (byte >= 0xE1 && byte <= 0xEF) return {2, 0x80, 0xBF};
    if (byte == 0xF0) return {3, 0x90, 0xBF};
    if (byte >= 0xF1 && byte <= 0xF3) return {3, 0x80, 0xBF};
    if (byte == 0xF4) return {3, 0x80, 0x8F};
    return {0, 0, 0};
}

// Reads one code point, or the longest beginning of one that is not valid. False in the second
// case.
bool read(std::string_view text, std::size_t& at, char32_t& code_point) {
    const auto byte = static_cast<std::uint8_t>(text[at++]);
    code_point = byte;
    if (byte < 0x80) return true;
    code_point = replacement;
    const Lead lead = lead_of(byte);
    if (lead.following == 0) return false;
    // The lead byte keeps 5, 4 or 3 bits.
    auto value = static_cast<char32_t>(byte & (0x3F >> lead.following));
    std::uint8_t low = lead.first_low;
    std::uint8_t high = lead.first_high;
    for (int i = 0; i < lead.following; ++i) {
        if (at >= text.size()) return false;
        const auto next = static_cast<std::uint8_t>(text[at]);
        if (next < low || next > high) return false;
        value = value << 6 | (next & 0x3Fu);
        low = 0x80;
        high = 0xBF;
        ++at;
    }
    code_point = value;
    return true;
}

char32_t next_code_point(std::u16string_view text, std::size_t& at) {
    const char32_t unit = text[at++];
    if (!is_high_surrogate(unit) || at >= text.size() || !is_low_surrogate(text[at])) {
        return valid_or_replacement(unit);
    }
    return 0x10000 + ((unit - 0xD800) << 10) + (char32_t{text[at++]} - 0xDC00);
}

constexpr std::string_view white_space = " \t\r\n\v\f";

}  // namespace

namespace {

// Where the ASCII characters that the text begins with end, or up to seven before.
std::size_t skip_ascii(std::string_view text) {
    std::size_t at = 0;
    for (std::uint64_t eight = 0; at + sizeof(eight) <= text.size(); at += sizeof(eight)) {
        std::memcpy(&eight, text.data() + at, sizeof(eight));
        if ((eight & 0x8080'8080'8080'8080U) != 0) break;
    }
    return at;
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
    char32_t ignored = 0;
    for (std::size_t at = skip_ascii(text); at < text.size();) {
        if (!read(text, at, ignored)) return false;
    }
    return true;
}

std::string to_valid_utf8(std::string_view text) {
    if (is_valid_utf8(text)) return std::string(text);
    std::string valid;
    valid.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) append_utf8(valid, next_code_point(text, at));
    return valid;
}

std::u16string utf8_to_utf16(std::string_view text) {
    std::u16string units;
    units.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const char32_t c = next_code_point(text, at);
        if (c < 0x10000) {
            units.push_back(static_cast<char16_t>(c));
        } else {
            units.push_back(static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10)));
            units.push_back(static_cast<char16_t>(0xDC00 + ((c - 0x10000) & 0x3FF)));
        }
    }
    return units;
}

std::string utf16_to_utf8(std::u16string_view text) {
    std::string bytes;
    bytes.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) append_utf8(bytes, next_code_point(text, at));
    return bytes;
}

std::wstring utf8_to_wide(std::string_view text) {
    static_assert(sizeof(wchar_t) == sizeof(char32_t));
    std::wstring wide;
    wide.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        wide.push_back(static_cast<wchar_t>(next_code_point(text, at)));
    }
    return wide;
}

std::string wide_to_utf8(std::wstring_view text) {
    std::string bytes;
    bytes.reserve(text.size());
    for (const wchar_t c : text) append_utf8(bytes, static_cast<char32_t>(c));
    return bytes;
}

char32_t next_code_point(std::string_view text, std::size_t& at) {
    char32_t code_point = 0;
    read(text, at, code_point);
    return code_point;
}

void append_utf8(std::string& text, char32_t code_point) {
    const char32_t c = valid_or_replacement(code_point);
    const auto push = [&text](char32_t byte) { text.push_back(static_cast<char>(byte)); };
    if (c < 0x80) {
        push(c);
    } else if (c < 0x800) {
        push(0xC0 | c >> 6);
        push(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        push(0xE0 | c >> 12);
        push(0x80 | (c >> 6 & 0x3F));
        push(0x80 | (c & 0x3F));
    } else {
        push(0xF0 | c >> 18);
        push(0x80 | (c >> 12 & 0x3F));
        push(0x80 | (c >> 6 & 0x3F));
        push(0x80 | (c & 0x3F));
    }
}

std::size_t utf16_length(std::string_view text) {
    std::size_t units = 0;
    for (std::size_t at = 0; at < text.size();)
        units += next_code_point(text, at) < 0x10000 ? 1u : 2u;
    return units;
}

std::string_view trim(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(white_space);
    if (begin == std::string_view::npos) return text.substr(text.size());
    return text.substr(begin, text.find_last_not_of(white_space) - begin + 1);
}

}  // namespace openwmi::base
