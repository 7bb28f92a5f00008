#include "eventing/clock_reading.h"

#include <array>
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
    struct Field {
        cim::Name name;
        ClockPart part;
        std::uint32_t ClockReading::* value;
    };
    static const std::array<Field, 9> fields = {{
        {"Year", ClockPart::Day, &ClockReading::year},
        {"Month", ClockPart::Day, &ClockReading::month},
        {"Day", ClockPart::Day, &ClockReading::day},
        {"DayOfWeek", ClockPart::Day, &ClockReading::day_of_week},
        {"WeekInMonth", ClockPart::Day, &ClockReading::week_in_month},
        {"Quarter", ClockPart::Day, &ClockReading::quarter},
        {"Hour", ClockPart::Hour, &ClockReading::hour},
        {"Minute", ClockPart::Minute, &ClockReading::minute},
        {"Second", ClockPart::Second, &ClockReading::second},
    }};
    cim::InstanceBuilder builder(cls);
    for (const auto& field : fields) {
        // A class that lacks one of them does without.
        if (known >= field.part)
            (void)builder.set(field.name, cim::Value(std::uint64_t{reading.*field.value}));
    }
    return builder.build();
}

}  // namespace openwmi::eventing
