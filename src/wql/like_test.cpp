#include "wql/like.h"

#include <gtest/gtest.h>

#include "support/proves.h"

namespace openwmi::wql {
namespace {

bool like(std::string_view text, std::string_view pattern) {
    const auto compiled = LikePattern::compile(pattern);
    EXPECT_TRUE(compiled) << pattern;
    return compiled && compiled->matches(text);
}

TEST(LikeTest, Wildcards) {
    const struct {
        const char* text;
        const char* pattern;
        bool matches;
    } cases[] = {
        {"", "", true},
        {"a", "", false},
        {"", "%", true},
        {"", "_", false},
        {"abc", "abc", true},
        {"abc", "ab", false},
        {"abc", "a%", true},
        {"abc", "%c", true},
        {"abc", "%b%", true},
        {"abc", "%d%", false},
        {"abc", "a_c", true},
        {"abbc", "a_c", false},
        {"abbc", "a%c", true},
        {"abcabcabd", "%abd", true},
        {"aaaaaaaaab", "%a%a%a%b", true},
        {"aaaaaaaaaa", "%a%a%a%b", false},
        {"CONHOST.exe", "%host%", true},
        {"bad", "[a-f]ad", true},
        {"zad", "[a-f]ad", false},
        {"bad", "[abcdef]ad", true},
        {"zad", "[abcdef]ad", false},
        {"bad", "[^a-f]ad", false},
        {"zad", "[^a-f]ad", true},
        {"zad", "[^abcdef]ad", true},
        {"a-c", "a[b-]c", true},
        {"a^c", "a[b^]c", true},
    };
    for (const auto& c : cases) {
        PROVES("WQL-027", EXPECT_EQ(like(c.text, c.pattern), c.matches)
                              << c.text << " LIKE " << c.pattern);
    }
}

TEST(LikeTest, MetacharactersInBracketsAreLiteral) {
    PROVES("WQL-028", EXPECT_TRUE(like("a__b", "%[_][_]%")));
    PROVES("WQL-028", EXPECT_FALSE(like("axxb", "%[_][_]%")));
    PROVES("WQL-028", EXPECT_TRUE(like("100%", "100[%]")));
    PROVES("WQL-028", EXPECT_FALSE(like("1000", "100[%]")));
    EXPECT_TRUE(like("[x]", "[[]x]"));
}

TEST(LikeTest, IgnoresCaseAlsoBeyondAscii) {
    PROVES("WQL-030", EXPECT_TRUE(like("NotePad.EXE", "notepad%")));
    PROVES("WQL-030", EXPECT_TRUE(like("B", "[a-f]")));
    PROVES("WQL-030", EXPECT_TRUE(like("b", "[A-F]")));
    EXPECT_TRUE(like("ÉTÉ", "été"));
    EXPECT_TRUE(like("日本", "__")) << "one character, not one byte";
    EXPECT_TRUE(like("\xFF", "_")) << "what is not text is one character";
}

TEST(LikeTest, RefusesSetsThatAreNone) {
    for (const char* pattern : {"[", "abc[def", "[]", "[^]", "%[^"}) {
        const auto compiled = LikePattern::compile(pattern);
        ASSERT_FALSE(compiled) << pattern;
        EXPECT_EQ(compiled.error().status, Status::InvalidQuery);
    }
}

TEST(LikeTest, ManyWildcardsTakeNoExponentialTime) {
    std::string pattern;
    for (int i = 0; i < 200; ++i) pattern += "%a";
    EXPECT_FALSE(like(std::string(5000, 'a') + "b", pattern + "c"));
}

}  // namespace
}  // namespace openwmi::wql
