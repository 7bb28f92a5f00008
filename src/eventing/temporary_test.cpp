#include "eventing/temporary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "base/simulated_executor.h"
#include "eventing/test_world.h"
#include "support/proves.h"

namespace openwmi::eventing {
namespace {

using test::home;
using test::numbers;
using test::World;

struct RecordingReceiver final : Receiver {
    void receive(std::span<const EventPtr> events) override {
        EXPECT_FALSE(end) << "ended() is the last call";
        for (const auto& event : events) {
            texts.push_back(event->instance->find("Text")->get<std::string>());
        }
        if (on_receive) on_receive();
    }
    void ended(const Error& why) override {
        EXPECT_FALSE(end);
        end = why;
    }
    std::vector<std::string> texts;
    std::optional<Error> end;
    std::function<void()> on_receive;
};

class TemporaryTest : public testing::Test {
  protected:
    auto subscribe(std::string_view query = "SELECT * FROM Alarm") {
        return world.engine->subscribe(home, query, receiver);
    }

    base::SimulatedExecutor executor{1};
    World world{executor};
    std::shared_ptr<RecordingReceiver> receiver = std::make_shared<RecordingReceiver>();
};

TEST_F(TemporaryTest, receivesInOrderFromTheMomentItReturns) {
    ASSERT_TRUE(world.raise("before"));
    const auto subscription = subscribe();
    ASSERT_TRUE(subscription);
    for (int i = 1; i <= 5; ++i) ASSERT_TRUE(world.raise(std::to_string(i)));
    executor.drain();
    PROVES("COM-079", EXPECT_EQ(receiver->texts, numbers(1, 5)));
}

TEST_F(TemporaryTest, endsWithItsHandle) {
    auto subscription = subscribe();
    ASSERT_TRUE(world.raise("1"));
    subscription->reset();
    ASSERT_TRUE(world.raise("2"));
    executor.drain();
    PROVES("DLV-005", EXPECT_TRUE(receiver->texts.empty()));
    EXPECT_EQ(world.sources.live(), 0U);
    EXPECT_EQ(receiver.use_count(), 1) << "nobody holds it any more";
}

TEST_F(TemporaryTest, mayBeClosedFromWithinReceive) {
    auto subscription = subscribe();
    receiver->on_receive = [&] {
        ASSERT_TRUE(world.raise("2"));
        subscription->reset();
    };
    ASSERT_TRUE(world.raise("1"));
    executor.drain();
    EXPECT_EQ(receiver->texts, numbers(1, 1));
    EXPECT_FALSE(receiver->end);
}

TEST_F(TemporaryTest, isToldWhatIsQueuedAndThenThatTheServiceStops) {
    const auto subscription = subscribe();
    ASSERT_TRUE(world.raise("1"));
    world.engine->stop(base::Duration::zero());
    executor.drain();
    EXPECT_EQ(receiver->texts, numbers(1, 1));
    ASSERT_TRUE(receiver->end);
    EXPECT_EQ(receiver->end->status, Status::ShuttingDown);
}

TEST_F(TemporaryTest, mayOutliveTheEngine) {
    auto subscription = subscribe();
    ASSERT_TRUE(world.raise("1"));
    world.engine = nullptr;
    subscription->reset();
    executor.drain();
    EXPECT_TRUE(receiver->texts.empty());
}

TEST_F(TemporaryTest, endsWhenItsClassIsDeleted) {
    const auto subscription = subscribe();
    world.catalog.change_schema([](test::TestSchema& schema) { schema.remove("Alarm"); });
    world.engine->namespaces_changed();
    executor.drain();
    ASSERT_TRUE(receiver->end);
    EXPECT_EQ(receiver->end->status, Status::InvalidClass);
}

TEST_F(TemporaryTest, whoIsRefusedHasReceivedNothing) {
    bool denied = true;
    world.sources.on_activate = [&](auto) -> Result<Coverage> {
        EXPECT_TRUE(world.raise("1"));  // by a source that others have started
        executor.drain();
        if (denied) return fail(Status::AccessDenied, "not for you");
        return Coverage{Coverage::By::Provider, "test", {}};
    };
    PROVES("SEC-029", EXPECT_EQ(subscribe().error().status, Status::AccessDenied));
    executor.drain();
    PROVES("SEC-029", EXPECT_TRUE(receiver->texts.empty()));
    denied = false;
    const auto subscription = subscribe();
    ASSERT_TRUE(subscription);
    executor.drain();
    EXPECT_EQ(receiver->texts, numbers(1, 1)) << "what came while it was set up is not lost";
}

TEST_F(TemporaryTest, failsWithTheReasonOfItsQueryOrItsSources) {
    EXPECT_EQ(subscribe("nonsense").error().status, Status::UnparsableQuery);
    EXPECT_EQ(subscribe("SELECT * FROM Unheard").error().status, Status::InvalidClass);
    EXPECT_EQ(subscribe("SELECT * FROM Sensor").error().status, Status::NotEventClass);
    world.sources.on_activate = [](auto) -> Result<Coverage> {
        return fail(Status::RegistrationTooPrecise, "no WITHIN");
    };
    EXPECT_EQ(subscribe().error().status, Status::RegistrationTooPrecise);
    executor.drain();
    EXPECT_EQ(world.sources.live(), 0U);
}

TEST_F(TemporaryTest, oneThatLagsTooMuchEndsAfterWhatIsQueued) {
    const auto queue = std::make_shared<TemporaryQueue>(executor, receiver, 1'000);
    queue->open();
    auto event = std::make_shared<Event>();
    event->instance = world.alarm("x");
    for (int i = 0; i < 100; ++i) queue->enqueue(event);
    executor.drain();
    EXPECT_LT(receiver->texts.size(), 100U);
    EXPECT_GT(receiver->texts.size(), 0U);
    ASSERT_TRUE(receiver->end);
    EXPECT_EQ(receiver->end->status, Status::QueueOverflow);
    EXPECT_THAT(receiver->end->message, testing::HasSubstr("too slow"));
}

TEST_F(TemporaryTest, anEventThatIsTooLargeEndsItAndSaysSo) {
    const auto queue = std::make_shared<TemporaryQueue>(executor, receiver, 1'000);
    queue->open();
    auto event = std::make_shared<Event>();
    event->instance = world.alarm(std::string(2'000, 'x'));
    queue->enqueue(event);
    executor.drain();
    EXPECT_TRUE(receiver->texts.empty());
    ASSERT_TRUE(receiver->end);
    EXPECT_EQ(receiver->end->status, Status::QueueOverflow);
    EXPECT_THAT(receiver->end->message, testing::HasSubstr("more than may wait"));
}

}  // namespace
}  // namespace openwmi::eventing
