#include "cli/progress_bar.h"

#include <gtest/gtest.h>

#include "cli/recorded_terminal.h"

namespace openwmi::cli {
namespace {

TEST(ProgressBar, IsDrawnOverAndCleared) {
    RecordedTerminal recorded;
    const auto terminal = recorded.terminal({.interactive = true, .width = 25});
    {
        ProgressBar bar(terminal);
        bar.show(1, 4);
        EXPECT_EQ(recorded.out, "\r[###............] 1 of 4");
        recorded.out.clear();
        bar.show(4, 4);
        EXPECT_EQ(recorded.out, "\r[###############] 4 of 4");
        recorded.out.clear();
    }
    EXPECT_EQ(recorded.out, "\r" + std::string(24, ' ') + "\r");
}

TEST(ProgressBar, IsForPeopleAndHasColourWhereTheyWantIt) {
    RecordedTerminal recorded;
    const auto file = recorded.terminal();
    {
        ProgressBar bar(file);
        bar.show(1, 4);
    }
    EXPECT_EQ(recorded.out, "");
    const auto colourful = recorded.terminal({.interactive = true, .color = true, .width = 80});
    ProgressBar bar(colourful);
    bar.show(1, 2);
    EXPECT_NE(recorded.out.find("\x1b["), std::string::npos);
    const auto narrow = recorded.terminal({.interactive = true, .width = 10});
    recorded.out.clear();
    ProgressBar tiny(narrow);
    tiny.show(10'000, 50'000);
    EXPECT_EQ(recorded.out, "");
}

}  // namespace
}  // namespace openwmi::cli
