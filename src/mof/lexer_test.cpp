#include "mof/lexer.h"

#include <gtest/gtest.h>

#include "support/proves.h"

namespace openwmi::mof {
namespace {

// The tokens of a text and what was wrong with it.
struct Lexed {
    Document document;
    std::vector<Token> tokens;

    explicit Lexed(std::string text) {
        document.files.push_back({"test.mof", std::move(text)});
        Reporter reporter(document, 100);
        Lexer lexer(document.files.front().text, 0, reporter);
        do tokens.push_back(lexer.next());
        while (tokens.back().kind != TokenKind::End);
        tokens.pop_back();
    }
    const Token& only() const {
        EXPECT_EQ(tokens.size(), 1u);
        return tokens.at(0);
    }
};

TEST(Lexer, CommentsStandAnywhere) {
    const Lexed lexed("a // b ; c\n/* d\n ** / */ e /**/;");
    PROVES("MOF-001", EXPECT_EQ(lexed.tokens.size(), 3u));
    EXPECT_EQ(lexed.tokens.at(1).text, "e");
    EXPECT_TRUE(lexed.document.diagnostics.empty());
}

TEST(Lexer, AnUnclosedCommentIsReportedAtItsBegin) {
    const Lexed lexed("a /* b");
    ASSERT_EQ(lexed.document.diagnostics.size(), 1u);
    EXPECT_EQ(lexed.document.diagnostics[0].span, (base::Span{2, 4}));
}

TEST(Lexer, ReadsIntegersOfFourBases) {
    struct Case {
        const char* text;
        bool negative;
        std::uint64_t magnitude;
    };
    for (const Case& c :
         {Case{"0", false, 0}, Case{"42", false, 42}, Case{"-42", true, 42}, Case{"+42", false, 42},
          Case{"0x1F", false, 31}, Case{"-0Xff", true, 255}, Case{"017", false, 15},
          Case{"1011B", false, 11}, Case{"0b", false, 0}, Case{"-101b", true, 5},
          Case{"0x1b", false, 0x1b}, Case{"18446744073709551615", false, ~std::uint64_t{0}},
          Case{"-9223372036854775808", true, std::uint64_t{1} << 63}}) {
        const Lexed lexed(c.text);
        PROVES("MOF-005", EXPECT_EQ(lexed.only().kind, TokenKind::Integer) << c.text);
        EXPECT_EQ(lexed.only().integer.negative, c.negative) << c.text;
        PROVES("MOF-005", EXPECT_EQ(lexed.only().integer.magnitude, c.magnitude) << c.text);
        EXPECT_TRUE(lexed.document.diagnostics.empty()) << c.text;
    }
}

TEST(Lexer, ReadsReals) {
    struct Case {
        const char* text;
        double value;
    };
    for (const Case& c : {Case{"1.5", 1.5}, Case{"-1.2778E+02", -127.78}, Case{".5", .5},
                          Case{"1e3", 1000}, Case{"2.5e-1", .25}}) {
        const Lexed lexed(c.text);
        PROVES("MOF-005", EXPECT_EQ(lexed.only().kind, TokenKind::Real) << c.text);
        EXPECT_DOUBLE_EQ(lexed.only().real, c.value) << c.text;
    }
}

TEST(Lexer, RefusesWhatIsNoNumber) {
    for (const char* text : {"08", "0x", "12x", "102b", "1.2.3", "18446744073709551616",
                             "-9223372036854775809", "1e999"}) {
        const Lexed lexed(text);
        ASSERT_EQ(lexed.document.diagnostics.size(), 1u) << text;
        EXPECT_EQ(lexed.document.diagnostics[0].status, Status::MofIllegalConstantValue) << text;
        EXPECT_EQ(lexed.tokens.size(), 1u) << text;
    }
}

TEST(Lexer, ReadsStringsWithEscapes) {
    struct Case {
        const char* text;
        const char* value;
    };
    for (const Case& c :
         {Case{R"("")", ""}, Case{R"("a\"b")", "a\"b"}, Case{R"("\\\\.\\root")", "\\\\.\\root"},
          Case{R"("\t\n\r\b\f\'")", "\t\n\r\b\f'"}, Case{R"("\x41\x00e9!")", "A\u00e9!"},
          Case{R"("\xD83D\xDE00")", "\U0001F600"}, Case{R"("\101")", "A"},
          Case{"\"\u00fc\u20ac\"", "\u00fc\u20ac"}, Case{R"("// no comment")", "// no comment"}}) {
        const Lexed lexed(c.text);
        PROVES("MOF-004", EXPECT_EQ(lexed.only().string, c.value) << c.text);
        EXPECT_TRUE(lexed.document.diagnostics.empty()) << c.text;
    }
}

TEST(Lexer, ReadsCharacters) {
    struct Case {
        const char* text;
        char16_t value;
    };
    for (const Case& c : {Case{"'a'", u'a'}, Case{R"('\x4133')", 0x4133}, Case{R"('\'')", u'\''},
                          Case{"'\u20ac'", u'\u20ac'}, Case{R"('\x16')", 0x16}}) {
        const Lexed lexed(c.text);
        PROVES("MOF-004", EXPECT_EQ(lexed.only().character, c.value) << c.text);
        EXPECT_TRUE(lexed.document.diagnostics.empty()) << c.text;
    }
}

TEST(Lexer, ABrokenLiteralIsOneMistake) {
    for (const char* text : {"\"open\n", "''", "'ab'", "'a", "'\\", "'\U0001F600'"}) {
        const Lexed lexed(text);
        ASSERT_EQ(lexed.document.diagnostics.size(), 1u) << text;
        EXPECT_EQ(lexed.document.diagnostics[0].status, Status::MofIllegalConstantValue) << text;
    }
}

TEST(Lexer, AStringMayGoOnOverLines) {
    const Lexed lexed("\"a\nb\"");
    EXPECT_EQ(lexed.only().string, "a\nb");
    EXPECT_TRUE(lexed.document.diagnostics.empty());
}

TEST(Lexer, AnUnknownEscapeLosesItsBackslashAndIsReported) {
    const Lexed lexed(R"("C:\Windows\\System\Run")");
    EXPECT_EQ(lexed.only().string, "C:Windows\\SystemRun");
    ASSERT_EQ(lexed.document.diagnostics.size(), 2u);
    EXPECT_EQ(lexed.document.diagnostics[0].severity, base::Severity::Warning);
}

TEST(Lexer, NamesWhatCannotStandHere) {
    const Lexed lexed("a @ b \x01 c");
    EXPECT_EQ(lexed.tokens.size(), 3u);
    ASSERT_EQ(lexed.document.diagnostics.size(), 2u);
    EXPECT_EQ(lexed.document.diagnostics[0].status, Status::MofUnrecognizedToken);
    EXPECT_EQ(lexed.document.diagnostics[0].message, "'@' cannot stand here");
    EXPECT_EQ(lexed.document.diagnostics[1].message,
              "the control character 0x01 cannot stand here");
}

TEST(Lexer, AnAliasIsOneToken) {
    const Lexed lexed("$_Filter1 $ x");
    ASSERT_EQ(lexed.tokens.size(), 3u);
    EXPECT_EQ(lexed.tokens[0].kind, TokenKind::Alias);
    PROVES("MOF-021", EXPECT_EQ(lexed.tokens[0].string, "_Filter1"));
    EXPECT_TRUE(lexed.tokens[1].is('$'));
}

}  // namespace
}  // namespace openwmi::mof
