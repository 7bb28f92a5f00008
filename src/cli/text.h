#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openwmi::cli {

// The text with everything that a terminal would obey made visible: what comes from strangers must
// not move the cursor.
std::string printable(std::string_view text);

// How many columns it takes (code points; escapes must not be in it).
std::size_t columns(std::string_view text);
// Cut to that many columns, with "…" at its end when something is missing.
std::string shortened(std::string_view text, std::size_t most);

// Broken between words into lines of that many columns at most; a longer word is cut through.
std::vector<std::string> wrapped(std::string_view text, std::size_t most);

using TimePoint = std::chrono::system_clock::time_point;
// "2026-01-31T23:59:59.123456Z", as the service writes it.
std::optional<TimePoint> read_time(std::string_view iso);
// "just now", "12 s ago", "3 h ago", "2026-01-31".
std::string relative(TimePoint then, TimePoint now);
// "23:59:59.123" in local time.
std::string clock_text(TimePoint time);
// "20s", "5min", "1h", "250ms", "20": seconds.
std::optional<std::chrono::milliseconds> read_duration(std::string_view text);
// "0.4 ms", "1.3 s".
std::string duration_text(std::chrono::duration<double> duration);
// "90 s", "3 h 5 min", "12 days".
std::string long_duration_text(std::chrono::seconds duration);

}  // namespace openwmi::cli
