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
