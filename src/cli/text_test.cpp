#include "cli/text.h"

#include <gtest/gtest.h>

namespace openwmi::cli {
namespace {

using namespace std::chrono_literals;

TEST(Printable, ShowsWhatATerminalWouldObey) {
    EXPECT_EQ(printable("sleep"), "sleep");
    EXPECT_EQ(printable("a\x1b[2Jb"), "a\\x1b[2Jb");
    EXPECT_EQ(printable("a\nb\tc\r"), "a\\nb\\tc\\x0d");
    EXPECT_EQ(printable("Ärger ✓"), "Ärger ✓");
    EXPECT_EQ(printable("\xc2\x9b"), "\\x9b") << "an escape sequence in one character";
    EXPECT_EQ(printable("\xe2\x80\xae"
                        "txt.exe"),
              "\\x202etxt.exe")
        << "right to left from here on";
    EXPECT_EQ(printable("\xff"), "\xef\xbf\xbd") << "not UTF-8";
}

TEST(Shortened, EndsWithDots) {
    EXPECT_EQ(shortened("abcdef", 6), "abcdef");
    EXPECT_EQ(shortened("abcdef", 5), "abcd…");
    EXPECT_EQ(shortened("äöüß", 3), "äö…");
    EXPECT_EQ(shortened("abc", 1), "…");
    EXPECT_EQ(shortened("abc", 0), "");
}

TEST(Wrapped, BreaksBetweenWords) {
    using Lines = std::vector<std::string>;
    EXPECT_EQ(wrapped("one two three", 8), (Lines{"one two", "three"}));
    EXPECT_EQ(wrapped("one two three", 7), (Lines{"one two", "three"}));
    EXPECT_EQ(wrapped("abcdefghij", 4), (Lines{"abcd", "efgh", "ij"}));
    EXPECT_EQ(wrapped("äöü äöü", 3), (Lines{"äöü", "äöü"}));
    EXPECT_EQ(wrapped("", 4), Lines{""});
    EXPECT_EQ(wrapped("as long as it likes", 0), Lines{"as long as it likes"});
}

TEST(Time, IsReadAsTheServiceWritesIt) {
    const auto time = read_time("2026-01-31T23:59:59.250000Z");
    ASSERT_TRUE(time);
    EXPECT_EQ(time->time_since_epoch(), 1769903999250ms);
    EXPECT_TRUE(read_time("2026-01-31T23:59:59Z"));
    for (const char* text : {"", "yesterday", "2026-01-31", "2026-01-31T23:59:59.25Z",
                             "2026-01-31T23:59:59.25000xZ", "2026-01-31T23:59:59.250000+01:00"}) {
        EXPECT_FALSE(read_time(text)) << text;
    }
}

TEST(Time, IsToldFromNow) {
    const TimePoint now = *read_time("2026-01-31T12:00:00Z");
    EXPECT_EQ(relative(now, now), "just now");
    EXPECT_EQ(relative(now + 5s, now), "just now") << "clocks differ";
    EXPECT_EQ(relative(now - 12s, now), "12 s ago");
    EXPECT_EQ(relative(now - 5min, now), "5 min ago");
    EXPECT_EQ(relative(now - 30h, now), "30 h ago");
    EXPECT_EQ(relative(now - 72h, now), "3 days ago");
    EXPECT_EQ(relative(now - 24h * 40, now).substr(0, 7), "2025-12");
}

TEST(Duration, IsReadWithItsUnit) {
    EXPECT_EQ(read_duration("20s"), 20s);
    EXPECT_EQ(read_duration("20"), 20s);
    EXPECT_EQ(read_duration("1.5s"), 1500ms);
    EXPECT_EQ(read_duration("250ms"), 250ms);
    EXPECT_EQ(read_duration("5min"), 5min);
    EXPECT_EQ(read_duration("1h"), 1h);
    for (const char* text : {"", "s", "-1s", "20 s", "20d", "nan", "inf", "1e99"}) {
        EXPECT_FALSE(read_duration(text)) << text;
    }
}

TEST(Duration, IsTold) {
    EXPECT_EQ(duration_text(432us), "0.4 ms");
    EXPECT_EQ(duration_text(43ms), "43 ms");
    EXPECT_EQ(duration_text(1340ms), "1.3 s");
    EXPECT_EQ(long_duration_text(90s), "90 s");
    EXPECT_EQ(long_duration_text(3h + 5min), "3 h 5 min");
}

}  // namespace
}  // namespace openwmi::cli
