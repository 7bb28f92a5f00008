#include "base/text.h"

#include <gtest/gtest.h>

#include <string>

namespace openwmi::base {
namespace {

using namespace std::string_literals;

struct InvalidCase {
    const char* why;
    std::string bytes;
    std::string valid;  // what becomes of it
};

const InvalidCase invalid_cases[] = {
    {"lone continuation", "a\x80z", "a\uFFFDz"},
    {"overlong slash, two bytes", "\xC0\xAF", "\uFFFD\uFFFD"},
    {"overlong, three bytes", "\xE0\x80\xAF", "\uFFFD\uFFFD\uFFFD"},
    {"overlong, four bytes", "\xF0\x80\x80\xAF", "\uFFFD\uFFFD\uFFFD\uFFFD"},
    {"surrogate", "\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},
    {"past the last code point", "\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
    {"bytes that never occur", "\xFE\xFF", "\uFFFD\uFFFD"},
    {"cut short at the end", "\xE2\x82", "\uFFFD"},
    {"cut short by another", "\xE2\x82z", "\uFFFDz"},
    {"four bytes cut short", "\xF0\x9F\x98", "\uFFFD"},
};

TEST(Text, BytesThatAreNotUtf8BecomeTheReplacementCharacter) {
    for (const InvalidCase& c : invalid_cases) {
        EXPECT_FALSE(is_valid_utf8(c.bytes)) << c.why;
        EXPECT_EQ(to_valid_utf8(c.bytes), c.valid) << c.why;
        EXPECT_EQ(utf16_to_utf8(utf8_to_utf16(c.bytes)), c.valid) << c.why;
        EXPECT_EQ(wide_to_utf8(utf8_to_wide(c.bytes)), c.valid) << c.why;
    }
}

TEST(Text, EveryCodePointSurvivesEveryEncoding) {
    for (char32_t c = 0; c <= 0x10FFFF; ++c) {
        if (c >= 0xD800 && c <= 0xDFFF) continue;
        std::string bytes;
        append_utf8(bytes, c);
        std::size_t at = 0;
        ASSERT_EQ(next_code_point(bytes, at), c);
        ASSERT_EQ(at, bytes.size());
        ASSERT_TRUE(is_valid_utf8(bytes));
        ASSERT_EQ(utf16_to_utf8(utf8_to_utf16(bytes)), bytes);
        ASSERT_EQ(wide_to_utf8(utf8_to_wide(bytes)), bytes);
        ASSERT_EQ(utf16_length(bytes), utf8_to_utf16(bytes).size());
    }
}

TEST(Text, LoneSurrogatesBecomeTheReplacementCharacter) {
    EXPECT_EQ(utf16_to_utf8(u"a\xD800z"), "a\uFFFDz");
    EXPECT_EQ(utf16_to_utf8(u"a\xDC00z"), "a\uFFFDz");
    EXPECT_EQ(utf16_to_utf8(u"\xD800"), "\uFFFD");
    EXPECT_EQ(utf16_to_utf8(u"\xD800\xD83D\xDE00"), "\uFFFD😀");
    EXPECT_EQ(utf16_to_utf8(u"\xDE00\xD83D"), "\uFFFD\uFFFD");
    EXPECT_EQ(wide_to_utf8(std::wstring{wchar_t(0xD83D), wchar_t(0xDE00)}), "\uFFFD\uFFFD");
    EXPECT_EQ(wide_to_utf8(std::wstring{wchar_t(0x110000), wchar_t(-1)}), "\uFFFD\uFFFD");
    std::string bytes;
    append_utf8(bytes, 0xD800);
    append_utf8(bytes, 0x110000);
    EXPECT_EQ(bytes, "\uFFFD\uFFFD");
}

TEST(Text, NulIsACharacterLikeAnyOther) {
    EXPECT_EQ(utf8_to_utf16("a\0b"s), u"a\0b"s);
    EXPECT_EQ(wide_to_utf8(L"a\0b"s), "a\0b"s);
}

TEST(Text, LengthCountsUtf16Units) {
    EXPECT_EQ(utf16_length(""), 0u);
    EXPECT_EQ(utf16_length("aé€"), 3u);
    EXPECT_EQ(utf16_length("😀"), 2u);
    EXPECT_EQ(utf16_length("\xFF"), 1u);
}

TEST(Text, TrimTakesAsciiWhiteSpaceFromBothEnds) {
    EXPECT_EQ(trim(" \t\r\n\v\f a b \n"), "a b");
    EXPECT_EQ(trim(" \n"), "");
    EXPECT_EQ(trim(""), "");
    EXPECT_EQ(trim("\u00A0a"), "\u00A0a");
}

}  // namespace
}  // namespace openwmi::base
