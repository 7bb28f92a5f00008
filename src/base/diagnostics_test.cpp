#include "base/diagnostics.h"

#include <gtest/gtest.h>

#include <string>

namespace openwmi::base {
namespace {

struct PositionCase {
    const char* why;
    std::string text;
    std::size_t offset;
    Position expected;
};

const PositionCase position_cases[] = {
    {"empty text", "", 0, {1, 1}},
    {"first byte", "ab", 0, {1, 1}},
    {"after a newline", "a\nb", 2, {2, 1}},
    {"the newline itself", "a\nb", 1, {1, 2}},
    {"after CRLF", "a\r\nb", 3, {2, 1}},
    {"the CR of CRLF", "a\r\nb", 1, {1, 2}},
    {"the LF of CRLF", "a\r\nb", 2, {1, 2}},
    {"after a lone CR", "a\rb", 2, {2, 1}},
    {"CR at the very end", "a\r", 2, {2, 1}},
    {"empty lines", "\n\n\n", 2, {3, 1}},
    {"end of a text that ends with a newline", "a\n", 2, {2, 1}},
    {"end of a text that does not", "ab", 2, {1, 3}},
    {"past the end", "ab", 99, {1, 3}},
    {"columns count code points", "é€😀x", 9, {1, 4}},
    {"a tab is one column", "\t\tx", 2, {1, 3}},
};

TEST(Diagnostics, PositionsCountFromOneInCodePoints) {
    for (const auto& c : position_cases) EXPECT_EQ(position(c.text, c.offset), c.expected) << c.why;
}

struct RenderCase {
    const char* why;
    std::string text;
    Span span;
    std::string excerpt;  // the line and the marker
};

const RenderCase render_cases[] = {
    {"a word", "one two three\n", {4, 7}, "one two three\n    ^~~\n"},
    {"no width", "one two", {4, 4}, "one two\n    ^\n"},
    {"a later line, CRLF", "x\r\none two\r\ny", {7, 10}, "one two\n    ^~~\n"},
    {"tabs are four wide", "\tx\ty", {3, 4}, "    x   y\n        ^\n"},
    {"a marked tab", "a\tb", {1, 3}, "a   b\n ^~~~\n"},
    {"code points, not bytes", "é€ wrong", {6, 11}, "é€ wrong\n   ^~~~~\n"},
    {"in the middle of a code point", "aéb", {2, 2}, "aéb\n ^\n"},
    {"stops at the end of the line", "ab cd\nef", {3, 8}, "ab cd\n   ^~\n"},
    {"end of the file", "class A", {7, 7}, "class A\n       ^\n"},
    {"end of a file that ends with a newline", "class A\n", {8, 8}, "\n^\n"},
    {"empty text", "", {0, 0}, "\n^\n"},
    {"past the end", "ab", {50, 60}, "ab\n  ^\n"},
    {"control characters and bad bytes", "a\x1B[2J\xFF", {5, 6}, "a\uFFFD[2J\uFFFD\n     ^\n"},
};

TEST(Diagnostics, ShowTheLineAndMarkTheSpan) {
    for (const auto& c : render_cases) {
        const std::string shown =
            render({.status = Status::InvalidQuery, .message = "no", .span = c.span}, c.text, "q");
        EXPECT_EQ(shown.substr(shown.find('\n') + 1), c.excerpt) << c.why;
    }
}

TEST(Diagnostics, ReadAsFileLineColumnMessageAndSymbol) {
    const std::string text = "class A {\n\n\tstring Name }\n};\n";
    Diagnostic diagnostic{.status = Status::MofExpectedSemi,
                          .message = "expected ';' after the property, found '}'",
                          .span = {text.find('}'), text.find('}') + 1}};
    EXPECT_EQ(render(diagnostic, text, "sample.mof"),
              "sample.mof:3:14: error: expected ';' after the property, found '}'"
              "  [WBEMMOF_E_EXPECTED_SEMI]\n"
              "    string Name }\n"
              "                ^\n");

    diagnostic.file = "included.mof";
    diagnostic.severity = Severity::Warning;
    diagnostic.message.clear();
    EXPECT_TRUE(render(diagnostic, text, "sample.mof")
                    .starts_with("included.mof:3:14: warning: A semicolon or an equals sign is "
                                 "missing.  [WBEMMOF_E_EXPECTED_SEMI]\n"));
}

TEST(Diagnostics, AVeryLongLineIsShownAroundTheMistake) {
    const std::string text = std::string(100'000, 'a') + "!" + std::string(100'000, 'b');
    const std::string shown = render({.message = "no", .span = {100'000, 200'000}}, text, "q");
    const auto line_begin = shown.find('\n') + 1;
    const auto marker_begin = shown.find('\n', line_begin) + 1;
    const std::string line = shown.substr(line_begin, marker_begin - line_begin - 1);
    const std::string marker = shown.substr(marker_begin);
    EXPECT_LT(line.size(), 200u);
    EXPECT_TRUE(line.starts_with("...a"));
    EXPECT_TRUE(line.ends_with("b..."));
    EXPECT_EQ(line.find('!'), marker.find('^'));
    EXPECT_LE(marker.size(), line.size());
}

TEST(Diagnostics, WarningsAreNoErrors) {
    EXPECT_FALSE(has_errors({}));
    EXPECT_FALSE(has_errors({{.severity = Severity::Warning}}));
    EXPECT_TRUE(has_errors({{.severity = Severity::Warning}, {.severity = Severity::Error}}));
}

}  // namespace
}  // namespace openwmi::base
