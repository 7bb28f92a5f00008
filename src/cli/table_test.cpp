#include "cli/table.h"

#include <gtest/gtest.h>

#include "cli/recorded_terminal.h"

namespace openwmi::cli {
namespace {

Table sample() {
    Table table({{"NAME", Table::Align::Left, true}, {"COUNT", Table::Align::Right}, {"LAST"}});
    table.add({{"a long name of a filter"}, {"5"}, {"now"}});
    table.add({{"b"}, {"12345"}, {"-"}});
    table.add_remark("because");
    return table;
}

TEST(Table, AlignsColumns) {
    RecordedTerminal recorded;
    sample().print(recorded.terminal());
    EXPECT_EQ(recorded.out,
              "NAME                     COUNT  LAST\n"
              "a long name of a filter      5  now\n"
              "b                        12345  -\n"
              "  └ because\n");
}

TEST(Table, FitsTheTerminal) {
    RecordedTerminal recorded;
    sample().print(recorded.terminal({.width = 24}));
    EXPECT_EQ(recorded.out,
              "NAME         COUNT  LAST\n"
              "a long nam…      5  now\n"
              "b            12345  -\n"
              "  └ because\n");
}

TEST(Table, LeavesOutWhatMayGoBeforeItCutsNames) {
    Table table({{"NAME", Table::Align::Left, true},
                 {"COUNT", Table::Align::Right},
                 {"LAST", Table::Align::Left, false, true},
                 {"WHERE", Table::Align::Left, true, true}});
    table.add({{"a long name"}, {"5"}, {"now"}, {"root\\subscription"}});
    const auto printed = [&](std::size_t width) {
        RecordedTerminal recorded;
        table.print(recorded.terminal({.width = width}));
        return recorded.out;
    };
    EXPECT_EQ(printed(80), printed(0));
    EXPECT_EQ(printed(24), "NAME         COUNT  LAST\na long name      5  now\n");
    EXPECT_EQ(printed(18), "NAME         COUNT\na long name      5\n");
    EXPECT_EQ(printed(16), "NAME       COUNT\na long n…      5\n");
}

TEST(Table, ColoursCellsNotBlanks) {
    RecordedTerminal recorded;
    Table table({{"A"}, {"B"}});
    table.add({{"x", Style::Bad}, {"y"}});
    table.print(recorded.terminal({.color = true}));
    EXPECT_NE(recorded.out.find("\x1b[1;31mx\x1b[0m"), std::string::npos);
}

TEST(Table, ObeysNothingInItsCells) {
    RecordedTerminal recorded;
    Table table({{"A"}});
    table.add({{"\x1b[2J\n"}});
    table.print(recorded.terminal());
    EXPECT_EQ(recorded.out, "A\n\\x1b[2J\\n\n");
}

}  // namespace
}  // namespace openwmi::cli
