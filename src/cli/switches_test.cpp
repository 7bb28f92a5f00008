#include "cli/switches.h"

#include <gtest/gtest.h>

namespace openwmi::cli {
namespace {

using Words = std::vector<std::string>;

TEST(SwitchesTest, WinmgmtsSwitchesAreVerbs) {
    struct Row {
        Words written;
        Words meant;
    };
    for (const auto& [written, meant] : {
             Row{{"/backup", "f.db"}, {"repository", "backup", "f.db"}},
             Row{{"-BACKUP", "f.db"}, {"repository", "backup", "f.db"}},
             Row{{"/restore", "f.db", "0"}, {"repository", "restore", "f.db"}},
             Row{{"/restore", "f.db", "1"}, {"repository", "restore", "f.db", "--force"}},
             Row{{"/verifyrepository"}, {"repository", "verify"}},
             Row{{"/verifyrepository", "x"}, {"repository", "verify", "x"}},
             Row{{"/salvagerepository", "out"}, {"repository", "salvage", "out"}},
             Row{{"/resetrepository"}, {"repository", "reset"}},
             Row{{"/resetrepository", "/yes"}, {"repository", "reset", "--yes"}},
         }) {
        EXPECT_EQ(translate_winmgmt(written).value_or(Words{"?"}), meant) << written[0];
    }
}

TEST(SwitchesTest, WhatWinmgmtDoesNotKnowIsRefused) {
    for (const Words& words :
         {Words{}, Words{"/backup"}, Words{"/restore", "f"}, Words{"/restore", "f", "2"},
          Words{"/resetrepository", "now"}, Words{"backup", "f"}, Words{"/what"}}) {
        const auto translated = translate_winmgmt(words);
        ASSERT_FALSE(translated);
        EXPECT_EQ(translated.error().status, Status::InvalidParameter);
    }
    EXPECT_EQ(translate_winmgmt({"/standalonehost"}).error().status, Status::NotSupported);
}

}  // namespace
}  // namespace openwmi::cli
