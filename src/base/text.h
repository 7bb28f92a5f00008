#pragma once

#include <string>
#include <string_view>

namespace openwmi::base {

// The one place that converts between encodings. Inside the product text is UTF-8 in std::string.
// All functions are total: what is not valid in its encoding (a lone surrogate, an overlong form, a
// value past U+10FFFF) becomes U+FFFD.

bool is_valid_utf8(std::string_view text);
std::string to_valid_utf8(std::string_view text);

std::u16string utf8_to_utf16(std::string_view text);
std::string utf16_to_utf8(std::u16string_view text);

// wchar_t is 32 bits wide on every platform we run on.
std::wstring utf8_to_wide(std::string_view text);
std::string wide_to_utf8(std::wstring_view text);

// Reads the code point that starts at `at` and moves `at` behind it (at least by one byte). Needs
// at < text.size().
char32_t next_code_point(std::string_view text, std::size_t& at);
void append_utf8(std::string& text, char32_t code_point);

// The number of UTF-16 units the text would need: the unit of the documented limits.
std::size_t utf16_length(std::string_view text);

std::string_view trim(std::string_view text);

}  // namespace openwmi::base
