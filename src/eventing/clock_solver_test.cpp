#include "eventing/clock_solver.h"

#include <gtest/gtest.h>

#include "base/local_zone.h"
#include "cim/datetime.h"
#include "cim/test_classes.h"
#include "eventing/subscriptions.h"
#include "eventing/test_world.h"
#include "support/proves.h"
#include "wql/query.h"

namespace openwmi::eventing {
namespace {

class ClockSolverTest : public testing::Test {
  protected:
    ClockSolverTest() {
        std::vector<cim::Property> properties;
        for (const char* name : {"Day", "DayOfWeek", "Hour", "Milliseconds", "Minute", "Month",
                                 "Quarter", "Second", "WeekInMonth", "Year"}) {
            properties.push_back(cim::test::property(name, cim::CimType::Uint32));
        }
        schema.add_derived("Win32_LocalTime", "", std::move(properties));
    }
    static base::WallTime at(const char* text) { return *cim::DateTime::parse(text)->time(); }
    std::shared_ptr<const wql::BoundQuery> query(const std::string& condition) {
        auto text =
            "SELECT * FROM __InstanceModificationEvent WHERE TargetInstance ISA "
            "\"Win32_LocalTime\" AND (" +
            condition + ")";
        return compile_event_query(text, schema).value();
    }
    cim::ClassPtr clock() const { return schema.find_class("Win32_LocalTime"); }

    test::TestSchema schema;
};

// The oracle: every second is tried.
std::optional<base::WallTime> tick(const wql::BoundQuery& query, const cim::ClassPtr& cls,
                                   base::WallTime from, unsigned seconds) {
    for (unsigned i = 0; i < seconds; ++i) {
        const base::WallTime second{from.ticks + std::uint64_t{i} * 10'000'000};
        const auto event = clock_event(cls, ClockKind::Local, second);
        if (wql::evaluate(query, *event) == wql::Truth::True) return second;
    }
    return std::nullopt;
}

TEST_F(ClockSolverTest, findsTheSecondThatTickingWouldFind) {
    const char* conditions[] = {
        "TargetInstance.Second = 30",
        "TargetInstance.Hour = 3 AND TargetInstance.Minute = 0 AND TargetInstance.Second = 0",
        "TargetInstance.Hour = 2 AND TargetInstance.Minute = 15",
        "NOT (TargetInstance.Hour < 5)",
        "TargetInstance.Minute = TargetInstance.Hour AND TargetInstance.Second = 59",
        "TargetInstance.Hour <> PreviousInstance.Hour",
        "TargetInstance.Day = 29 OR TargetInstance.Second = 7",
        "TargetInstance.DayOfWeek = 0 AND TargetInstance.Hour >= 4",
        "TargetInstance.Milliseconds IS NULL AND TargetInstance.Second = 3",
        "NOT (TargetInstance.Hour IS NULL) AND TargetInstance.Minute = 1",
    };
    constexpr unsigned window = 2700;  // seconds, in which the second zone changes its clock
    for (const char* zone : {"UTC0", "CET-1CEST,M3.5.0,M10.5.0/3", "XXX-5:45"}) {
        const base::LocalZone local(zone);
        for (const char* begin : {"20260329004500.000000+000", "20261025004507.000000+000"}) {
            for (const char* condition : conditions) {
                const auto bound = query(condition);
                const auto ticked = tick(*bound, clock(), at(begin), window);
                auto found = next_reading(*bound, clock(), ClockKind::Local, at(begin));
                for (int more = 0; !found.matches && more < 50; ++more) {
                    found = next_reading(*bound, clock(), ClockKind::Local, found.time);
                }
                if (ticked) {
                    EXPECT_TRUE(found.matches) << zone << ' ' << condition;
                    EXPECT_EQ(found.time, *ticked) << zone << ' ' << begin << ' ' << condition;
                } else if (found.matches) {
                    EXPECT_GE(found.time.ticks,
                              at(begin).ticks + std::uint64_t{window} * 10'000'000);
                }
            }
        }
    }
}

TEST_F(ClockSolverTest, looksYearsAheadWithoutTicking) {
    const base::LocalZone local("UTC0");
    const auto bound = query(
        "TargetInstance.Month = 2 AND TargetInstance.Day = 29 AND TargetInstance.Hour = 8 AND "
        "TargetInstance.Minute = 0 AND TargetInstance.Second = 0");
    const auto found =
        next_reading(*bound, clock(), ClockKind::Local, at("20260301000000.000000+000"));
    EXPECT_TRUE(found.matches);
    EXPECT_EQ(found.time, at("20280229080000.000000+000"));
    const auto never = query("TargetInstance.Hour = 25");
    EXPECT_FALSE(next_reading(*never, clock(), ClockKind::Local, found.time).matches);
}

TEST_F(ClockSolverTest, weeksOfAMonthBeginOnSunday) {
    const auto reading = [&](const char* text) { return read_clock(ClockKind::Utc, at(text)); };
    EXPECT_EQ(reading("20260103120000.000000+000").week_in_month, 1U);
    EXPECT_EQ(reading("20260104000000.000000+000").week_in_month, 2U);
    EXPECT_EQ(reading("20260831000000.000000+000").week_in_month, 6U);
    EXPECT_EQ(reading("20260104000000.000000+000").day_of_week, 0U);
    EXPECT_EQ(reading("20261231235959.000000+000").quarter, 4U);
}

}  // namespace
}  // namespace openwmi::eventing
