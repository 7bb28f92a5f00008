#include "cim/datetime.h"

#include <gtest/gtest.h>

#include <chrono>

#include "support/proves.h"

namespace openwmi::cim {
namespace {

using namespace std::chrono_literals;

DateTime must(std::string_view text) {
    auto parsed = DateTime::parse(text);
    EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
    return parsed ? *parsed : DateTime();
}

// 2026-01-01T00:00:00Z
constexpr base::WallTime new_year{134'116'992'000'000'000};

TEST(DateTimeTest, ReadsAPointInTime) {
    const auto moment = must("20260101000000.000000+000");
    EXPECT_FALSE(moment.is_interval());
    EXPECT_EQ(moment.text(), "20260101000000.000000+000");
    EXPECT_EQ(moment.time(), new_year);
    EXPECT_EQ(moment.duration(), std::nullopt);
    EXPECT_EQ(must("16010101000000.000001+000").time(), base::WallTime{10});
    EXPECT_EQ(must("16001231235959.999999+000").time(), std::nullopt) << "before FILETIME";
    EXPECT_TRUE(DateTime::parse("00000101000000.000000+000"));
    EXPECT_TRUE(DateTime::parse("99991231235959.999999-999"));
}

TEST(DateTimeTest, ComparesPointsInUtc) {
    const auto utc = must("20260101000000.000000+000");
    PROVES("WQL-092", EXPECT_TRUE(utc.compare(must("20260101010000.000000+060")) == 0));
    PROVES("WQL-092", EXPECT_TRUE(utc.compare(must("20251231160000.000000-480")) == 0));
    PROVES("WQL-092", EXPECT_TRUE(utc.compare(must("20260101000000.000001+000")) < 0));
    PROVES("WQL-092", EXPECT_TRUE(utc.compare(must("20260101000000.000000+001")) > 0));
}

TEST(DateTimeTest, ComparesWildcardsCharacterForCharacter) {
    const auto relative = must("20260101000000.000000+***");
    PROVES("WQL-093", EXPECT_TRUE(relative.compare(must("20260101000000.000000+000")) ==
                                  std::partial_ordering::unordered));
    PROVES("WQL-093", EXPECT_TRUE(relative.compare(relative) == 0));
    EXPECT_TRUE(relative.has_wildcards());
    EXPECT_EQ(relative.time(), std::nullopt);
}

TEST(DateTimeTest, AsterisksFillWholeFields) {
    for (const char* legal : {"19980416******.000000+***", "****0416000000.000000+000"}) {
        PROVES("WQL-094", EXPECT_TRUE(DateTime::parse(legal)) << legal);
    }
    PROVES("WQL-094", EXPECT_TRUE(DateTime::parse("**************.******+***")));
    const auto illegal = DateTime::parse("199*0416000000.000000+000");
    PROVES("WQL-094", EXPECT_FALSE(illegal));
    EXPECT_EQ(illegal.error().message,
              "\"199*0416000000.000000+000\" is not a datetime: asterisks must fill the whole year "
              "(characters 1 to 4), found \"199*\"");
    EXPECT_FALSE(DateTime::parse("19980416000000.000***+000"));
}

TEST(DateTimeTest, ReadsIntervals) {
    const auto five_minutes = must("00000000000500.000000:000");
    PROVES("WQL-098", EXPECT_EQ(five_minutes.duration(), 5min));
    PROVES("SYS-110", EXPECT_TRUE(five_minutes.is_interval()));
    PROVES("WQL-098", EXPECT_FALSE(DateTime::parse("00000000**0500.000000:000")));
    PROVES("WQL-098", EXPECT_FALSE(DateTime::parse("00000000000500.000000:001")));
    EXPECT_EQ(must("00000002030405.000006:000").duration(), 51h + 4min + 5s + 6us);
    EXPECT_TRUE(five_minutes.compare(must("00000000000500.000001:000")) < 0);
    EXPECT_TRUE(five_minutes.compare(must("20260101000000.000000+000")) ==
                std::partial_ordering::unordered);
    EXPECT_EQ(must("99999999235959.999999:000").duration(), base::Duration::max());
    EXPECT_TRUE(must("99999999235959.999999:000").compare(must("99999999235959.999998:000")) > 0);
}

TEST(DateTimeTest, SaysWhatIsWrongAndWhere) {
    struct Case {
        const char* text;
        const char* message;
    };
    for (const auto& [text, message] : {
             Case{"2026", "expected 25 characters, found 4"},
             Case{"20260101000000,000000+000", "expected '.' at character 15, found ','"},
             Case{"20260101000000.000000Z000",
                  "expected '+', '-' or ':' at character 22, found 'Z'"},
             Case{"20261301000000.000000+000",
                  "the month (characters 5 to 6) must be 1 to 12, found \"13\""},
             Case{"20250229000000.000000+000",
                  "the day (characters 7 to 8) must be 1 to 28 in this month, found \"29\""},
             Case{"20260101240000.000000+000",
                  "the hour (characters 9 to 10) must be 0 to 23, found \"24\""},
             Case{"2026010100000x.000000+000",
                  "expected a digit of the second at character 14, found 'x'"},
         }) {
        const auto result = DateTime::parse(text);
        ASSERT_FALSE(result) << text;
        EXPECT_EQ(result.error().status, Status::InvalidParameter);
        EXPECT_EQ(result.error().message,
                  fmt::format("\"{}\" is not a datetime: {}", text, message));
    }
}

TEST(DateTimeTest, LeapDays) {
    EXPECT_TRUE(DateTime::parse("20240229000000.000000+000"));
    EXPECT_TRUE(DateTime::parse("20000229000000.000000+000"));
    EXPECT_FALSE(DateTime::parse("19000229000000.000000+000"));
    EXPECT_TRUE(DateTime::parse("****0229000000.000000+000"));
    EXPECT_FALSE(DateTime::parse("****0230000000.000000+000"));
}

TEST(DateTimeTest, WritesWhatItReads) {
    EXPECT_EQ(DateTime::point(new_year).text(), "20260101000000.000000+000");
    EXPECT_EQ(DateTime::point(new_year, 120).text(), "20260101020000.000000+120");
    EXPECT_EQ(DateTime::point(new_year, -90).text(), "20251231223000.000000-090");
    EXPECT_EQ(DateTime::point(new_year, -90).time(), new_year);
    EXPECT_EQ(DateTime::interval(26h + 1us).text(), "00000001020000.000001:000");
    EXPECT_EQ(DateTime::interval(-1s).text(), "00000000000000.000000:000");
    for (const auto& value :
         {DateTime::point(base::WallTime{}), DateTime::point(base::WallTime{UINT64_MAX}, 60),
          DateTime::point(base::WallTime{UINT64_MAX}, -60),
          DateTime::interval(base::Duration::max())}) {
        EXPECT_TRUE(must(value.text()).compare(value) == 0) << value.text();
    }
}

}  // namespace
}  // namespace openwmi::cim
