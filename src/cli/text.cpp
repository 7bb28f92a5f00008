#include "cli/text.h"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <cctype>
#include <charconv>
#include <ctime>

#include "base/text.h"

namespace openwmi::cli {

namespace {

// Controls, and the invisible ones that turn the direction of what follows.
bool is_obeyed(char32_t c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

constexpr std::int64_t minute = 60;  // in seconds
constexpr std::int64_t hour = 60 * minute;
constexpr std::int64_t day = 24 * hour;

}  // namespace

std::string printable(std::string_view text) {
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        const auto c = base::next_code_point(text, at);
        if (c == '\n') {
            result += "\\n";
        } else if (c == '\t') {
            result += "\\t";
        } else if (is_obeyed(c)) {
            result += fmt::format("\\x{:02x}", static_cast<std::uint32_t>(c));
        } else {
            base::append_utf8(result, c);
        }
    }
    return result;
}

std::size_t columns(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++count) base::next_code_point(text, at);
    return count;
}

std::string shortened(std::string_view text, std::size_t most) {
    if (columns(text) <= most) return std::string(text);
    if (most == 0) return "";
    std::size_t end = 0;
    for (std::size_t count = 1; count < most; ++count) base::next_code_point(text, end);
    return std::string(text.substr(0, end)) + "…";
}

std::vector<std::string> wrapped(std::string_view text, std::size_t most) {
    std::vector<std::string> lines;
    while (columns(text) > most && most > 0) {
        std::size_t end = 0;
        for (std::size_t count = 0; count < most; ++count) base::next_code_point(text, end);
        const auto blank = text.rfind(' ', end);
        const bool at_blank = blank != std::string_view::npos && blank > 0;
        const auto cut = at_blank ? blank : end;
        lines.emplace_back(text.substr(0, cut));
        text.remove_prefix(cut + (at_blank ? 1 : 0));
    }
    lines.emplace_back(text);
    return lines;
}

std::optional<TimePoint> read_time(std::string_view iso) {
    std::tm parts{};
    if (iso.size() < 20 || iso.back() != 'Z') return std::nullopt;
    const std::string text(iso);
    const char* const rest = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    if (!rest) return std::nullopt;
    std::chrono::microseconds fraction{0};
    if (*rest == '.') {
        std::int64_t count = 0;
        const char* const end = text.data() + text.size() - 1;
        const auto read = std::from_chars(rest + 1, end, count);
        if (read.ec != std::errc() || read.ptr != end || end - rest != 7) return std::nullopt;
        fraction = std::chrono::microseconds(count);
    }
    return std::chrono::system_clock::from_time_t(::timegm(&parts)) + fraction;
}

std::string relative(TimePoint then, TimePoint now) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - then).count();
    if (seconds < 2) return "just now";
    if (seconds < 100) return fmt::format("{} s ago", seconds);
    if (seconds < 100 * minute) return fmt::format("{} min ago", seconds / minute);
    if (seconds < 2 * day) return fmt::format("{} h ago", seconds / hour);
    if (seconds < 14 * day) return fmt::format("{} days ago", seconds / day);
    return fmt::format("{:%Y-%m-%d}", fmt::localtime(std::chrono::system_clock::to_time_t(then)));
}

std::string clock_text(TimePoint time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(time - seconds).count();
    const auto parts = fmt::localtime(std::chrono::system_clock::to_time_t(seconds));
    return fmt::format("{:%H:%M:%S}.{:03}", parts, rest);
}

std::optional<std::chrono::milliseconds> read_duration(std::string_view text) {
    double count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc() || !(count >= 0) || count > 1e9) return std::nullopt;
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    double factor = 0;
    if (unit == "ms") factor = 1;
    if (unit.empty() || unit == "s") factor = 1000;
    if (unit == "m" || unit == "min") factor = 60'000;
    if (unit == "h") factor = 3'600'000;
    if (factor == 0) return std::nullopt;
    return std::chrono::milliseconds(static_cast<std::int64_t>(count * factor));
}

std::string duration_text(std::chrono::duration<double> duration) {
    const double milliseconds = duration.count() * 1000;
    if (milliseconds < 10) return fmt::format("{:.1f} ms", milliseconds);
    if (milliseconds < 1000) return fmt::format("{:.0f} ms", milliseconds);
    return fmt::format("{:.1f} s", duration.count());
}

std::string long_duration_text(std::chrono::seconds duration) {
    const auto seconds = duration.count();
    if (seconds < 2 * minute) return fmt::format("{} s", seconds);
    if (seconds < 2 * hour) return fmt::format("{} min", seconds / minute);
    if (seconds < 2 * day) {
        return fmt::format("{} h {} min", seconds / hour, seconds % hour / minute);
    }
    return fmt::format("{} days", seconds / day);
}

}  // namespace openwmi::cli
