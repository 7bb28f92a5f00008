#include "wql/date_reader.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/fold.h"

namespace openwmi::wql {
namespace {

enum class Part : std::uint8_t { Day, Month, Year, LongYear };

// One group of digits, with how many they are: 032 is no day.
struct Digits {
    unsigned value = 0;
    std::size_t count = 0;
};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Takes the digits that the text begins with: eight at most.
Digits take_digits(std::string_view& text) {
    Digits digits;
    while (digits.count < text.size() && digits.count < 9 && is_digit(text[digits.count])) {
        digits.value = digits.value * 10 + static_cast<unsigned>(text[digits.count] - '0');
        ++digits.count;
    }
    text.remove_prefix(digits.count);
    return digits;
}

std::optional<unsigned> year_of(Digits digits) {
    constexpr unsigned last_of_this_century = 29;
    if (digits.count == 4) return digits.value;
    if (digits.count != 2) return std::nullopt;
    return digits.value + (digits.value <= last_of_this_century ? 2000 : 1900);
}

bool set(Date& date, Part part, Digits digits) {
    const bool is_short = digits.count == 1 || digits.count == 2;
    switch (part) {
        case Part::Day: date.day = digits.value; return is_short;
        case Part::Month: date.month = digits.value; return is_short;
        case Part::LongYear:
            if (digits.count != 4) return false;
            [[fallthrough]];
        case Part::Year: {
            const auto year = year_of(digits);
            date.year = year.value_or(0);
            return year.has_value();
        }
    }
    return false;
}

bool is_possible(const Date& date) {
    const std::chrono::year_month_day day{std::chrono::year(static_cast<int>(date.year)),
                                          std::chrono::month(date.month),
                                          std::chrono::day(date.day)};
    return date.year > 0 && day.ok();
}

using Order = std::array<Part, 3>;

std::optional<Date> read_in(std::span<const Part> order, std::span<const Digits> groups,
                            Date date) {
    for (std::size_t i = 0; i < groups.size(); ++i) {
        if (!set(date, order[i], groups[i])) return std::nullopt;
    }
    if (!is_possible(date)) return std::nullopt;
    return date;
}

// 01/31/1932, 31.1.32, 1932-01-31: one and the same separator.
std::optional<Date> read_separated(std::string_view text) {
    static constexpr Order orders[] = {
        {Part::Month, Part::Day, Part::Year}, {Part::Day, Part::Month, Part::Year},
        {Part::Month, Part::Year, Part::Day}, {Part::Day, Part::Year, Part::Month},
        {Part::Year, Part::Month, Part::Day}, {Part::Year, Part::Day, Part::Month},
    };
    std::array<Digits, 3> groups;
    char separator = 0;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        groups[i] = take_digits(text);
        if (i + 1 == groups.size()) break;
        if (text.empty() || (i > 0 && text.front() != separator)) return std::nullopt;
        separator = text.front();
        if (separator != '/' && separator != '-' && separator != '.') return std::nullopt;
        text.remove_prefix(1);
    }
    if (!text.empty()) return std::nullopt;
    for (const auto& order : orders) {
        if (auto date = read_in(order, groups, {})) return date;
    }
    return std::nullopt;
}

// 19320131, 320131, 193201, 1932.
std::optional<Date> read_compact(std::string_view text) {
    const auto all = take_digits(text);
    if (!text.empty()) return std::nullopt;
    const auto split = [&](std::size_t year_digits, unsigned rest_size) -> std::array<Digits, 3> {
        const unsigned month = rest_size == 10000 ? all.value / 100 % 100 : all.value % 100;
        const unsigned day = rest_size == 10000 ? all.value % 100 : 1;
        return {Digits{all.value / rest_size, year_digits}, {month, 2}, {day, 2}};
    };
    constexpr Order order = {Part::Year, Part::Month, Part::Day};
    switch (all.count) {
        case 8: return read_in(order, split(4, 10000), {});
        case 6: {
            auto date = read_in(order, split(2, 10000), {});
            return date ? date : read_in(order, split(4, 100), {});
        }
        case 4: return read_in(order, std::array<Digits, 3>{all, Digits{1, 2}, Digits{1, 2}}, {});
        default: return std::nullopt;
    }
}

// January or Jan; 0: no month.
unsigned month_of(std::string_view name) {
    static constexpr std::string_view months[] = {"January",   "February", "March",    "April",
                                                  "May",       "June",     "July",     "August",
                                                  "September", "October",  "November", "December"};
    unsigned number = 0;
    for (const auto month : months) {
        ++number;
        if (base::fold_equal(name, month) || base::fold_equal(name, month.substr(0, 3))) {
            return number;
        }
    }
    return 0;
}

// The pieces of a date with the name of its month.
struct Named {
    unsigned month = 0;
    std::size_t month_at = 0;  // how many numbers stand before it
    std::vector<Digits> numbers;
    std::optional<std::size_t> comma_before;  // which number
};

// Takes one piece; false: it is none.
bool take_piece(std::string_view& text, Named& named) {
    if (text.front() == ' ') {
        text.remove_prefix(1);
        return true;
    }
    if (text.front() == ',') {
        text.remove_prefix(1);
        return !std::exchange(named.comma_before, named.numbers.size());
    }
    if (is_digit(text.front())) {
        named.numbers.push_back(take_digits(text));
        return named.numbers.size() <= 2;
    }
    std::size_t length = 0;
    while (length < text.size() && is_letter(text[length])) ++length;
    const bool first = named.month == 0;
    named.month = month_of(text.substr(0, length));
    named.month_at = named.numbers.size();
    text.remove_prefix(length);
    return first && named.month != 0;
}

// January 21, 1932 and the forms like it.
std::optional<Date> read_named(std::string_view text) {
    struct Form {
        std::size_t month_at;
        std::vector<Part> numbers;
    };
    static const Form forms[] = {
        {0, {Part::Day, Part::Year}}, {0, {Part::LongYear}},
        {0, {Part::Year, Part::Day}}, {1, {Part::Day, Part::Year}},
        {2, {Part::Day, Part::Year}}, {1, {Part::Year, Part::Day}},
        {1, {Part::LongYear}},        {2, {Part::LongYear, Part::Day}},
    };
    if (text.empty() || text.back() == ' ' || text.back() == ',') return std::nullopt;
    Named named;
    while (!text.empty()) {
        if (!take_piece(text, named)) return std::nullopt;
    }
    for (const auto& form : forms) {
        if (form.month_at != named.month_at || form.numbers.size() != named.numbers.size()) {
            continue;
        }
        // A comma stands before the year, and that is last then.
        if (named.comma_before &&
            (*named.comma_before + 1 != form.numbers.size() || form.numbers.back() == Part::Day)) {
            continue;
        }
        auto date = read_in(form.numbers, named.numbers, {.month = named.month, .day = 1});
        if (date) return date;
    }
    return std::nullopt;
}

}  // namespace

std::optional<Date> read_date(std::string_view text) {
    if (auto date = read_separated(text)) return date;
    if (auto date = read_compact(text)) return date;
    return read_named(text);
}

}  // namespace openwmi::wql
