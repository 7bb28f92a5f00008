#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <barrier>
#include <latch>
#include <thread>

#include "base/thread_executor.h"
#include "eventing/consumer_queue.h"
#include "eventing/test_world.h"
#include "support/proves.h"

// The engine on real threads: what decisions 6, 9 and 10 promise, tried many times.
namespace openwmi::eventing {
namespace {

using test::home;
using test::World;
using Delivery = World::Delivery;

class ThreadsTest : public testing::Test {
  protected:
    void TearDown() override { executor.stop(); }  // before the world that its tasks touch
    Counters counts(const char* filter, const char* consumer) {
        const auto path = world.binding(filter, consumer, Delivery::Asynchronous)->path().value();
        auto full = path;
        full.name_space = home;
        return world.counters->slot(full.text())->read();
    }

    base::MachineClock clock;
    base::ThreadExecutor executor{clock, {.threads = 2}};
    World world{executor};
};

// Raisers say in each event whether the binding was deleted before they began: such an event must
// never arrive.
TEST_F(ThreadsTest, noEventRaisedAfterTheDeletionOfABindingReachesIt) {
    constexpr int raisers = 3;
    constexpr int rounds = 100;
    for (const auto how : {Delivery::Synchronous, Delivery::Asynchronous}) {
        std::atomic<unsigned> is_deleted{0};
        std::atomic<int> mistakes{0};
        std::atomic<bool> pause{false};
        std::array<std::atomic<int>, raisers> raised_after{};
        world.consumers.on_consume = [&](auto&, std::span<const EventPtr> events) {
            for (const auto& event : events) {
                if (*event->instance->find("Level") == cim::Value(std::uint64_t{1})) ++mistakes;
            }
            return Result<>();
        };
        const auto binding = world.subscribe(how);
        std::barrier phase(raisers + 1);
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < raisers; ++i) {
            threads.emplace_back([&, i] {
                for (int round = 0; round < rounds; ++round) {
                    phase.arrive_and_wait();
                    while (!pause) {
                        const unsigned level = is_deleted;
                        EXPECT_TRUE(world.raise("x", level));
                        raised_after[i] += level == 1 ? 1 : 0;
                    }
                    phase.arrive_and_wait();
                }
            });
        }
        for (int round = 0; round < rounds; ++round) {
            world.put(world.binding("f", "c", how));
            is_deleted = 0;
            pause = false;
            for (auto& count : raised_after) count = 0;
            phase.arrive_and_wait();
            world.erase(binding);
            is_deleted = 1;
            for (auto& count : raised_after) {
                while (count < 2) std::this_thread::yield();
            }
            pause = true;
            phase.arrive_and_wait();
        }
        threads.clear();
        PROVES("DLV-006", EXPECT_EQ(mistakes, 0));
    }
}

TEST_F(ThreadsTest, everyMatchIsAccountedForWhenTheEngineStopsInBetween) {
    for (int round = 0; round < 20; ++round) {
        base::ThreadExecutor workers(clock, {.threads = 2});
        World own(workers);
        own.put_filter("f");
        own.put_consumer("a");
        own.put_consumer("s");
        own.bind("f", "a");
        own.bind("f", "s", Delivery::Synchronous);
        std::atomic<bool> refused{false};
        {
            std::latch started(3);
            std::vector<std::jthread> threads;
            for (int i = 0; i < 3; ++i) {
                threads.emplace_back([&] {
                    EXPECT_TRUE(own.raise("x"));
                    started.count_down();
                    while (own.raise("x")) {
                    }
                    refused = true;
                });
            }
            started.wait();
            own.engine->stop(std::chrono::milliseconds(round % 2 ? 100 : 0));
        }
        EXPECT_TRUE(refused);
        // What the executor still has in hand is delivered or dropped, and counted, before long.
        for (const char* consumer : {"a", "s"}) {
            auto path = own.binding("f", consumer, Delivery::Asynchronous)->path().value();
            path.name_space = home;
            auto slot = own.counters->slot(path.text()).value();
            const auto accounted = [&] {
                const auto counts = slot.read();
                return counts.matched == counts.delivered + counts.failed + counts.dropped;
            };
            while (!accounted()) std::this_thread::yield();
            EXPECT_GT(slot.read().matched, 0U);
        }
        workers.stop();
    }
}

// Each consumer raises what the other one is bound to, synchronously, on two threads at once.
TEST_F(ThreadsTest, consumersThatRaiseForEachOtherDoNotLockUp) {
    world.put_filter("fa", "SELECT * FROM Alarm WHERE Text = 'a'");
    world.put_filter("fb", "SELECT * FROM Alarm WHERE Text = 'b'");
    world.put_consumer("a");
    world.put_consumer("b");
    world.bind("fa", "a", Delivery::Synchronous);
    world.bind("fb", "b", Delivery::Synchronous);
    std::atomic<int> left{2000};
    world.consumers.on_consume = [&](const std::string& name, auto) {
        if (--left > 0) (void)world.raise(name == "a" ? "b" : "a");  // too deep at times
        return Result<>();
    };
    for (int round = 0; round < 100; ++round) {
        std::latch start(2);
        std::jthread one([&] {
            start.arrive_and_wait();
            EXPECT_TRUE(world.raise("a"));
        });
        std::jthread two([&] {
            start.arrive_and_wait();
            EXPECT_TRUE(world.raise("b"));
        });
    }
    for (const char* name : {"a", "b"}) {
        const auto count = [&] { return counts(name[0] == 'a' ? "fa" : "fb", name); };
        // What was queued for a consumer at work is delivered before long.
        for (auto now = count(); now.matched != now.delivered + now.dropped; now = count()) {
            std::this_thread::yield();
        }
        EXPECT_GE(count().matched, 100U);
    }
}

// A stranger's consumer may never return; the service does not wait for it for ever, and nothing it
// comes back to is gone.
TEST_F(ThreadsTest, aConsumerThatHangsOutlivesTheEngine) {
    std::latch inside(2);
    std::latch may_return(1);
    world.consumers.on_consume = [&](auto&, auto) {
        inside.count_down();
        may_return.wait();
        return Result<>(fail(Status::Failed, "at last"));
    };
    world.put_filter("f");
    for (const char* name : {"a", "s"}) world.put_consumer(name);
    world.bind("f", "a");
    world.bind("f", "s", Delivery::Synchronous);
    std::jthread raiser([&] { EXPECT_TRUE(world.raise("x")); });
    inside.wait();
    world.engine->stop(std::chrono::milliseconds(1));
    // The asynchronous delivery ends after engine and counters; a raiser holds the engine itself.
    std::jthread release([&] { may_return.count_down(); });
    raiser.join();
    world.engine = nullptr;
    world.counters = nullptr;
    executor.stop();
    EXPECT_EQ(world.consumers.living(), 0);
}

TEST_F(ThreadsTest, temporarySubscriptionsComeAndGoWhileEventsAreRaised) {
    struct Counting final : Receiver {
        void receive(std::span<const EventPtr> events) override { received += events.size(); }
        void ended(const Error&) override {}
        std::atomic<std::size_t> received{0};
    };
    std::atomic<bool> stop{false};
    std::jthread raiser([&] {
        while (!stop) EXPECT_TRUE(world.raise("x"));
    });
    for (int round = 0; round < 200; ++round) {
        const auto receiver = std::make_shared<Counting>();
        auto subscription = world.engine->subscribe(home, "SELECT * FROM Alarm", receiver);
        ASSERT_TRUE(subscription);
        while (receiver->received == 0) std::this_thread::yield();
    }
    stop = true;
}

TEST_F(ThreadsTest, definitionsChangeWhileEventsAreDelivered) {
    world.subscribe();
    std::atomic<bool> stop{false};
    std::jthread raiser([&] {
        while (!stop) EXPECT_TRUE(world.raise("x", 1));
    });
    for (int round = 0; round < 200; ++round) {
        world.put_consumer("c", round % 2 ? 100'000 : 0);
        world.put_filter("f",
                         round % 2 ? "SELECT * FROM Alarm" : "SELECT * FROM Alarm WHERE Level = 1");
        world.engine->classes_changed(home);
        (void)world.engine->status();
    }
    stop = true;
    raiser.join();
    world.engine->stop(std::chrono::seconds(5));
    executor.stop();
    EXPECT_EQ(world.consumers.living(), 0);
    const auto counted = counts("f", "c");
    EXPECT_EQ(counted.matched, counted.delivered + counted.dropped);
}

}  // namespace
}  // namespace openwmi::eventing
