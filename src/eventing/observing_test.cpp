#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/simulated_executor.h"
#include "eventing/test_guaranteed.h"

namespace openwmi::eventing {
namespace {

using test::World;
using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

class ObservingTest : public testing::Test, protected Observer {
  protected:
    ObservingTest() {
        world.consumers.on_preview = [](const EventPtr& event) {
            return "write " + event->instance->find("Text")->get<std::string>();
        };
    }
    void observe(const cim::ObjectPath& binding, bool on = true) {
        world.catalog.set_observed(binding, on);
        world.engine->subscription_changed(test::home, binding);
    }
    void on_observed(const Observation& observation) override {
        const auto& would_do = observation.would_do;
        told.push_back(would_do ? *would_do
                                : fmt::format("failed: {}", symbol(would_do.error().status)));
    }
    void on_delivered(const Delivery&) override { ++delivered; }
    SubscriptionStatus status() const { return world.engine->status().at(0); }
    std::vector<HistoryEntry> history() const { return world.engine->history().find("", 100); }

    std::vector<std::string> told;
    int delivered = 0;
    base::SimulatedExecutor executor{1};
    World world{executor, this};
};

TEST_F(ObservingTest, theConsumerIsAskedAndNotCalled) {
    const auto binding = world.subscribe();
    observe(binding);
    ASSERT_TRUE(world.raise("a"));
    ASSERT_TRUE(world.raise("b"));
    executor.drain();
    EXPECT_THAT(world.consumers.calls(), IsEmpty());
    EXPECT_THAT(told, ElementsAre("write a", "write b"));
    EXPECT_EQ(delivered, 0);
    const auto counters = status().counters;
    EXPECT_EQ(counters.matched, 2U);
    EXPECT_EQ(counters.observed, 2U);
    EXPECT_EQ(counters.delivered + counters.failed + counters.dropped, 0U);
    EXPECT_TRUE(status().observed);
    ASSERT_THAT(history(), SizeIs(2));
    EXPECT_EQ(history().front().outcome, HistoryEntry::Outcome::Observed);
    EXPECT_EQ(history().front().would_do, "write a");
    EXPECT_EQ(history().front().status, Status::Ok);
}

TEST_F(ObservingTest, whatWaitsFollowsTheSwitch) {
    const auto binding = world.subscribe();
    ASSERT_TRUE(world.raise("a"));
    observe(binding);
    executor.drain();
    EXPECT_THAT(told, ElementsAre("write a"));
    ASSERT_TRUE(world.raise("b"));
    observe(binding, false);
    executor.drain();
    EXPECT_THAT(world.consumers.texts(), ElementsAre("b"));
    EXPECT_FALSE(status().observed);
}

TEST_F(ObservingTest, otherBindingsOfTheConsumerAreReal) {
    observe(world.subscribe());
    world.put_filter("g", "SELECT * FROM Alarm WHERE Level = 1");
    world.bind("g", "c");
    ASSERT_TRUE(world.raise("a", 1));
    ASSERT_TRUE(world.raise("b", 0));
    ASSERT_TRUE(world.raise("c", 1));
    executor.drain();
    EXPECT_THAT(world.consumers.texts(), ElementsAre("a", "c"));
    EXPECT_THAT(told, ElementsAre("write a", "write b", "write c"));
}

TEST_F(ObservingTest, aSynchronousOneIsObservedBeforeTheRaisersCallReturns) {
    observe(world.subscribe(World::Delivery::Synchronous));
    ASSERT_TRUE(world.raise("a"));
    EXPECT_THAT(told, ElementsAre("write a"));
    EXPECT_THAT(world.consumers.calls(), IsEmpty());
}

TEST_F(ObservingTest, whatWouldFailIsToldAndIsNoFailure) {
    world.consumers.on_preview = [](const EventPtr&) -> Result<std::string> {
        return fail(Status::AccessDenied, "the file is root's");
    };
    observe(world.subscribe());
    ASSERT_TRUE(world.raise("a"));
    executor.drain();
    EXPECT_THAT(told, ElementsAre("failed: WBEM_E_ACCESS_DENIED"));
    EXPECT_EQ(status().counters.observed, 1U);
    EXPECT_EQ(status().counters.failed, 0U);
    ASSERT_THAT(history(), SizeIs(1));
    EXPECT_EQ(history().front().status, Status::AccessDenied);
    EXPECT_EQ(history().front().reason, "the file is root's");
}

TEST_F(ObservingTest, aConsumerThatIsNotThereIsToldAsWell) {
    world.consumers.on_find = [](const std::string&) { return fail(Status::NotFound, "nobody"); };
    observe(world.subscribe());
    ASSERT_TRUE(world.raise("a"));
    executor.drain();
    EXPECT_THAT(told, ElementsAre("failed: WBEM_E_NOT_FOUND"));
    EXPECT_EQ(status().counters.observed, 1U);
}

TEST_F(ObservingTest, aConsumerThatLostItsProcessIsFoundAnew) {
    world.consumers.on_preview = [](const EventPtr&) -> Result<std::string> {
        return fail(Status::RpcDisconnected, "gone");
    };
    observe(world.subscribe());
    ASSERT_TRUE(world.raise("a"));
    executor.drain();
    ASSERT_TRUE(world.raise("b"));
    executor.drain();
    EXPECT_EQ(world.consumers.found(), 2);
}

TEST_F(ObservingTest, longTextsAreCutBetweenCharacters) {
    world.consumers.on_preview = [](const EventPtr&) {
        std::string text = "x";
        for (int i = 0; i < 5000; ++i) text += "\u00e9";
        return text;
    };
    observe(world.subscribe());
    ASSERT_TRUE(world.raise("a"));
    executor.drain();
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told.front().size(), 4095U + 3);
    EXPECT_THAT(told.front(), EndsWith("\u00e9..."));
}

// What is Guaranteed comes from the log, and is done with when it was observed.
class ObservingGuaranteedTest : public testing::Test {
  protected:
    void observe(const cim::ObjectPath& binding, bool on = true) {
        world.catalog.set_observed(binding, on);
        world.engine->subscription_changed(test::home, binding);
    }
    base::SimulatedExecutor executor{1};
    log::test::FaultyFiles disk;
    log::test::FaultyFiles letters;
    test::Outbox outbox;
    test::States states;
    World world{executor, test::options(disk, letters, outbox, {}, &states)};
};

TEST_F(ObservingGuaranteedTest, itDoesNotComeAgainWhenTheBindingGetsReal) {
    const auto binding = world.subscribe(World::Delivery::Guaranteed);
    observe(binding);
    ASSERT_TRUE(world.raise("a"));
    ASSERT_TRUE(world.raise("b"));
    executor.drain();
    executor.advance(1s);  // the cursors are saved
    observe(binding, false);
    world.make_engine();
    world.engine->start();
    executor.drain();
    ASSERT_TRUE(world.raise("c"));
    executor.drain();
    EXPECT_THAT(world.consumers.texts(), ElementsAre("c"));
    const auto status = world.engine->status().at(0);
    EXPECT_EQ(status.counters.matched, 3U);
    EXPECT_EQ(status.counters.observed, 2U);
    EXPECT_EQ(status.counters.delivered, 1U);
    EXPECT_EQ(status.counters.lost_at_crash, 0U);
    EXPECT_EQ(status.waiting_events, 0U);
}

TEST_F(ObservingGuaranteedTest, realAndObservedOnesOfAConsumerStayInOrder) {
    world.put_filter("f");
    world.put_filter("g");
    world.put_consumer("c");
    world.bind("f", "c", World::Delivery::Guaranteed);
    observe(world.bind("g", "c", World::Delivery::Guaranteed));
    for (const char* text : {"a", "b", "c", "d"}) ASSERT_TRUE(world.raise(text));
    executor.drain();
    EXPECT_THAT(world.consumers.texts(), ElementsAre("a", "b", "c", "d"));
    std::vector<std::uint64_t> observed;
    for (const auto& each : world.engine->history().find("", 100)) {
        if (each.outcome == HistoryEntry::Outcome::Observed) observed.push_back(each.event);
    }
    EXPECT_THAT(observed, SizeIs(4));
    EXPECT_TRUE(std::ranges::is_sorted(observed));
}

}  // namespace
}  // namespace openwmi::eventing
