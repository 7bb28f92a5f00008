#pragma once

#include <optional>
#include <string_view>

namespace openwmi::wql {

struct Date {
    unsigned year = 0;
    unsigned month = 0;
    unsigned day = 0;
};

// The forms of wql-supported-date-formats. Where a text could be read in two ways, the month comes
// first, then the day, then the year; else the first documented order that gives a possible date.
// Two digits of a year are 2000 to 2029 and 1930 to 1999.
std::optional<Date> read_date(std::string_view text);

}  // namespace openwmi::wql
