#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/executor.h"
#include "base/simulated_executor.h"
#include "base/thread_executor.h"

namespace openwmi::base {
namespace {

using namespace std::chrono_literals;

const MachineClock machine_clock;

TEST(Strand, KeepsTheOrderOfPostsUnderEverySeed) {
    std::set<std::string> mixtures;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        SimulatedExecutor executor(seed);
        Strand letters(executor);
        Strand digits(executor);
        std::string all;
        for (int i = 0; i < 5; ++i) {
            letters.post([&all, i] { all += static_cast<char>('a' + i); });
            digits.post([&all, i] { all += static_cast<char>('0' + i); });
        }
        executor.drain();
        std::string only_letters = all;
        std::erase_if(only_letters, [](char c) { return c < 'a'; });
        std::string only_digits = all;
        std::erase_if(only_digits, [](char c) { return c >= 'a'; });
        EXPECT_EQ(only_letters, "abcde");
        EXPECT_EQ(only_digits, "01234");
        mixtures.insert(all);
    }
    EXPECT_GT(mixtures.size(), 25u) << "two strands interleave in many ways";
}

TEST(Strand, RunsOneTaskAtATimeInOrderOnThreads) {
    ThreadExecutor executor(machine_clock, {.threads = 4});
    Strand strand(executor);
    std::atomic<int> inside = 0;
    std::vector<int> order;  // guarded by the strand
    constexpr int count = 2000;
    for (int i = 0; i < count; ++i) {
        strand.post([&, i] {
            EXPECT_EQ(++inside, 1);
            order.push_back(i);
            --inside;
        });
    }
    executor.stop();
    ASSERT_EQ(order.size(), std::size_t{count});
    for (int i = 0; i < count; ++i) ASSERT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(Strand, LosesNoTaskThatManyThreadsPost) {
    ThreadExecutor executor(machine_clock, {.threads = 2});
    Strand strand(executor);
    int ran = 0;  // guarded by the strand
    const auto all = executor.make_gate();
    std::vector<std::jthread> posters;
    for (int i = 0; i < 4; ++i) {
        posters.emplace_back([&] {
            for (int j = 0; j < 250; ++j) {
                strand.post([&] {
                    if (++ran == 1000) all->open();
                });
            }
        });
    }
    EXPECT_TRUE(all->wait(Duration::max()));
}

TEST(Strand, ATaskMayPostToItsOwnStrand) {
    SimulatedExecutor executor(1);
    Strand strand(executor);
    std::string order;
    strand.post([&] {
        order += 'a';
        strand.post([&] { order += 'c'; });
        order += 'b';
    });
    executor.drain();
    EXPECT_EQ(order, "abc");
}

TEST(Strand, StaysSerialWhileATaskWaitsAtAGate) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        SimulatedExecutor executor(seed);
        Strand strand(executor);
        const auto gate = executor.make_gate();
        std::string order;
        strand.post([&] {
            order += 'a';
            EXPECT_TRUE(gate->wait(10s));
            order += 'b';
        });
        strand.post([&] { order += 'c'; });
        executor.post_after(1s, [gate] { gate->open(); });
        executor.advance(10s);
        EXPECT_EQ(order, "abc") << seed;
    }
}

TEST(Strand, RunsWhatIsQueuedWhenItGoes) {
    SimulatedExecutor executor(1);
    int ran = 0;
    {
        Strand strand(executor);
        for (int i = 0; i < 3; ++i) strand.post([&] { ++ran; });
    }
    executor.drain();
    EXPECT_EQ(ran, 3);

    auto strand = std::make_unique<Strand>(executor);
    strand->post([&] {
        strand.reset();
        ++ran;
    });
    strand->post([&] { ++ran; });
    executor.drain();
    EXPECT_EQ(ran, 5) << "a task may destroy the strand it runs on";
}

TEST(Strand, OneThatIsBusyLetsOthersHaveTheirTurn) {
    ThreadExecutor executor(machine_clock, {.threads = 1});
    Strand strand(executor);
    const auto started = executor.make_gate();
    const auto other_ran = executor.make_gate();
    struct Again {
        Strand& strand;
        std::shared_ptr<Gate> started;
        std::shared_ptr<Gate> enough;
        void operator()() const {
            started->open();
            if (!enough->is_open()) strand.post(*this);
        }
    };
    strand.post(Again{strand, started, other_ran});
    ASSERT_TRUE(started->wait(Duration::max()));
    executor.post([other_ran] { other_ran->open(); });
    EXPECT_TRUE(other_ran->wait(Duration::max()));
    executor.stop();
}

TEST(Strand, StopRunsWhatWasQueuedBeforeItAndNothingMore) {
    ThreadExecutor executor(machine_clock, {.threads = 1});
    Strand strand(executor);
    const auto started = executor.make_gate();
    const auto go_on = executor.make_gate();
    int ran = 0;
    executor.post([&] {
        started->open();
        go_on->wait(Duration::max());
    });
    ASSERT_TRUE(started->wait(Duration::max()));
    for (int i = 0; i < 100; ++i) strand.post([&] { ++ran; });
    struct Again {
        Strand& strand;
        void operator()() const { strand.post(*this); }
    };
    strand.post(Again{strand});
    go_on->open();
    executor.stop();
    EXPECT_EQ(ran, 100);

    const auto held = std::make_shared<int>(1);
    strand.post([held] { FAIL(); });
    EXPECT_EQ(held.use_count(), 1) << "discarded, not kept";
}

TEST(Strand, TasksThatHoldTheOwnerOfTheStrandDoNotKeepItAliveForEver) {
    struct Owner {
        explicit Owner(Executor& executor) : strand(executor) {}
        Strand strand;
    };
    std::weak_ptr<Owner> watched;
    {
        SimulatedExecutor executor(1);
        const auto owner = std::make_shared<Owner>(executor);
        watched = owner;
        owner->strand.post([owner] {});
        owner->strand.post([owner] {});
    }
    EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace openwmi::base
