#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace openwmi::base {

using Duration = std::chrono::nanoseconds;
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, Duration>;

// Wall-clock time as WMI counts it: 100 ns steps since 1601-01-01 UTC.
struct WallTime {
    std::uint64_t ticks = 0;

    static WallTime from_unix(std::chrono::system_clock::time_point time);
    std::chrono::system_clock::time_point to_unix() const;

    friend auto operator<=>(const WallTime&, const WallTime&) = default;
};

// Where all time comes from, so that a test can own it. Thread-safe.
class Clock {
  public:
    virtual ~Clock() = default;
    virtual SteadyTime steady() const = 0;  // never goes back, unrelated to the calendar
    virtual WallTime wall() const = 0;      // may jump either way
};

// The machine's own clocks.
class MachineClock final : public Clock {
  public:
    SteadyTime steady() const override;
    WallTime wall() const override;
};

}  // namespace openwmi::base
