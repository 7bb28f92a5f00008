#include "cim/datetime.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "base/text.h"

namespace openwmi::cim {
namespace {

using namespace std::chrono;

constexpr std::size_t text_length = 25;
constexpr std::size_t dot_at = 14;
constexpr std::size_t sign_at = 21;

// A run of digits in the 25 characters.
struct Field {
    std::string_view name;
    std::size_t at;
    std::size_t width;
    std::int64_t least;
    std::int64_t most;
};

// Points count the calendar in the first three fields, intervals count days in their place.
constexpr Field year_field{"year", 0, 4, 0, 9999};
constexpr Field month_field{"month", 4, 2, 1, 12};
constexpr Field day_field{"day", 6, 2, 1, 31};
constexpr Field days_field{"number of days", 0, 8, 0, 99'999'999};
constexpr Field hour_field{"hour", 8, 2, 0, 23};
constexpr Field minute_field{"minute", 10, 2, 0, 59};
constexpr Field second_field{"second", 12, 2, 0, 59};
constexpr Field microsecond_field{"number of microseconds", 15, 6, 0, 999'999};
constexpr Field offset_field{"UTC offset", 22, 3, 0, 999};

constexpr sys_days epoch{year{1} / January / 1};  // where microseconds_ of a point starts
constexpr sys_days windows_epoch{year{1601} / January / 1};

constexpr microseconds last_moment = sys_days{year{10000} / January / 1} - epoch - microseconds{1};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

template <class... Args>
tl::unexpected<Error> bad(std::string_view text, fmt::format_string<Args...> format,
                          Args&&... args) {
    constexpr std::size_t shown = 2 * text_length;
    return fail(Status::InvalidParameter, "\"{}{}\" is not a datetime: {}",
                base::to_valid_utf8(text.substr(0, shown)), text.size() > shown ? "..." : "",
                fmt::format(format, std::forward<Args>(args)...));
}

std::string place(const Field& field) {
    return fmt::format("characters {} to {}", field.at + 1, field.at + field.width);
}

// The field's number; empty when all of it is asterisks.
Result<std::optional<std::int64_t>> read(std::string_view text, const Field& field) {
    const auto part = text.substr(field.at, field.width);
    if (part.find_first_not_of('*') == part.npos) return std::nullopt;
    std::int64_t number = 0;
    for (std::size_t i = 0; i < part.size(); ++i) {
        if (part[i] == '*') {
            return bad(text, "asterisks must fill the whole {} ({}), found \"{}\"", field.name,
                       place(field), part);
        }
        if (!is_digit(part[i])) {
            return bad(text, "expected a digit of the {} at character {}, found '{}'", field.name,
                       field.at + i + 1, part[i]);
        }
        number = number * 10 + (part[i] - '0');
    }
    if (number < field.least || number > field.most) {
        return bad(text, "the {} ({}) must be {} to {}, found \"{}\"", field.name, place(field),
                   field.least, field.most, part);
    }
    return number;
}

// Hours, minutes, seconds and microseconds, which points and intervals share.
struct TimeOfDay {
    std::optional<std::int64_t> hour;
    std::optional<std::int64_t> minute;
    std::optional<std::int64_t> second;
    std::optional<std::int64_t> microsecond;

    bool has_wildcards() const { return !hour || !minute || !second || !microsecond; }
    microseconds length() const {
        return hours{*hour} + minutes{*minute} + seconds{*second} + microseconds{*microsecond};
    }
};

Result<TimeOfDay> read_time_of_day(std::string_view text) {
    TimeOfDay time;
    time.hour = WMI_TRY(read(text, hour_field));
    time.minute = WMI_TRY(read(text, minute_field));
    time.second = WMI_TRY(read(text, second_field));
    time.microsecond = WMI_TRY(read(text, microsecond_field));
    return time;
}

// The last day the month may have; an unknown month or year is given the benefit of the doubt.
std::int64_t last_day(std::optional<std::int64_t> year_number,
                      std::optional<std::int64_t> month_number) {
    if (!month_number) return 31;
    const year leap_year{2000};
    const year y = year_number ? year{static_cast<int>(*year_number)} : leap_year;
    const year_month_day_last last{y, month_day_last{month{static_cast<unsigned>(*month_number)}}};
    return static_cast<unsigned>(last.day());
}

Result<> check_frame(std::string_view text) {
    if (text.size() != text_length) {
        return bad(text, "expected {} characters, found {}", text_length, text.size());
    }
    if (text[dot_at] != '.') {
        return bad(text, "expected '.' at character {}, found '{}'", dot_at + 1, text[dot_at]);
    }
    const char sign = text[sign_at];
    if (sign != '+' && sign != '-' && sign != ':') {
        return bad(text, "expected '+', '-' or ':' at character {}, found '{}'", sign_at + 1, sign);
    }
    return {};
}

std::string point_text(microseconds local, int offset_minutes) {
    const auto moment = epoch + local;
    const auto day_start = floor<days>(moment);
    const year_month_day date{day_start};
    const hh_mm_ss time{moment - day_start};
    return fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}.{:06}{}{:03}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       time.hours().count(), time.minutes().count(), time.seconds().count(),
                       time.subseconds().count(), offset_minutes < 0 ? '-' : '+',
                       std::abs(offset_minutes));
}

}  // namespace

