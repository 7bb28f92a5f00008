#include "eventing/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "base/simulated_executor.h"
#include "eventing/consumer_queue.h"
#include "eventing/test_world.h"
#include "support/proves.h"

namespace openwmi::eventing {
namespace {

using test::home;
using test::numbers;
using test::World;
using testing::ElementsAre;
using Delivery = World::Delivery;

class EngineTest : public testing::Test {
  protected:
    base::SimulatedExecutor executor{1};
    World world{executor};
};

TEST_F(EngineTest, deliversInOrderAndBatchesOnceTheConsumerLags) {
    world.subscribe();
    for (int i = 1; i <= 10; ++i) ASSERT_TRUE(world.raise(std::to_string(i)));
    EXPECT_TRUE(world.consumers.calls().empty()) << "nothing happens on the raising thread";
    executor.drain();
    PROVES("DLV-018", EXPECT_EQ(world.consumers.texts(), numbers(1, 10)));
    std::vector<std::size_t> sizes;
    for (const auto& call : world.consumers.calls()) sizes.push_back(call.texts.size());
    PROVES("DLV-017", EXPECT_THAT(sizes, ElementsAre(1, 4, 4, 1)));
    ASSERT_TRUE(world.raise("11"));
    executor.drain();
    EXPECT_EQ(world.consumers.calls().back().texts.size(), 1U) << "it caught up";
}

TEST_F(EngineTest, servesSynchronousBindingsBeforeRaiseReturns) {
    world.subscribe(Delivery::Synchronous);
    std::thread::id thread;
    world.consumers.on_consume = [&](auto&, auto) {
        thread = std::this_thread::get_id();
        return Result<>();
    };
    ASSERT_TRUE(world.raise("now"));
    PROVES("DLV-012", EXPECT_EQ(world.consumers.texts(), std::vector<std::string>{"now"}));
    EXPECT_EQ(thread, std::this_thread::get_id());
}

TEST_F(EngineTest, deliversOnceForEachBinding) {
    world.put_filter("f");
    world.put_filter("g", "SELECT * FROM Alarm WHERE Level > 0");
    world.put_consumer("c");
    world.put_consumer("d");
    world.bind("f", "c");
    world.bind("g", "c");
    world.bind("f", "d");
    ASSERT_TRUE(world.raise("a", 1));
    executor.drain();
    PROVES("DLV-002", EXPECT_EQ(world.consumers.texts("c").size(), 2U));
    EXPECT_EQ(world.consumers.texts("d").size(), 1U);
}

TEST_F(EngineTest, oneFailingConsumerDoesNotKeepTheOthersFromTheEvent) {
    world.put_filter("f");
    world.put_consumer("bad");
    world.put_consumer("good");
    world.bind("f", "bad");
    world.bind("f", "good");
    world.consumers.on_consume = [](const std::string& name, auto) {
        return name == "bad" ? Result<>(fail(Status::Failed, "no")) : Result<>();
    };
    ASSERT_TRUE(world.raise("a"));
    executor.drain();
    PROVES("DLV-003", EXPECT_EQ(world.consumers.texts("good").size(), 1U));
    EXPECT_EQ(world.counts().failed, 1U);
    EXPECT_EQ(world.counts().delivered, 1U);
}

TEST_F(EngineTest, refusesWhatIsNoEvent) {
    world.subscribe();
    const auto sensor = world.make("Sensor", {{"Id", cim::Value("x")}});
    EXPECT_EQ(world.engine->raise(home, sensor, world.raiser).error().status,
              Status::NotEventClass);
    EXPECT_EQ(world.engine->refused(), 1U);
}

TEST_F(EngineTest, timesOfCreationAreUniqueAndTheEventComesFromNowhere) {
    world.subscribe();
    std::vector<std::uint64_t> times;
    world.consumers.on_consume = [&](auto&, std::span<const EventPtr> events) {
        for (const auto& event : events) {
            times.push_back(event->instance->find("TIME_CREATED")->get<std::uint64_t>());
            PROVES("GEN-015", EXPECT_EQ(event->instance->origin(), nullptr));
        }
        return Result<>();
    };
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(world.raise("a"));
    executor.drain();
    ASSERT_EQ(times.size(), 5U);
    PROVES("GEN-014", EXPECT_EQ(times.front(), executor.clock().wall().ticks));
    PROVES("SYS-052", EXPECT_THAT(times, ElementsAre(times[0], times[0] + 1, times[0] + 2,
                                                     times[0] + 3, times[0] + 4)));
}

TEST_F(EngineTest, aFullQueueDropsCountsAndTells) {
    world.put_filter("f");
    world.put_filter("overflows", "SELECT * FROM __EventQueueOverflowEvent");
    world.put_consumer("c", 1);
    world.put_consumer("watchdog");
    world.bind("f", "c");
    world.bind("overflows", "watchdog");
    cim::InstancePtr overflow;
    world.consumers.on_consume = [&](const std::string&, std::span<const EventPtr> events) {
        overflow = events[0]->instance;
        return Result<>();
    };
    ASSERT_TRUE(world.raise("too much"));
    executor.drain();
    PROVES("DLV-022", EXPECT_TRUE(world.consumers.texts("c").empty()));
    EXPECT_EQ(world.counts().dropped, 1U);
    ASSERT_TRUE(overflow);
    PROVES("DLV-023",
           EXPECT_EQ(overflow->class_of().name(), cim::Name("__EventQueueOverflowEvent")));
    const auto lost = overflow->find("Event")->get<cim::ObjectPtr>();
    PROVES("DLV-023", EXPECT_EQ(*lost->as_instance()->find("Text"), cim::Value("too much")));
}

TEST_F(EngineTest, synchronousRecursionEndsAtEightLevels) {
    world.subscribe(Delivery::Synchronous);
    Result<> deepest;
    world.consumers.on_consume = [&](auto&, auto) {
        if (auto raised = world.raise("again"); !raised) deepest = raised;
        return Result<>();
    };
    ASSERT_TRUE(world.raise("first"));
    EXPECT_EQ(world.consumers.calls().size(), std::size_t{max_delivery_depth});
    ASSERT_FALSE(deepest);
    EXPECT_EQ(deepest.error().status, Status::ServerTooBusy);
    EXPECT_EQ(world.engine->refused(), 1U);
}

TEST_F(EngineTest, changesFromWithinDeliveriesEndAtEightLevels) {
    world.put_filter("f",
                     "SELECT * FROM __InstanceCreationEvent WHERE TargetInstance ISA 'Sensor'");
    world.put_consumer("c");
    world.bind("f", "c", Delivery::Synchronous);
    const Change change{.name_space = home,
                        .previous = nullptr,
                        .current = world.make("Sensor", {{"Id", cim::Value("x")}})};
    world.consumers.on_consume = [&](auto&, auto) {
        world.engine->raise_intrinsic(world.engine->prepare_intrinsic({&change, 1}).value()).run();
        return Result<>();
    };
    world.engine->raise_intrinsic(world.engine->prepare_intrinsic({&change, 1}).value()).run();
    EXPECT_EQ(world.consumers.calls().size(), std::size_t{max_delivery_depth});
    EXPECT_EQ(world.counts().dropped, 1U) << "a change cannot be refused; its delivery can";
    EXPECT_EQ(world.counts().matched, 9U);
}

TEST_F(EngineTest, aConsumerMayDeleteItsOwnBinding) {
    for (const auto how : {Delivery::Synchronous, Delivery::Asynchronous}) {
        const auto path = world.subscribe(how);
        world.consumers.on_consume = [&](auto&, auto) {
            world.erase(path);
            return Result<>();
        };
        const auto before = world.consumers.calls().size();
        ASSERT_TRUE(world.raise("1"));
        executor.drain();
        ASSERT_TRUE(world.raise("2"));
        executor.drain();
        EXPECT_EQ(world.consumers.calls().size() - before, 1U);
    }
}

TEST_F(EngineTest, aConsumerMayBindItselfToMore) {
    world.subscribe(Delivery::Synchronous);
    world.put_filter("g", "SELECT * FROM Alarm WHERE Level = 1");
    world.consumers.on_consume = [&](auto&, auto) {
        world.bind("g", "c", Delivery::Synchronous);
        return Result<>();
    };
    ASSERT_TRUE(world.raise("binds"));
    ASSERT_TRUE(world.raise("twice", 1));
    EXPECT_EQ(world.consumers.texts().size(), 3U);
}

TEST_F(EngineTest, queuedEventsOfADeletedBindingAreDroppedAndCounted) {
    const auto path = world.subscribe();
    ASSERT_TRUE(world.raise("1"));
    world.erase(path);
    executor.drain();
    PROVES("DLV-006", EXPECT_TRUE(world.consumers.calls().empty()));
}

TEST_F(EngineTest, deliveriesThatAreNotRunCountAsDropped) {
    world.put_filter("f",
                     "SELECT * FROM __InstanceCreationEvent WHERE TargetInstance ISA 'Sensor'");
    world.put_consumer("c");
    world.bind("f", "c", Delivery::Synchronous);
    const Change change{.name_space = home,
                        .previous = nullptr,
                        .current = world.make("Sensor", {{"Id", cim::Value("x")}})};
    {
        auto pending =
            world.engine->raise_intrinsic(world.engine->prepare_intrinsic({&change, 1}).value());
        pending =
            world.engine->raise_intrinsic(world.engine->prepare_intrinsic({&change, 1}).value());
        EXPECT_EQ(world.counts().dropped, 1U) << "assigned over";
    }
    EXPECT_EQ(world.counts().dropped, 2U) << "destroyed";
    EXPECT_TRUE(world.consumers.calls().empty());
}

TEST_F(EngineTest, bindingsMayComeBeforeTheirEnds) {
    world.bind("f", "c");
    world.bind("g", "d");
    EXPECT_EQ(world.engine->status().at(0).state, State::Unbound);
    world.put_consumer("c");
    ASSERT_TRUE(world.raise("too early"));
    world.put_filter("f");
    ASSERT_TRUE(world.raise("1"));
    executor.drain();
    EXPECT_EQ(world.consumers.texts(), numbers(1, 1));
}

TEST_F(EngineTest, aBindingKeepsItsCountersWhenItBecomesSynchronous) {
    world.subscribe();
    ASSERT_TRUE(world.raise("1"));
    executor.drain();
    world.bind("f", "c", Delivery::Synchronous);
    ASSERT_TRUE(world.raise("2"));
    EXPECT_EQ(world.consumers.texts(), numbers(1, 2)) << "the second one at once";
    EXPECT_EQ(world.counts().delivered, 2U);
}

TEST_F(EngineTest, stopDeliversWhatIsQueuedAndRefusesMore) {
    world.subscribe();
    ASSERT_TRUE(world.raise("1"));
    world.engine->stop(std::chrono::seconds(5));
    EXPECT_EQ(world.consumers.texts(), numbers(1, 1));
    EXPECT_EQ(world.raise("2").error().status, Status::ShuttingDown);
    EXPECT_TRUE(world.engine->wanted(home, *world.catalog.schema(home)->find_class("Alarm")))
        << "else sinks would drop it without a word";
    executor.drain();
    EXPECT_EQ(world.consumers.living(), 0) << "physical consumers are released";
}

TEST_F(EngineTest, physicalConsumersAreReleasedBetweenOneAndTwoIntervals) {
    world.engine->start();
    world.subscribe();
    ASSERT_TRUE(world.raise("1"));
    executor.drain();
    ASSERT_EQ(world.consumers.living(), 1);
    executor.advance(std::chrono::minutes(5));
    EXPECT_EQ(world.consumers.living(), 1) << "one interval";
    executor.advance(std::chrono::minutes(5));
    PROVES("DLV-041", EXPECT_EQ(world.consumers.living(), 0));
    ASSERT_TRUE(world.raise("2"));
    executor.drain();
    EXPECT_EQ(world.consumers.found(), 2) << "found again when it is needed";
}

TEST_F(EngineTest, nothingIsCalledOnceTheOwnerIsGone) {
    auto owner = std::make_shared<int>(0);
    World other(executor);
    other.engine = std::make_unique<Engine>(
        Engine::Options{.executor = &executor,
                        .catalog = &other.catalog,
                        .consumers = &other.consumers,
                        .sources = &other.sources,
                        .counters = other.counters.get(),
                        .hold = [weak = std::weak_ptr<int>(owner)]() -> std::shared_ptr<void> {
                            return weak.lock();
                        }});
    other.subscribe();
    ASSERT_TRUE(other.raise("1"));
    owner = nullptr;
    executor.drain();
    EXPECT_TRUE(other.consumers.calls().empty());
    EXPECT_EQ(other.counts().dropped, 1U);
}

}  // namespace
}  // namespace openwmi::eventing
