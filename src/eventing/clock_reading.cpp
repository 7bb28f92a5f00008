#include "eventing/clock_reading.h"

#include <ctime>
#include <string_view>

#include "base/fold.h"

namespace openwmi::eventing {

namespace {

constexpr std::string_view clock_provider = "Win32ClockProvider";

}  // namespace

std::optional<ClockKind> clock_kind(const cim::Class& cls) {
    if (!cls.is_dynamic() || !base::fold_equal(cls.provider(), clock_provider)) return std::nullopt;
    if (cls.name() == cim::Name("Win32_LocalTime")) return ClockKind::Local;
    if (cls.name() == cim::Name("Win32_UTCTime")) return ClockKind::Utc;
    return std::nullopt;
}

std::chrono::seconds utc_offset(ClockKind kind, base::WallTime time) {
    if (kind == ClockKind::Utc) return {};
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time.to_unix());
    std::tm local{};
    ::tzset();  // the zone may have changed
    return std::chrono::seconds(::localtime_r(&seconds, &local) ? local.tm_gmtoff : 0);
}

ClockReading read_clock(ClockKind kind, base::WallTime time) {
    using namespace std::chrono;
    const auto shown = floor<seconds>(time.to_unix()) + utc_offset(kind, time);
    const auto midnight = floor<days>(shown);
    const year_month_day date(midnight);
    const hh_mm_ss clock(shown - midnight);
    const auto first = weekday(sys_days(date.year() / date.month() / 1)).c_encoding();
    ClockReading reading;
    reading.year = static_cast<std::uint32_t>(static_cast<int>(date.year()));
    reading.month = static_cast<unsigned>(date.month());
    reading.day = static_cast<unsigned>(date.day());
    reading.day_of_week = weekday(midnight).c_encoding();
    reading.week_in_month = (reading.day - 1 + first) / 7 + 1;
    reading.quarter = (reading.month - 1) / 3 + 1;
    reading.hour = static_cast<std::uint32_t>(clock.hours().count());
    reading.minute = static_cast<std::uint32_t>(clock.minutes().count());
    reading.second = static_cast<std::uint32_t>(clock.seconds().count());
    return reading;
}

cim::InstancePtr clock_instance(const cim::ClassPtr& cls, const ClockReading& reading,
                                ClockPart known) {
    cim::InstanceBuilder builder(cls);
    // A class that lacks one of them does without.
    const auto set = [&](ClockPart part, const char* name, std::uint32_t value) {
        if (known >= part) (void)builder.set(name, cim::Value(std::uint64_t{value}));
    };
    set(ClockPart::Day, "Year", reading.year);
    set(ClockPart::Day, "Month", reading.month);
    set(ClockPart::Day, "Day", reading.day);
    set(ClockPart::Day, "DayOfWeek", reading.day_of_week);
    set(ClockPart::Day, "WeekInMonth", reading.week_in_month);
    set(ClockPart::Day, "Quarter", reading.quarter);
    set(ClockPart::Hour, "Hour", reading.hour);
    set(ClockPart::Minute, "Minute", reading.minute);
    set(ClockPart::Second, "Second", reading.second);
    return builder.build();
}

}  // namespace openwmi::eventing
