#include "base/fold.h"

#include <gtest/gtest.h>

#include <string>

namespace openwmi::base {
namespace {

struct Pair {
    const char* a;
    const char* b;
    bool equal;
};

const Pair pairs[] = {
    {"Win32_Process", "WIN32_PROCESS", true},
    {"", "", true},
    {"a", "", false},
    {"abc", "abd", false},
    {"[", "{", false},  // 32 apart, but no letters
    {"@", "`", false},  // likewise
    {"ÄÖÜ", "äöü", true},
    {"ΣΑΣ", "σας", true},  // the final sigma is a sigma
    {"ПРИВЕТ", "привет", true},
    {"ĀĒ", "āē", true},
    {"\u0130", "i", false},  // Turkish letters stay what they are
    {"\u0131", "I", false},
    {"\u212A", "k", true},  // Kelvin sign
    {"\u1E9E", "ß", true},  // capital sharp s, simple folding
    {"ß", "ss", false},     // full folding only
    {"\U00010400", "\U00010428", true},
    {"\uAB70", "\u13A0", true},  // Cherokee folds upwards
    {"\xFF", "\uFFFD", true},
    {"\xFF", "\xFE", true},
};

TEST(Fold, DecidesEquality) {
    for (const Pair& p : pairs) {
        EXPECT_EQ(fold_equal(p.a, p.b), p.equal) << p.a << " " << p.b;
        EXPECT_EQ(fold_equal(p.b, p.a), p.equal) << p.a << " " << p.b;
        EXPECT_EQ(fold_compare(p.a, p.b) == 0, p.equal) << p.a << " " << p.b;
        EXPECT_EQ(fold(std::string_view(p.a)) == fold(std::string_view(p.b)), p.equal) << p.a;
        if (p.equal) {
            EXPECT_EQ(fold_hash(p.a), fold_hash(p.b)) << p.a << " " << p.b;
        }
    }
}

TEST(Fold, EveryCodePointFoldsToOneThatFoldsToItself) {
    std::size_t changed = 0;
    for (char32_t c = 0; c <= 0x10FFFF; ++c) {
        const char32_t folded = fold(c);
        ASSERT_LE(folded, 0x10FFFFu);
        ASSERT_EQ(fold(folded), folded) << std::uint32_t(c);
        changed += folded != c;
    }
    EXPECT_EQ(changed, 1454u);  // the C and S rows of CaseFolding-15.0.0
    EXPECT_EQ(fold_version(), "15.0.0");
}

TEST(Fold, OrdersByFoldedCodePoints) {
    EXPECT_TRUE(fold_compare("abc", "ABD") < 0);
    EXPECT_TRUE(fold_compare("ab", "ABC") < 0);
    EXPECT_TRUE(fold_compare("_", "A") < 0) << "'_' stands before 'a', though behind 'A'";
    EXPECT_TRUE(fold_compare("\uFFFD", "\U00010400") < 0) << "by code points, not by UTF-16 units";
}

TEST(Fold, StartsWithComparesFolded) {
    EXPECT_TRUE(fold_starts_with("__INSTANCECREATION", "__instance"));
    EXPECT_TRUE(fold_starts_with("anything", ""));
    EXPECT_TRUE(fold_starts_with("\u212Aelvin", "k"));
    EXPECT_FALSE(fold_starts_with("__i", "__instance"));
    EXPECT_FALSE(fold_starts_with("x__instance", "__instance"));
}

TEST(Fold, HashesOfNearTextsDiffer) {
    EXPECT_NE(fold_hash("ab"), fold_hash("ba"));
    EXPECT_NE(fold_hash(""), fold_hash(std::string_view("\0", 1)));
    EXPECT_NE(fold_hash("a"), fold_hash("b"));
}

}  // namespace
}  // namespace openwmi::base
