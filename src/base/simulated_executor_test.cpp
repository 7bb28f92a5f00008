#include "base/simulated_executor.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

namespace openwmi::base {
namespace {

using namespace std::chrono_literals;

std::string order_of(std::uint64_t seed) {
    SimulatedExecutor executor(seed);
    std::string order;
    for (char c = 'a'; c <= 'e'; ++c) executor.post([&order, c] { order += c; });
    executor.drain();
    return order;
}

TEST(SimulatedExecutor, TheSeedDecidesTheOrder) {
    std::set<std::string> orders;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        EXPECT_EQ(order_of(seed), order_of(seed));
        orders.insert(order_of(seed));
    }
    EXPECT_GT(orders.size(), 60u) << "of 120 possible ones";
}

TEST(SimulatedExecutor, DrainRunsWhatTasksPostAndLeavesTimeAlone) {
    SimulatedExecutor executor(1);
    const SteadyTime before = executor.clock().steady();
    int ran = 0;
    executor.post([&] {
        ++ran;
        executor.post([&] { ++ran; });
        executor.post_after(0s, [&] { ++ran; });
        executor.post_after(1ns, [&] { ran += 100; });
    });
    executor.drain();
    EXPECT_EQ(ran, 3);
    EXPECT_EQ(executor.clock().steady(), before);
}

TEST(SimulatedExecutor, AdvanceFiresEachTimerAtItsOwnMoment) {
    SimulatedExecutor executor(1);
    const SteadyTime start = executor.clock().steady();
    std::vector<std::pair<char, Duration>> fired;
    const auto note = [&](char c) {
        return [&, c] { fired.emplace_back(c, executor.clock().steady() - start); };
    };
    executor.post_after(2s, note('b'));
    executor.post_after(5s, note('d'));
    executor.post_after(1s, [&] {
        note('a')();
        executor.post_after(2s, note('c'));
    });
    executor.advance(4s);
    EXPECT_EQ(fired, (std::vector<std::pair<char, Duration>>{{'a', 1s}, {'b', 2s}, {'c', 3s}}));
    EXPECT_EQ(executor.clock().steady() - start, 4s);
    executor.advance(1s);
    EXPECT_EQ(fired.back(), (std::pair<char, Duration>{'d', 5s}));
}

TEST(SimulatedExecutor, TheCalendarFollowsTimeAndCanBeSet) {
    SimulatedExecutor executor(1);
    const auto new_year = WallTime::from_unix(std::chrono::sys_days{2026y / 1 / 1});
    EXPECT_EQ(executor.clock().wall(), new_year);
    executor.advance(3s);
    EXPECT_EQ(executor.clock().wall().ticks, new_year.ticks + 30'000'000);

    const SteadyTime steady = executor.clock().steady();
    executor.set_wall(WallTime{1000});
    EXPECT_EQ(executor.clock().wall().ticks, 1000u);
    EXPECT_EQ(executor.clock().steady(), steady);
    executor.advance(1s);
    EXPECT_EQ(executor.clock().wall().ticks, 10'001'000u);
    EXPECT_EQ(SimulatedExecutor(1, WallTime{5}).clock().wall(), WallTime{5});
}

TEST(SimulatedExecutor, CancelTakesATimerBackUntilItsTaskBegins) {
    SimulatedExecutor executor(1);
    bool ran = false;
    const TimerId timer = executor.post_after(1s, [&] { ran = true; });
    EXPECT_TRUE(executor.cancel(timer));
    EXPECT_FALSE(executor.cancel(timer));
    executor.advance(2s);
    EXPECT_FALSE(ran);

    // Two timers of one moment cancel each other: exactly one runs.
    int runs = 0;
    TimerId first{};
    TimerId second{};
    first = executor.post_after(1s, [&] { runs += executor.cancel(second) ? 1 : 100; });
    second = executor.post_after(1s, [&] { runs += executor.cancel(first) ? 1 : 100; });
    executor.advance(1s);
    EXPECT_EQ(runs, 1);
    EXPECT_FALSE(executor.cancel(TimerId{}));
}

TEST(SimulatedExecutor, WaitingAtAGateRunsTasksAndTimers) {
    SimulatedExecutor executor(1);
    const SteadyTime start = executor.clock().steady();
    const auto gate = executor.make_gate();
    executor.post([&] { executor.post_after(7s, [gate] { gate->open(); }); });
    EXPECT_FALSE(gate->is_open());
    EXPECT_TRUE(gate->wait(Duration::max()));
    EXPECT_TRUE(gate->is_open());
    EXPECT_EQ(executor.clock().steady() - start, 7s) << "no further than needed";
}

TEST(SimulatedExecutor, AWaitEndsAtItsTimeout) {
    SimulatedExecutor executor(1);
    const SteadyTime start = executor.clock().steady();
    const auto gate = executor.make_gate();
    int ticks = 0;
    executor.post_after(2s, [&] { ++ticks; });
    executor.post_after(3s, [&] { ++ticks; });
    executor.post_after(4s, [&] { gate->open(); });
    EXPECT_FALSE(gate->wait(3s));
    EXPECT_EQ(ticks, 2);
    EXPECT_EQ(executor.clock().steady() - start, 3s);
    EXPECT_FALSE(gate->wait(0s));
    EXPECT_TRUE(gate->wait(1s)) << "opened at the very moment";
    EXPECT_TRUE(gate->wait(0s));
}

TEST(SimulatedExecutor, ATaskMayWaitForAnother) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        SimulatedExecutor executor(seed);
        const auto gate = executor.make_gate();
        bool waited = false;
        executor.post([&] { waited = gate->wait(1s); });
        executor.post([&] { gate->open(); });
        executor.drain();
        EXPECT_TRUE(waited) << seed;
    }
}

TEST(SimulatedExecutor, WhatIsLeftIsDiscardedAndMayPostMeanwhile) {
    struct PostsWhenGone {
        Executor& executor;
        bool& refused;
        ~PostsWhenGone() {
            refused = !executor.post([] {});
        }
    };
    bool refused = false;
    {
        SimulatedExecutor executor(1);
        auto thing = std::make_shared<PostsWhenGone>(executor, refused);
        executor.post([thing] { FAIL(); });
        executor.post_after(1s, [thing] { FAIL(); });
    }
    EXPECT_TRUE(refused);
}

TEST(SimulatedExecutorDeathTest, AWaitThatCannotEndIsABug) {
    SimulatedExecutor executor(1);
    const auto gate = executor.make_gate();
    EXPECT_DEATH(gate->wait(Duration::max()), "somebody will open the gate");
}

TEST(SimulatedExecutorDeathTest, AStrayThreadShowsUpInDrain) {
    EXPECT_DEATH(
        {
            SimulatedExecutor executor(1);
            std::jthread([&] { executor.post([] {}); }).join();
            executor.drain();
        },
        "no other thread takes part");
}

}  // namespace
}  // namespace openwmi::base
