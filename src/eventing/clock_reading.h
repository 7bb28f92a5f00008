#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "cim/class.h"
#include "cim/instance.h"

namespace openwmi::eventing {

// Which clock a class shows.
enum class ClockKind : std::uint8_t { Local, Utc };

// Win32_LocalTime or Win32_UTCTime of the clock provider; anybody else's class is none.
std::optional<ClockKind> clock_kind(const cim::Class& cls);

// What a clock shows in one second (W32-014). Value.
struct ClockReading {
    std::uint32_t year = 0;
    std::uint32_t month = 0;
    std::uint32_t day = 0;
    std::uint32_t day_of_week = 0;    // 0: Sunday (OD-027)
    std::uint32_t week_in_month = 0;  // 1 to 6, a week begins on Sunday
    std::uint32_t quarter = 0;
    std::uint32_t hour = 0;
    std::uint32_t minute = 0;
    std::uint32_t second = 0;
};

// Seconds that local time is ahead of UTC at that moment, by the machine's zone.
std::chrono::seconds utc_offset(ClockKind kind, base::WallTime time);
ClockReading read_clock(ClockKind kind, base::WallTime time);

// How much of a reading is known.
enum class ClockPart : std::uint8_t { None, Day, Hour, Minute, Second };

// The instance of the class with what is known; the rest is NULL.
cim::InstancePtr clock_instance(const cim::ClassPtr& cls, const ClockReading& reading,
                                ClockPart known);

}  // namespace openwmi::eventing
