#include "base/thread_executor.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace openwmi::base {
namespace {

using namespace std::chrono_literals;

const MachineClock machine_clock;

ThreadExecutor::Options threads(unsigned count) {
    return {.name = "test", .threads = count};
}

std::string thread_name() {
    std::array<char, 16> name{};
    pthread_getname_np(pthread_self(), name.data(), name.size());
    return name.data();
}

TEST(ThreadExecutor, RunsWhatManyThreadsPost) {
    std::atomic<int> ran = 0;
    {
        ThreadExecutor executor(machine_clock, threads(3));
        std::vector<std::jthread> posters;
        for (int i = 0; i < 4; ++i) {
            posters.emplace_back([&] {
                for (int j = 0; j < 250; ++j) executor.post([&] { ++ran; });
            });
        }
        posters.clear();
        executor.stop();
        EXPECT_EQ(ran, 1000);
    }
}

TEST(ThreadExecutor, NamesItsThreads) {
    ThreadExecutor executor(machine_clock, {.name = "a name too long", .threads = 1});
    const auto gate = executor.make_gate();
    std::string name;
    executor.post([&] {
        name = thread_name();
        gate->open();
    });
    ASSERT_TRUE(gate->wait(Duration::max()));
    EXPECT_EQ(name, "a name too-1");
}

TEST(ThreadExecutor, AGateLetsEveryWaiterThrough) {
    ThreadExecutor executor(machine_clock, threads(1));
    const auto gate = executor.make_gate();
    EXPECT_FALSE(gate->wait(0s));
    EXPECT_FALSE(gate->wait(-1s));
    EXPECT_FALSE(gate->wait(1ms));
    std::atomic<int> through = 0;
    std::vector<std::jthread> waiters;
    for (int i = 0; i < 4; ++i)
        waiters.emplace_back([&] { through += gate->wait(Duration::max()); });
    gate->open();
    gate->open();
    waiters.clear();
    EXPECT_EQ(through, 4);
    EXPECT_TRUE(gate->wait(0s));
}

TEST(ThreadExecutor, ElasticStartsAThreadForEachTaskThatWouldWait) {
    ThreadExecutor executor(machine_clock, {.threads = 1, .max_threads = 4, .elastic = true});
    const auto all_in = executor.make_gate();
    std::atomic<int> in = 0;
    // Each task ends only when all four run at the same time.
    for (int i = 0; i < 4; ++i) {
        executor.post([&, all_in] {
            if (++in == 4) all_in->open();
            all_in->wait(Duration::max());
        });
    }
    EXPECT_TRUE(all_in->wait(Duration::max()));
}

TEST(ThreadExecutor, ElasticStopsAtItsLimit) {
    ThreadExecutor executor(machine_clock, {.threads = 1, .max_threads = 2, .elastic = true});
    const auto leave = executor.make_gate();
    const auto both_in = executor.make_gate();
    std::atomic<int> in = 0;
    std::atomic<int> most = 0;
    for (int i = 0; i < 6; ++i) {
        executor.post([&, leave, both_in] {
            const int now = ++in;
            most = std::max<int>(most, now);
            if (now == 2) both_in->open();
            leave->wait(Duration::max());
            --in;
        });
    }
    EXPECT_TRUE(both_in->wait(Duration::max()));
    leave->open();
    executor.stop();
    EXPECT_EQ(most, 2);
}

TEST(ThreadExecutor, TellsOfAThreadThatBegins) {
    std::atomic<std::uint64_t> told = 0;
    std::uint64_t busy = 0;
    std::uint64_t added = 0;
    ThreadExecutor executor(machine_clock, {.threads = 1, .max_threads = 2, .elastic = true});
    const auto leave = executor.make_gate();
    const auto entered = executor.make_gate();
    executor.post([&, leave, entered] {
        busy = static_cast<std::uint64_t>(::gettid());
        entered->open();
        leave->wait(Duration::max());
    });
    ASSERT_TRUE(entered->wait(Duration::max()));
    executor.watch_threads([&](std::uint64_t thread) { told = thread; });
    executor.post([&, leave] {
        added = static_cast<std::uint64_t>(::gettid());
        leave->open();
    });
    executor.stop();
    EXPECT_NE(added, busy);
    EXPECT_EQ(told, added);
}

TEST(ThreadExecutor, TimersFireInTheOrderOfTheirMoments) {
    ThreadExecutor executor(machine_clock, threads(1));
    const auto done = executor.make_gate();
    std::string order;
    const SteadyTime start = machine_clock.steady();
    executor.post_after(4ms, [&] {
        order += 'b';
        done->open();
    });
    executor.post_after(1ms, [&] { order += 'a'; });
    ASSERT_TRUE(done->wait(Duration::max()));
    executor.stop();
    EXPECT_EQ(order, "ab");
    EXPECT_GE(machine_clock.steady() - start, 4ms);
}

TEST(ThreadExecutor, ATimerWithoutDelayFires) {
    ThreadExecutor executor(machine_clock, threads(1));
    const auto done = executor.make_gate();
    executor.post_after(-5s, [done] { done->open(); });
    EXPECT_TRUE(done->wait(Duration::max()));
}

TEST(ThreadExecutor, CancelSaysTheTruth) {
    ThreadExecutor executor(machine_clock, threads(2));
    constexpr int count = 200;
    std::atomic<int> ran = 0;
    int cancelled = 0;
    std::vector<TimerId> timers;
    timers.reserve(count);
    for (int i = 0; i < count; ++i) {
        timers.push_back(executor.post_after(std::chrono::microseconds(i * 5), [&] { ++ran; }));
    }
    for (const TimerId timer : timers) cancelled += executor.cancel(timer);
    const auto last = executor.make_gate();
    executor.post_after(2ms, [last] { last->open(); });
    ASSERT_TRUE(last->wait(Duration::max()));
    executor.stop();
    EXPECT_EQ(ran + cancelled, count);
    EXPECT_FALSE(executor.cancel(timers.front()));
    EXPECT_FALSE(executor.cancel(TimerId{}));
}

TEST(ThreadExecutor, CancelFreesWhatTheTaskHolds) {
    ThreadExecutor executor(machine_clock, threads(1));
    const auto held = std::make_shared<int>(1);
    const TimerId timer = executor.post_after(1h, [held] {});
    EXPECT_EQ(held.use_count(), 2);
    EXPECT_TRUE(executor.cancel(timer));
    EXPECT_EQ(held.use_count(), 1);
}

TEST(ThreadExecutor, StopRunsWhatIsQueuedAndDropsTimers) {
    ThreadExecutor executor(machine_clock, threads(1));
    const auto started = executor.make_gate();
    const auto go_on = executor.make_gate();
    int ran = 0;
    bool timer_ran = false;
    const auto held = std::make_shared<int>(1);
    executor.post([&] {
        started->open();
        go_on->wait(Duration::max());
    });
    for (int i = 0; i < 10; ++i) executor.post([&] { ++ran; });
    executor.post_after(1h, [&timer_ran, held] { timer_ran = true; });
    ASSERT_TRUE(started->wait(Duration::max()));
    go_on->open();
    executor.stop();
    EXPECT_EQ(ran, 10);
    EXPECT_FALSE(timer_ran);
    EXPECT_EQ(held.use_count(), 1);
}

TEST(ThreadExecutor, AStoppedOneRefusesAndDiscards) {
    ThreadExecutor executor(machine_clock, threads(1));
    executor.stop();
    executor.stop();
    const auto held = std::make_shared<int>(1);
    EXPECT_FALSE(executor.post([held] { FAIL(); }));
    EXPECT_EQ(executor.post_after(0s, [held] { FAIL(); }), TimerId{});
    EXPECT_EQ(held.use_count(), 1);
}

TEST(ThreadExecutor, ATaskThatPostsItselfForEverEndsWithStop) {
    ThreadExecutor executor(machine_clock, threads(2));
    std::atomic<int> ran = 0;
    const auto started = executor.make_gate();
    struct Again {
        Executor& executor;
        std::atomic<int>& ran;
        std::shared_ptr<Gate> started;
        void operator()() const {
            if (++ran == 10) started->open();
            executor.post(*this);
        }
    };
    executor.post(Again{executor, ran, started});
    ASSERT_TRUE(started->wait(Duration::max()));
    executor.stop();
    EXPECT_GE(ran, 10);
}

TEST(ThreadExecutor, WhatATaskHoldsMayPostWhenItGoes) {
    struct PostsWhenGone {
        Executor& executor;
        std::shared_ptr<Gate> gate;
        ~PostsWhenGone() {
            executor.post([gate = gate] { gate->open(); });
        }
    };
    ThreadExecutor executor(machine_clock, threads(1));
    const auto gate = executor.make_gate();
    executor.post([held = std::make_shared<PostsWhenGone>(executor, gate)] {});
    EXPECT_TRUE(gate->wait(Duration::max()));
}

TEST(ThreadExecutorDeathTest, ATaskThatThrowsEndsTheProcess) {
    EXPECT_DEATH(
        {
            ThreadExecutor executor(machine_clock, threads(1));
            executor.post([] { throw std::runtime_error("thrown by a task"); });
            executor.stop();
        },
        "thrown by a task");
}

}  // namespace
}  // namespace openwmi::base
