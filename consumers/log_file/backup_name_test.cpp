#include "log_file/backup_name.h"

#include <gtest/gtest.h>

#include "support/proves.h"

namespace openwmi::consumers {
namespace {

TEST(BackupName, ShortNamesHaveEightAndThreeCharacters) {
    for (const char* name : {"a", "events", "eventlog", "e.l", "events.log", "EVENTS~1.LOG"}) {
        EXPECT_TRUE(is_short_name(name)) << name;
    }
    for (const char* name :
         {"", "eventlogs", "a.text", "a.b.c", ".log", "a b.log", "a.", "\xc3\xa4.log"}) {
        EXPECT_FALSE(is_short_name(name)) << name;
    }
}

TEST(BackupName, IsTheSmallestNumberAboveAllUsed) {
    struct Case {
        const char* name;
        std::vector<std::string> folder;
        const char* expected;
    };
    const Case cases[] = {
        {"app.log", {"app.log"}, "app.001"},
        {"app", {"app"}, "app.001"},
        {"app.log", {"app.001", "app.002"}, "app.003"},
        {"app.log", {"app.007"}, "app.008"},
        {"app.log", {"app.999"}, "app.001"},
        {"app.log", {"app.999", "app.001", "app.003"}, "app.002"},
        {"app.log", {"app.0011", "app.0x1", "other.005", "app.000"}, "app.001"},
        {"application.log", {"application.001"}, "application.log001"},
        {"application.log", {"application.log001"}, "application.log002"},
    };
    for (const Case& test : cases) {
        PROVES("CON-019", EXPECT_EQ(backup_name(test.name, test.folder), test.expected)
                              << test.name);
    }
}

TEST(BackupName, RunsOut) {
    std::vector<std::string> folder;
    for (int number = 1; number <= 999; ++number) {
        const std::string digits = std::to_string(1000 + number);
        folder.push_back("app." + digits.substr(1));
    }
    EXPECT_EQ(backup_name("app.log", folder), std::nullopt);
}

}  // namespace
}  // namespace openwmi::consumers