Result<DateTime> DateTime::parse(std::string_view text) {
    WMI_TRY(check_frame(text));
    DateTime result;
    result.text_ = text;
    result.interval_ = text[sign_at] == ':';
    return result.interval_ ? parse_interval(std::move(result)) : parse_point(std::move(result));
}

Result<DateTime> DateTime::parse_interval(DateTime result) {
    const std::string_view text = result.text_;
    const auto number_of_days = WMI_TRY(read(text, days_field));
    const auto time = WMI_TRY(read_time_of_day(text));
    if (!number_of_days || time.has_wildcards()) {
        return bad(text, "an interval may not contain asterisks");
    }
    if (text.substr(offset_field.at) != "000") {
        return bad(text, "an interval ends in \":000\" (characters 22 to 25), found \"{}\"",
                   text.substr(sign_at));
    }
    result.microseconds_ = (days{*number_of_days} + time.length()).count();
    return result;
}

Result<DateTime> DateTime::parse_point(DateTime result) {
    const std::string_view text = result.text_;
    const auto y = WMI_TRY(read(text, year_field));
    const auto m = WMI_TRY(read(text, month_field));
    const auto d = WMI_TRY(read(text, day_field));
    const auto time = WMI_TRY(read_time_of_day(text));
    const auto offset = WMI_TRY(read(text, offset_field));
    if (d && *d > last_day(y, m)) {
        return bad(text, "the day ({}) must be 1 to {} in this month, found \"{}\"",
                   place(day_field), last_day(y, m), text.substr(day_field.at, day_field.width));
    }
    result.wildcards_ = !y || !m || !d || !offset || time.has_wildcards();
    if (result.wildcards_) return result;

    const sys_days date{year{static_cast<int>(*y)} / static_cast<int>(*m) / static_cast<int>(*d)};
    const minutes east{text[sign_at] == '-' ? -*offset : *offset};
    result.microseconds_ = microseconds{(date - epoch) + time.length() - east}.count();
    return result;
}

DateTime DateTime::point(base::WallTime time, int offset_minutes) {
    const int offset = std::clamp<int>(offset_minutes, -999, 999);
    const microseconds since_1601{static_cast<std::int64_t>(time.ticks / 10)};
    const microseconds utc = std::min(since_1601 + (windows_epoch - epoch), last_moment);
    const microseconds local = std::min(utc + minutes{offset}, last_moment);
    DateTime result;
    result.microseconds_ = (local - minutes{offset}).count();
    result.text_ = point_text(local, offset);
    return result;
}

DateTime DateTime::interval(base::Duration duration) {
    const auto length = std::max(floor<microseconds>(duration), microseconds{0});
    const auto whole_days = floor<days>(length);
    const hh_mm_ss time{length - whole_days};
    DateTime result;
    result.interval_ = true;
    result.microseconds_ = length.count();
    result.text_ =
        fmt::format("{:08}{:02}{:02}{:02}.{:06}:000", whole_days.count(), time.hours().count(),
                    time.minutes().count(), time.seconds().count(), time.subseconds().count());
    return result;
}

std::optional<base::WallTime> DateTime::time() const {
    const microseconds since_1601 = microseconds{microseconds_} - (windows_epoch - epoch);
    if (interval_ || wildcards_ || since_1601.count() < 0) return std::nullopt;
    return base::WallTime{static_cast<std::uint64_t>(since_1601.count()) * 10};
}

std::optional<base::Duration> DateTime::duration() const {
    if (!interval_) return std::nullopt;
    const microseconds longest = floor<microseconds>(base::Duration::max());
    if (microseconds{microseconds_} > longest) return base::Duration::max();
    return base::Duration{microseconds{microseconds_}};
}

std::partial_ordering DateTime::compare(const DateTime& other) const {
    if (interval_ != other.interval_) return std::partial_ordering::unordered;
    if (wildcards_ || other.wildcards_) {
        return text_ == other.text_ ? std::partial_ordering::equivalent
                                    : std::partial_ordering::unordered;
    }
    return microseconds_ <=> other.microseconds_;
}

}  // namespace openwmi::cim
