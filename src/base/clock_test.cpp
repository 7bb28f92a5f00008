#include "base/clock.h"

#include <gtest/gtest.h>

namespace openwmi::base {
namespace {

using std::chrono::system_clock;
using namespace std::chrono_literals;

TEST(WallTime, CountsHundredNanosecondsSince1601) {
    EXPECT_EQ(WallTime::from_unix(system_clock::time_point(0s)).ticks, 116'444'736'000'000'000u);
    const auto leap_day = system_clock::time_point(std::chrono::sys_days{2024y / 2 / 29});
    EXPECT_EQ(WallTime::from_unix(leap_day + 1500ns).ticks, 133'536'384'000'000'015u);
    EXPECT_EQ(WallTime::from_unix(leap_day + 199ns).ticks, 133'536'384'000'000'001u);
    EXPECT_EQ(WallTime::from_unix(system_clock::time_point(-1ns)).ticks, 116'444'735'999'999'999u);
}

TEST(WallTime, ComesBackFromUnixTime) {
    for (const auto time : {system_clock::time_point(0s), system_clock::time_point(1'767'225'600s),
                            system_clock::time_point(-86'400s)}) {
        EXPECT_EQ(WallTime::from_unix(time).to_unix(), time);
    }
}

TEST(WallTime, WhatUnixTimeCannotHoldBecomesItsNearestMoment) {
    const auto first = WallTime{0}.to_unix();
    const auto last = WallTime{~std::uint64_t{0}}.to_unix();
    EXPECT_LT(first - system_clock::time_point::min(), 100ns);
    EXPECT_LT(system_clock::time_point::max() - last, 100ns);
    EXPECT_EQ(WallTime::from_unix(last).to_unix(), last);
    EXPECT_EQ(WallTime::from_unix(first).to_unix(), first);
}

TEST(MachineClock, SteadyTimeDoesNotGoBack) {
    const MachineClock clock;
    const SteadyTime before = clock.steady();
    EXPECT_GE(clock.steady(), before);
    EXPECT_GT(clock.wall(), WallTime::from_unix(system_clock::time_point(0s)));
}

}  // namespace
}  // namespace openwmi::base
