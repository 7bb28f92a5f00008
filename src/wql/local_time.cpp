#include "wql/local_time.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "wql/date_reader.h"

namespace openwmi::wql {
namespace {

constexpr std::size_t longest = 64;  // of what can be a date at all

struct TimeOfDay {
    unsigned hour = 0;
    unsigned minute = 0;
    unsigned second = 0;
    unsigned millisecond = 0;
};

// Takes that many digits; empty when there are others.
std::optional<unsigned> take_number(std::string_view& text, std::size_t fewest, std::size_t most) {
    unsigned value = 0;
    std::size_t count = 0;
    while (count < text.size() && text[count] >= '0' && text[count] <= '9') {
        if (++count > most) return std::nullopt;
        value = value * 10 + static_cast<unsigned>(text[count - 1] - '0');
    }
    if (count < fewest) return std::nullopt;
    text.remove_prefix(count);
    return value;
}

bool take_colon(std::string_view& text) {
    if (text.empty() || text.front() != ':') return false;
    text.remove_prefix(1);
    return true;
}

// `letters` is ASCII and in capitals.
bool ends_with_letters(std::string_view text, std::string_view letters) {
    if (text.size() < letters.size()) return false;
    return std::ranges::equal(text.substr(text.size() - letters.size()), letters, {},
                              [](char c) { return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c; });
}

// 4 PM, 3:23, 3:23 AM, 3:23:00, 3:23:00:123, each with AM or PM.
std::optional<TimeOfDay> read_time(std::string_view text) {
    const bool afternoon = ends_with_letters(text, "PM");
    const bool twelve_hours = afternoon || ends_with_letters(text, "AM");
    if (twelve_hours) {
        text.remove_suffix(2);
        if (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    }
    TimeOfDay time;
    const auto hour = take_number(text, 1, 2);
    if (!hour || (text.empty() && !twelve_hours)) return std::nullopt;
    const auto part = [&](unsigned& to, std::size_t fewest, std::size_t most) {
        if (text.empty()) return true;
        if (!take_colon(text)) return false;
        const auto number = take_number(text, fewest, most);
        to = number.value_or(0);
        return number.has_value();
    };
    if (!part(time.minute, 2, 2) || !part(time.second, 2, 2) || !part(time.millisecond, 1, 3) ||
        !text.empty()) {
        return std::nullopt;
    }
    if (twelve_hours && (*hour < 1 || *hour > 12)) return std::nullopt;
    time.hour = twelve_hours ? *hour % 12 + (afternoon ? 12 : 0) : *hour;
    if (time.hour > 23 || time.minute > 59 || time.second > 59) return std::nullopt;
    return time;
}

std::string digits_of(const Date& date) {
    return fmt::format("{:04}{:02}{:02}", date.year, date.month, date.day);
}

std::string digits_of(const TimeOfDay& time) {
    return fmt::format("{:02}{:02}{:02}.{:03}000", time.hour, time.minute, time.second,
                       time.millisecond);
}

}  // namespace

std::optional<LocalTime> LocalTime::parse(std::string_view text) {
    if (text.size() > longest) return std::nullopt;
    text = base::trim(text);
    if (const auto time = read_time(text)) return LocalTime(digits_of(*time));
    if (const auto date = read_date(text))
        return LocalTime(digits_of(*date) + digits_of(TimeOfDay{}));
    for (auto at = text.find(' '); at != std::string_view::npos; at = text.find(' ', at + 1)) {
        const auto date = read_date(text.substr(0, at));
        const auto time = read_time(text.substr(at + 1));
        if (date && time) return LocalTime(digits_of(*date) + digits_of(*time));
    }
    return std::nullopt;
}

std::string_view LocalTime::counterpart(std::string_view datetime) const {
    constexpr std::size_t length = 25;
    constexpr std::size_t sign = 21;
    constexpr std::size_t time_of_day = 8;
    if (datetime.size() != length || datetime[sign] == ':' ||
        datetime.find('*') != std::string_view::npos) {
        return {};
    }
    const auto until_zone = datetime.substr(0, sign);
    return digits_.size() == sign ? until_zone : until_zone.substr(time_of_day);
}

}  // namespace openwmi::wql
