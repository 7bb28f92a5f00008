#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <utility>
#include <vector>

#include "base/simulated_executor.h"
#include "eventing/test_world.h"
#include "support/proves.h"

// What happens when more events wait than there is room for.
namespace openwmi::eventing {
namespace {

using test::home;
using test::World;
using namespace std::chrono_literals;

// Runs nothing while it is held: consumers that do not get to work.
class HeldExecutor final : public base::Executor {
  public:
    explicit HeldExecutor(base::Executor& executor) : executor_(executor) {}
    bool is_held = false;
    void release() {
        is_held = false;
        for (auto& task : std::exchange(tasks_, {})) executor_.post(std::move(task));
    }

    bool post(base::Task task) override {
        if (!is_held) return executor_.post(std::move(task));
        tasks_.push_back(std::move(task));
        return true;
    }
    base::TimerId post_after(base::Duration delay, base::Task task) override {
        return executor_.post_after(delay, std::move(task));
    }
    bool cancel(base::TimerId timer) override { return executor_.cancel(timer); }
    std::shared_ptr<base::Gate> make_gate() override { return executor_.make_gate(); }
    const base::Clock& clock() const override { return executor_.clock(); }

  private:
    base::Executor& executor_;
    std::vector<base::Task> tasks_;
};

class ThresholdsTest : public testing::Test {
  protected:
    ThresholdsTest() {
        world.high_threshold = 20'000;
        world.make_engine();
    }
    Result<> raise_until_refused() {
        const std::string text(1000, 'x');
        for (int i = 0; i < 100; ++i) {
            if (auto raised = world.raise(text); !raised) return raised;
        }
        return {};
    }
    base::Duration since(base::SteadyTime begin) const { return executor.clock().steady() - begin; }

    base::SimulatedExecutor executor{1};
    HeldExecutor held{executor};
    World world{held};
};

TEST_F(ThresholdsTest, aboveTheHighThresholdEventsAreRefusedAfterAWait) {
    world.subscribe();
    held.is_held = true;
    const auto begin = executor.clock().steady();
    const auto refused = raise_until_refused();
    ASSERT_FALSE(refused);
    PROVES("DLV-025", EXPECT_EQ(refused.error().status, Status::OutOfMemory));
    PROVES("DLV-025", EXPECT_EQ(since(begin), 2s));
    PROVES("OD-043", EXPECT_THAT(refused.error().message, testing::HasSubstr("bytes")));
    EXPECT_EQ(world.engine->refused(), 1U);
    held.release();
    PROVES("DLV-026", EXPECT_TRUE(world.raise("they are at work again")));
    EXPECT_LT(since(begin), 3s);
}

TEST_F(ThresholdsTest, withinADeliveryNobodyWaits) {
    world.subscribe();
    Result<> refused;
    world.consumers.on_consume = [&](auto&, auto) {
        if (refused) refused = raise_until_refused();
        return Result<>();
    };
    const auto begin = executor.clock().steady();
    ASSERT_TRUE(world.raise("first"));
    executor.drain();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().status, Status::OutOfMemory);
    EXPECT_EQ(since(begin), 0s);
}

TEST_F(ThresholdsTest, temporarySubscribersSlowNobodyDown) {
    class Receiver final : public eventing::Receiver {
      public:
        void receive(std::span<const EventPtr>) override {}
        void ended(const Error&) override {}
    };
    const auto subscription =
        world.engine->subscribe(home, "SELECT * FROM Alarm", std::make_shared<Receiver>());
    ASSERT_TRUE(subscription);
    held.is_held = true;
    const auto begin = executor.clock().steady();
    PROVES("DLV-026", EXPECT_TRUE(raise_until_refused()));
    EXPECT_EQ(since(begin), 0s);
    held.release();
}

TEST_F(ThresholdsTest, eachKindOfOverloadHasItsOwnStatus) {
    class Drops final : public Observer {
      public:
        std::vector<Status> all;
        void on_dropped(const Event&, std::string_view, const Error& why) override {
            all.push_back(why.status);
        }
    } drops;
    World watched(executor, &drops);
    watched.put_filter("f");
    watched.put_consumer("c", 2000);
    watched.bind("f", "c");
    for (int i = 0; i < 4; ++i) ASSERT_TRUE(watched.raise(std::string(600, 'x')));
    executor.drain();
    ASSERT_FALSE(drops.all.empty());
    PROVES("DLV-024", EXPECT_EQ(drops.all.front(), Status::QueueOverflow));
    PROVES("DLV-024", EXPECT_EQ(static_cast<std::uint32_t>(Status::QueueOverflow), 0x80041061U));
    EXPECT_EQ(watched.engine->history().find("", 10).front().status, Status::QueueOverflow);

    // A raiser within deliveries that are too deep may try again once they are over.
    Result<> deepest;
    watched.consumers.on_consume = [&](const std::string& name, auto) -> Result<> {
        if (name != "s") return {};
        if (auto raised = watched.raise("again"); !raised) deepest = raised;
        return {};
    };
    watched.put_consumer("s");
    watched.bind("f", "s", World::Delivery::Synchronous);
    ASSERT_TRUE(watched.raise("first"));
    PROVES("OD-044", EXPECT_EQ(deepest.error().status, Status::ServerTooBusy));
    watched.consumers.on_consume = nullptr;
    PROVES("DLV-028", EXPECT_TRUE(watched.raise("again")));
    executor.drain();
    watched.engine->stop(0s);
    executor.drain();  // consumers are released
}

TEST_F(ThresholdsTest, aSlowSynchronousConsumerDelaysTheOthersAndTheRaiser) {
    world.put_filter("f");
    world.put_consumer("slow");
    world.put_consumer("z");
    world.bind("f", "slow", World::Delivery::Synchronous);
    world.bind("f", "z", World::Delivery::Synchronous);
    std::map<std::string, base::SteadyTime> called;
    world.consumers.on_consume = [&](const std::string& name, auto) -> Result<> {
        called[name] = executor.clock().steady();
        if (name == "slow") (void)executor.make_gate()->wait(3s);
        return {};
    };
    const auto begin = executor.clock().steady();
    ASSERT_TRUE(world.raise("a"));
    PROVES("DLV-014", EXPECT_EQ(executor.clock().steady() - begin, 3s));
    PROVES("DLV-014", EXPECT_EQ(called["z"] - called["slow"], 3s));
}

}  // namespace
}  // namespace openwmi::eventing
