#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace openwmi::cim {

// A CIM datetime: a point in time yyyymmddHHMMSS.mmmmmmsUUU, or an interval
// ddddddddHHMMSS.mmmmmm:000. Whole fields of a point may be asterisks (WQL-094). Value.
class DateTime {
  public:
    static Result<DateTime> parse(
        std::string_view text);  // fails with InvalidParameter, naming the position
    // Microseconds are kept; what lies behind the year 9999 becomes its last microsecond.
    static DateTime point(base::WallTime time, int offset_minutes = 0);
    static DateTime interval(base::Duration duration);  // a negative one becomes zero

    bool is_interval() const { return interval_; }
    bool has_wildcards() const { return wildcards_; }
    const std::string& text() const { return text_; }
    // Empty for intervals, with wildcards, or before 1601.
    std::optional<base::WallTime> time() const;
    // Empty for points; Duration::max() for what is longer than that (292 years).
    std::optional<base::Duration> duration() const;

    // Points compare in UTC, intervals by length; with wildcards, character for character, only for
    // equality (WQL-092, 093). Unordered when the two are of different kinds.
    std::partial_ordering compare(const DateTime& other) const;

  private:
    static Result<DateTime> parse_point(DateTime result);
    static Result<DateTime> parse_interval(DateTime result);

    std::string text_;
    bool interval_ = false;
    bool wildcards_ = false;
    std::int64_t microseconds_ = 0;  // since 0001-01-01 UTC, or the length
};

}  // namespace openwmi::cim
