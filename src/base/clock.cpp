#include "base/clock.h"

#include <ratio>

namespace openwmi::base {
namespace {

using Ticks = std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>;
using SystemTime = std::chrono::system_clock::time_point;

// From 1601-01-01 to 1970-01-01.
constexpr Ticks unix_epoch = std::chrono::seconds(11'644'473'600);

}  // namespace

WallTime WallTime::from_unix(SystemTime time) {
    const Ticks since_1601 = std::chrono::floor<Ticks>(time.time_since_epoch()) + unix_epoch;
    return WallTime{static_cast<std::uint64_t>(since_1601.count())};  // system_clock begins in 1677
}

SystemTime WallTime::to_unix() const {
    constexpr Ticks last = std::chrono::floor<Ticks>(SystemTime::max().time_since_epoch());
    constexpr Ticks first = std::chrono::ceil<Ticks>(SystemTime::min().time_since_epoch());
    if (ticks > static_cast<std::uint64_t>((last + unix_epoch).count())) return SystemTime(last);
    if (ticks < static_cast<std::uint64_t>((first + unix_epoch).count())) return SystemTime(first);
    return SystemTime(Ticks(static_cast<std::int64_t>(ticks)) - unix_epoch);
}

SteadyTime MachineClock::steady() const {
    return std::chrono::steady_clock::now();
}

WallTime MachineClock::wall() const {
    return WallTime::from_unix(std::chrono::system_clock::now());
}

}  // namespace openwmi::base
