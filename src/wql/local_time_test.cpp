#include "wql/local_time.h"

#include <gtest/gtest.h>

#include "support/proves.h"

namespace openwmi::wql {
namespace {

std::string digits(std::string_view text) {
    const auto time = LocalTime::parse(text);
    return time ? time->digits() : "none";
}

std::string day(std::string_view text) {
    const auto all = digits(text);
    return all.size() == 21 && all.ends_with("000000.000000") ? all.substr(0, 8) : all;
}

TEST(LocalTime, theFormOfQueriesIsReadInEachOrder) {
    for (const char* text : {"2026-01-31 18:05:09:250", "01-31-2026 18:05:09:250",
                             "31-01-2026 18:05:09:250", "1/31/2026 6:05:09:250 PM"}) {
        PROVES("WQL-095", EXPECT_EQ(digits(text), "20260131180509.250000") << text);
    }
    PROVES("WQL-095", EXPECT_EQ(day("02-03-2026"), "20260203") << "the month comes first");
}

TEST(LocalTime, everyDocumentedFormOfADateIsRead) {
    for (const char* text :
         {"January 21, 1932", "January 21, 32",  "Jan 21 1932",      "Jan 21 32",
          "January 1932 21",  "Jan 32 21",       "21 January, 1932", "21 Jan32",
          "21 January 1932",  "21 1932 January", "32 January 21",    "1932 January 21",
          "1932 21 January",  "1/21/1932",       "01-21-32",         "1.21.1932",
          "21/1/32",          "21.01.1932",      "1-1932-21",        "01/32/21",
          "21.1932.1",        "21-32-01",        "1932/21/01",       "32.21.1",
          "1932-01-21",       "32/1/21",         "19320121",         "320121"}) {
        PROVES("WQL-096", EXPECT_EQ(day(text), "19320121") << text);
    }
    for (const char* text : {"January 1932", "Jan, 1932", "1932 Jan", "193201", "1932"}) {
        PROVES("WQL-096", EXPECT_EQ(day(text), "19320101") << text);
    }
    EXPECT_EQ(day("jan 5, 29"), "20290105") << "two digits are years of 1930 to 2029";
    EXPECT_EQ(day("jan 5, 30"), "19300105");
}

TEST(LocalTime, everyDocumentedFormOfATimeIsRead) {
    const std::pair<const char*, const char*> forms[] = {
        {"4 PM", "160000.000000"},          {"4PM", "160000.000000"},
        {"12 am", "000000.000000"},         {"3:23", "032300.000000"},
        {"03:23 AM", "032300.000000"},      {"3:23pm", "152300.000000"},
        {"3:23:00", "032300.000000"},       {"15:23:59", "152359.000000"},
        {"3:23:00PM", "152300.000000"},     {"3:23:00 AM", "032300.000000"},
        {"03:23:01:007", "032301.007000"},  {"03:23:01:7", "032301.007000"},
        {"03:23:01:70", "032301.070000"},   {"3:23:01:123PM", "152301.123000"},
        {"3:23:01:12 pm", "152301.012000"},
    };
    for (const auto& [text, expected] : forms) {
        PROVES("WQL-097", EXPECT_EQ(digits(text), expected) << text);
    }
    EXPECT_EQ(digits("Jan 21, 1932 4 PM"), "19320121160000.000000");
}

TEST(LocalTime, whatIsNoDateIsNone) {
    for (const char* text : {"",
                             " ",
                             "1/21-1932",
                             "1/21",
                             "2026-02-30",
                             "2026-13-13",
                             "32 32 January",
                             "Janu 1 2026",
                             "Jan Feb 2026",
                             "Jan 1,,2026",
                             "Jan, 1932 21",
                             "Jan 1932,",
                             "1-2-3-4",
                             "19320132x",
                             "5",
                             "24:00",
                             "3:60",
                             "13 PM",
                             "0 AM",
                             "3:2",
                             "3:23:",
                             "3:23:00:1234",
                             "noon",
                             "0000-01-01",
                             "2026-01-31T10:00:00",
                             "\xC3\xA4m",
                             "1 2 3 January 1932",
                             "99999999999999"}) {
        PROVES("WQL-096", EXPECT_EQ(digits(text), "none") << text);
    }
}

TEST(LocalTime, onlyPointsInTimeAreCompared) {
    const auto time = *LocalTime::parse("3:23");
    EXPECT_EQ(time.counterpart("20260131032300.000000+060"), "032300.000000");
    EXPECT_EQ(LocalTime::parse("2026")->counterpart("20260131032300.000000+060"),
              "20260131032300.000000");
    EXPECT_EQ(time.counterpart("00000001032300.000000:000"), "") << "an interval";
    EXPECT_EQ(time.counterpart("20260131******.000000+000"), "") << "with asterisks";
    EXPECT_EQ(time.counterpart("2026"), "");
}

}  // namespace
}  // namespace openwmi::wql
