#include "com/bstr.h"

#include <gtest/gtest.h>

#include <cstring>

namespace openwmi::com {
namespace {

TEST(Bstr, counts_code_points_and_four_bytes_each) {
    const Bstr text("gr\xC3\xBC\xC3\x9F \xF0\x9F\x98\x80");
    EXPECT_EQ(SysStringLen(text.get()), 6u);
    EXPECT_EQ(SysStringByteLen(text.get()), 24u);
    EXPECT_EQ(text.view(), L"gr\u00fc\u00df \U0001F600");
    EXPECT_EQ(text.utf8(), "gr\xC3\xBC\xC3\x9F \xF0\x9F\x98\x80");
}

TEST(Bstr, has_its_byte_length_in_front_and_a_terminator_behind) {
    BSTR text = SysAllocString(L"abc");
    std::uint32_t prefix = 0;
    std::memcpy(&prefix, reinterpret_cast<const char*>(text) - 4, 4);
    EXPECT_EQ(prefix, 12u);
    EXPECT_EQ(text[3], L'\0');
    SysFreeString(text);
}

TEST(Bstr, keeps_embedded_nulls) {
    const Bstr text(std::wstring_view(L"a\0b", 3));
    EXPECT_EQ(SysStringLen(text.get()), 3u);
    EXPECT_EQ(Bstr(text), text);
}

TEST(Bstr, null_is_the_empty_string) {
    EXPECT_EQ(SysStringLen(nullptr), 0u);
    EXPECT_EQ(SysStringByteLen(nullptr), 0u);
    EXPECT_EQ(SysAllocString(nullptr), nullptr);
    SysFreeString(nullptr);
    EXPECT_EQ(Bstr(), Bstr(""));
    EXPECT_EQ(to_utf8(BSTR{}), "");
}

TEST(Bstr, byte_strings_keep_odd_lengths) {
    const Bstr bytes = Bstr::adopt(SysAllocStringByteLen("abcde", 5));
    EXPECT_EQ(SysStringByteLen(bytes.get()), 5u);
    EXPECT_EQ(SysStringLen(bytes.get()), 1u);
    EXPECT_EQ(std::memcmp(bytes.get(), "abcde", 6), 0);
}

TEST(Bstr, reallocation_replaces_or_extends) {
    BSTR text = SysAllocString(L"abc");
    EXPECT_EQ(SysReAllocString(&text, L"longer text"), TRUE);
    EXPECT_STREQ(text, L"longer text");
    EXPECT_EQ(SysReAllocStringLen(&text, text + 7, 4), TRUE)
        << "the new text may lie in the old one";
    EXPECT_STREQ(text, L"text");
    EXPECT_EQ(SysReAllocStringLen(&text, nullptr, 2), TRUE);
    EXPECT_STREQ(text, L"te");
    SysFreeString(text);
}

TEST(Bstr, impossible_lengths_are_refused) {
    EXPECT_EQ(SysAllocStringLen(nullptr, 0xFFFFFFFF), nullptr);
    EXPECT_EQ(SysAllocStringByteLen(nullptr, 0xFFFFFFFF), nullptr);
}

TEST(Bstr, what_is_no_utf8_becomes_the_replacement_character) {
    EXPECT_EQ(Bstr("a\xFFz").view(), L"a\uFFFDz");
    EXPECT_EQ(openwmi::to_utf8(std::wstring_view(L"\xD800")), "\xEF\xBF\xBD");
}

}  // namespace
}  // namespace openwmi::com
