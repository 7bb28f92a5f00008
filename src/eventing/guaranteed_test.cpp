#include "eventing/guaranteed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "base/simulated_executor.h"
#include "base/thread_executor.h"
#include "eventing/test_guaranteed.h"
#include "support/proves.h"

namespace openwmi::eventing {
namespace {

using test::home;
using test::numbers;
using test::World;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

class GuaranteedTest : public testing::Test {
  protected:
    // Another life of the service; what was not on the disk is lost.
    void crash() {
        disk.operations_left = 0;  // what the old one still tries is in vain
        world.engine = nullptr;
        world.promises = nullptr;
        disk.crash(1);
        letters.crash(1);
        world.make_engine();
        world.engine->start();
        executor.drain();
    }
    void restart() {
        world.make_engine();
        world.engine->start();
        executor.drain();
    }
    void raise(int from, int to) {
        for (const auto& text : numbers(from, to)) ASSERT_TRUE(world.raise(text));
    }
    Counters counts() const { return world.engine->status().at(0).counters; }
    std::uint64_t waiting() const { return world.engine->status().at(0).waiting_events; }

    base::SimulatedExecutor executor{1};
    log::test::FaultyFiles disk;
    log::test::FaultyFiles letters;
    test::Outbox outbox;
    test::States states;
    World world{executor, test::options(disk, letters, outbox, {}, &states)};
    test::Behaviour behaviour{world.consumers};
};

TEST_F(GuaranteedTest, anEventIsOnTheDiskBeforeTheRaisersCallReturns) {
    world.subscribe(World::Delivery::Guaranteed);
    raise(1, 3);
    EXPECT_TRUE(world.consumers.calls().empty()) << "nobody is called on the raising thread";
    crash();
    EXPECT_EQ(world.consumers.texts(), numbers(1, 3));
    EXPECT_EQ(waiting(), 0U);
}

TEST_F(GuaranteedTest, whatWasAcknowledgedDoesNotComeAgain) {
    world.subscribe(World::Delivery::Guaranteed);
    raise(1, 5);
    executor.drain();
    executor.advance(1s);  // the cursors are saved
    crash();
    EXPECT_EQ(world.consumers.texts(), numbers(1, 5));
    raise(6, 7);
    executor.drain();
    EXPECT_EQ(world.consumers.texts(), numbers(1, 7));
    EXPECT_EQ(counts().delivered, 7U);
    EXPECT_EQ(counts().lost_at_crash, 0U);
}

TEST_F(GuaranteedTest, whatWasAcknowledgedSinceTheCursorsWereSavedComesOnceMore) {
    world.subscribe(World::Delivery::Guaranteed);
    raise(1, 2);
    executor.drain();
    crash();
    EXPECT_THAT(world.consumers.texts(), ElementsAre("1", "2", "1", "2"));
    EXPECT_EQ(counts().matched, 2U);
    EXPECT_EQ(counts().repeated, 2U);
    EXPECT_EQ(counts().delivered, 4U);
}

TEST_F(GuaranteedTest, theConsumerGetsThemInOrderAndInBatchesOnceItLags) {
    world.subscribe(World::Delivery::Guaranteed);
    raise(1, 10);
    executor.drain();
    PROVES("OD-041", EXPECT_EQ(world.consumers.texts(), numbers(1, 10)));
    std::vector<std::size_t> sizes;
    for (const auto& call : world.consumers.calls()) sizes.push_back(call.texts.size());
    PROVES("DLV-017", EXPECT_THAT(sizes, ElementsAre(1, 4, 4, 1)));
}

TEST_F(GuaranteedTest, aRefusedEventIsTriedAgainLaterAndLater) {
    world.subscribe(World::Delivery::Guaranteed);
    behaviour.refuse("c", 4);
    raise(1, 2);
    std::vector<base::Duration> pauses;
    auto last = executor.clock().steady();
    behaviour.on_attempt = [&] {
        pauses.push_back(executor.clock().steady() - last);
        last = executor.clock().steady();
    };
    executor.drain();
    executor.advance(1min);
    EXPECT_EQ(behaviour.taken("c"), numbers(1, 2)) << "the second waits for the first";
    ASSERT_EQ(pauses.size(), 6U);
    for (std::size_t i = 1; i <= 4; ++i) {
        const auto whole = 1s * (1 << (i - 1));
        EXPECT_GT(pauses[i], whole / 2) << i;
        EXPECT_LE(pauses[i], whole) << i;
    }
    EXPECT_EQ(pauses[5], 0s);
    EXPECT_EQ(counts().retried, 4U);
    EXPECT_EQ(counts().failed, 0U);
    EXPECT_EQ(counts().delivered, 2U);
}

TEST(RetryPolicyTest, doublesUpToTheMostWithJitter) {
    const RetryPolicy policy;
    EXPECT_EQ(policy.delay(1, 0), 1s);
    EXPECT_EQ(policy.delay(5, 0), 16s);
    EXPECT_EQ(policy.delay(9, 0), 256s);
    EXPECT_EQ(policy.delay(10, 0), 5min);
    EXPECT_EQ(policy.delay(4'000'000'000U, 0), 5min);
    std::set<base::Duration> delays;
    for (std::uint64_t random = 0; random < 1000; ++random) {
        const auto delay = policy.delay(3, random * 1'000'003'333);
        EXPECT_GT(delay, 2s);
        EXPECT_LE(delay, 4s);
        delays.insert(delay);
    }
    EXPECT_GT(delays.size(), 900U);
}

TEST_F(GuaranteedTest, aConsumerThatIsBackIsServedAtOnce) {
    world.subscribe(World::Delivery::Guaranteed);
    world.put_filter("other", "SELECT * FROM Alarm WHERE Level = 7");
    world.bind("other", "c");
    const auto wakes = {
        std::function<void()>([&] { world.put_consumer("c", 4711); }),  // its definition changed
        std::function<void()>([&] { world.engine->classes_changed(home); }),
        std::function<void()>([&] {  // it took another event
            const auto event =
                world.make("Alarm", {{"Text", cim::Value("x")}, {"Level", cim::Value(7U)}});
            (void)world.engine->raise(home, event, world.raiser);
        }),
    };
    int number = 0;
    for (const auto& wake : wakes) {
        behaviour.refuse("c", 1'000);
        const auto text = std::to_string(++number);
        ASSERT_TRUE(world.raise(text));
        executor.drain();
        executor.advance(20s);
        EXPECT_THAT(behaviour.taken("c"), testing::Not(testing::Contains(text)));
        behaviour.refuse("c", 0);
        wake();
        executor.drain();  // no time passes
        EXPECT_THAT(behaviour.taken("c"), testing::Contains(text)) << number;
    }
}

TEST_F(GuaranteedTest, aConsumerThatCannotBeReachedIsWaitedFor) {
    world.subscribe(World::Delivery::Guaranteed);
    world.consumers.on_find = [](auto&) { return fail(Status::ProviderLoadFailure, "not there"); };
    raise(1, 3);
    executor.drain();
    executor.advance(100h);
    EXPECT_EQ(counts().dead_lettered, 0U) << "nobody refused it";
    EXPECT_EQ(waiting(), 3U);
    EXPECT_THAT(world.engine->status().at(0).last_error, HasSubstr("not there"));
    world.consumers.on_find = nullptr;
    world.engine->classes_changed(home);
    executor.drain();
    EXPECT_EQ(world.consumers.texts(), numbers(1, 3));
}

TEST_F(GuaranteedTest, whatIsRefusedTooOftenBecomesADeadLetterAndTheNextGoesOn) {
    world.subscribe(World::Delivery::Guaranteed);
    behaviour.poison = "2";
    raise(1, 3);
    executor.drain();
    executor.advance(3h);
    EXPECT_THAT(behaviour.taken("c"), ElementsAre("1", "3"));
    EXPECT_EQ(counts().dead_lettered, 1U);
    EXPECT_EQ(counts().retried, 20U) << "and the third was in its batch once";
    crash();
    const auto all = world.promises->letters().list();
    ASSERT_TRUE(all) << all.error().message;
    ASSERT_EQ(all->size(), 1U);
    const auto& letter = all->front();
    EXPECT_EQ(letter.event->instance->find("Text"), cim::Value("2"));
    EXPECT_EQ(letter.status, Status::Failed);
    EXPECT_EQ(letter.reason, "2 is poison");
    EXPECT_EQ(letter.attempts, 20U);
    EXPECT_THAT(letter.consumer, HasSubstr("TestConsumer"));
    EXPECT_THAT(letter.binding, HasSubstr("__FilterToConsumerBinding"));

    behaviour.poison.clear();
    ASSERT_TRUE(world.promises->retry(letter.id));
    executor.drain();
    EXPECT_THAT(behaviour.taken("c"), ElementsAre("1", "3", "2"));
    EXPECT_THAT(*world.promises->letters().list(), IsEmpty());
    EXPECT_EQ(world.promises->retry(letter.id).error().status, Status::NotFound);
    EXPECT_EQ(counts().repeated, 1U);
}

TEST_F(GuaranteedTest, aBatchThatWasRefusedComesOneByOneSoThatNobodySuffersForHisNeighbour) {
    world.subscribe(World::Delivery::Guaranteed);
    behaviour.poison = "5";
    raise(1, 9);
    executor.drain();
    // Each batch that is refused as a whole counts against all of its events.
    executor.advance(3h);
    EXPECT_THAT(behaviour.taken("c"), ElementsAre("1", "2", "3", "4", "6", "7", "8", "9"));
    EXPECT_EQ(counts().dead_lettered, 1U);
    std::vector<std::size_t> sizes;
    for (const auto& call : world.consumers.calls()) sizes.push_back(call.texts.size());
    std::vector<std::size_t> expected{1, 4, 1, 1, 1};  // 2 to 5 are refused, 2 to 4 come alone
    expected.insert(expected.end(), 19, 1);            // 5, until it is given up
    expected.insert(expected.end(), {1, 3});           // the others, once the consumer is back
    EXPECT_EQ(sizes, expected);
}

TEST_F(GuaranteedTest, whereLettersHaveNoRoomTheOldestGo) {
    world.subscribe(World::Delivery::Guaranteed);
    const std::string text(2500, 'x');
    behaviour.refuse("c", 1'000'000);
    for (int i = 0; i < 4; ++i) ASSERT_TRUE(world.raise(std::to_string(i) + text));
    executor.drain();
    executor.advance(24h);
    EXPECT_EQ(counts().dead_lettered, 4U);
    const auto all = world.promises->letters().list();
    ASSERT_TRUE(all);
    ASSERT_FALSE(all->empty());
    EXPECT_LT(all->size(), 4U);
    EXPECT_EQ(all->back().event->instance->find("Text"), cim::Value("3" + text));
    EXPECT_THAT(states.all, testing::Contains("dead-letters full"));
}

TEST_F(GuaranteedTest, aLetterThatCannotBeKeptLeavesTheEventWhereItIs) {
    world.subscribe(World::Delivery::Guaranteed);
    behaviour.refuse("c", 1'000'000);
    letters.is_full = true;
    raise(1, 1);
    executor.drain();
    executor.advance(24h);
    EXPECT_EQ(counts().dead_lettered, 0U);
    EXPECT_EQ(waiting(), 1U);
    letters.is_full = false;
    executor.advance(5min);
    EXPECT_EQ(counts().dead_lettered, 1U);
    EXPECT_EQ(world.promises->letters().list()->size(), 1U);
}

TEST_F(GuaranteedTest, aFullLogRefusesTheRaiserAndNobodyGetsTheEvent) {
    world.subscribe(World::Delivery::Guaranteed);
    world.put_consumer("express");
    world.bind("f", "express");
    behaviour.refuse("c", 1'000'000);
    const std::string text(2000, 'x');
    std::size_t taken = 0;
    Result<> raised;
    while ((raised = world.raise(text))) ++taken;
    EXPECT_EQ(raised.error().status, Status::OutOfDiskSpace);
    EXPECT_THAT(raised.error().message, HasSubstr("takes no more"));
    EXPECT_THAT(raised.error().message, HasSubstr("TestConsumer.Name"));
    executor.drain();
    EXPECT_EQ(behaviour.taken("express").size(), taken);
    EXPECT_EQ(world.counts().refused, 1U);
    EXPECT_EQ(world.engine->refused(), 1U);
    behaviour.refuse("c", 0);
    executor.advance(1min);
    EXPECT_TRUE(world.raise(text)) << "there is room again";
}

TEST_F(GuaranteedTest, aBindingMayHoldNoMoreThanItsQuota) {
    auto limited = test::options(disk, letters, outbox);
    limited.open_log = test::opener(disk, {.lane_quota_bytes = 3000});
    World small(executor, limited);
    small.subscribe(World::Delivery::Guaranteed);
    Result<> raised;
    while ((raised = small.raise(std::string(500, 'x')))) {
    }
    EXPECT_EQ(raised.error().status, Status::QuotaViolation);
}

TEST_F(GuaranteedTest, anEventThatIsTooLargeForTheLogIsRefusedAndBlamesNobodyElse) {
    world.subscribe(World::Delivery::Guaranteed);
    behaviour.refuse("c", 1);
    raise(1, 1);  // waits for the consumer, which is not the reason
    const auto raised = world.raise(std::string(10'000, 'x'));
    EXPECT_EQ(raised.error().status, Status::QuotaViolation);
    EXPECT_THAT(raised.error().message, HasSubstr("too large"));
    EXPECT_THAT(raised.error().message, testing::Not(HasSubstr("waits for the consumer")));
    raise(2, 2);
    executor.drain();
    executor.advance(1min);
    EXPECT_THAT(behaviour.taken("c"), ElementsAre("1", "2"));
    EXPECT_EQ(counts().refused, 1U);
}

TEST_F(GuaranteedTest, whatTimersRaiseIsDroppedWhenTheLogIsFull) {
    world.put_filter("f", "SELECT * FROM __InstanceCreationEvent");
    world.put_consumer("c");
    world.bind("f", "c", World::Delivery::Guaranteed);
    disk.is_full = true;
    Change change{.name_space = home, .current = world.make("Sensor", {{"Id", cim::Value("a")}})};
    world.engine->raise_polled({&change, 1});
    const auto counted = counts();
    EXPECT_EQ(counted.matched, 1U);
    EXPECT_EQ(counted.dropped, 1U);
    EXPECT_EQ(counted.drops[static_cast<std::size_t>(DropCause::LogFull)], 1U);
}

TEST_F(GuaranteedTest, aChangeAndItsEventsAreCommittedTogether) {
    world.put_filter("f", "SELECT * FROM __InstanceCreationEvent");
    world.put_consumer("c");
    world.bind("f", "c", World::Delivery::Guaranteed);
    const Change change{.name_space = home,
                        .current = world.make("Sensor", {{"Id", cim::Value("a")}})};
    {
        const auto prepared = world.engine->prepare_intrinsic({&change, 1});
        ASSERT_TRUE(prepared);
        ASSERT_EQ(prepared->messages().size(), 1U);
    }
    executor.drain();
    EXPECT_TRUE(world.consumers.calls().empty()) << "it was not committed";

    auto prepared = world.engine->prepare_intrinsic({&change, 1});
    outbox.commit(prepared->messages());
    crash();  // before anything else could happen
    EXPECT_EQ(world.consumers.texts(), std::vector<std::string>{"__InstanceCreationEvent"});
    EXPECT_TRUE(outbox.read(1)->empty());

    prepared = world.engine->prepare_intrinsic({&change, 1});
    outbox.commit(prepared->messages());
    world.engine->raise_intrinsic(std::move(*prepared)).run();
    executor.drain();
    EXPECT_EQ(world.consumers.texts().size(), 2U);
    EXPECT_EQ(counts().delivered, 2U);
    EXPECT_EQ(counts().matched + counts().repeated, 2U);
}

TEST_F(GuaranteedTest, whatTheLogWouldNotTakeIsNotCommitted) {
    world.put_filter("f", "SELECT * FROM __InstanceCreationEvent");
    world.put_consumer("c");
    world.bind("f", "c", World::Delivery::Guaranteed);
    disk.is_full = true;
    const Change change{.name_space = home,
                        .current = world.make("Sensor", {{"Id", cim::Value("a")}})};
    EXPECT_EQ(world.engine->prepare_intrinsic({&change, 1}).error().status, Status::OutOfDiskSpace);
    EXPECT_EQ(counts().refused, 1U);
}

TEST_F(GuaranteedTest, aDeletedBindingDropsWhatWaitsForItForGood) {
    world.put_filter("f");
    world.put_consumer("c");
    world.put_consumer("d");
    const auto path = world.bind("f", "c", World::Delivery::Guaranteed);
    world.bind("f", "d", World::Delivery::Guaranteed);
    behaviour.refuse("c", 1'000);
    behaviour.refuse("d", 1'000);
    raise(1, 3);
    executor.drain();
    world.erase(path);
    world.bind("f", "c", World::Delivery::Guaranteed);
    behaviour.refuse("c", 0);
    behaviour.refuse("d", 0);
    crash();
    EXPECT_THAT(behaviour.taken("c"), IsEmpty()) << "it is another binding now";
    EXPECT_EQ(behaviour.taken("d"), numbers(1, 3));
}

TEST_F(GuaranteedTest, aBindingThatWentWhileTheServiceWasDeadLeavesNothing) {
    const auto path = world.subscribe(World::Delivery::Guaranteed);
    behaviour.refuse("c", 1'000);
    raise(1, 3);
    world.catalog.erase(path);
    crash();
    EXPECT_TRUE(world.promises->log_if_open()->lanes().empty());
}

TEST_F(GuaranteedTest, whatWaitsSurvivesTheConsumersReplacement) {
    world.subscribe(World::Delivery::Guaranteed);
    behaviour.refuse("c", 1'000);
    raise(1, 2);
    executor.drain();
    const auto consumer = world.put_consumer("c");
    world.erase(consumer);
    behaviour.refuse("c", 0);
    executor.advance(1min);
    EXPECT_THAT(behaviour.taken("c"), IsEmpty());
    world.put_consumer("c");
    executor.drain();
    EXPECT_EQ(behaviour.taken("c"), numbers(1, 2));
}

TEST_F(GuaranteedTest, anEventOutlivesItsClass) {
    world.put_filter("f", "SELECT * FROM Alarm");
    world.put_consumer("c");
    world.bind("f", "c", World::Delivery::Guaranteed);
    raise(1, 1);
    world.catalog.change_schema([](test::TestSchema& schema) { schema.remove("Alarm"); });
    crash();
    EXPECT_EQ(world.consumers.texts(), numbers(1, 1));
}

TEST_F(GuaranteedTest, aLesserQualityIsForLaterEvents) {
    world.subscribe(World::Delivery::Guaranteed);
    behaviour.refuse("c", 1);
    raise(1, 1);
    executor.drain();
    world.put(world.binding("f", "c", World::Delivery::Asynchronous));
    EXPECT_FALSE(world.engine->status().at(0).guaranteed);
    raise(2, 2);
    executor.drain();
    EXPECT_THAT(behaviour.taken("c"), ElementsAre("2", "1")) << "it is back: the first one follows";
    const auto records = disk.all();
    raise(3, 3);
    EXPECT_EQ(disk.all(), records) << "nothing is written for it";
    executor.drain();
    EXPECT_EQ(counts().delivered, 3U);
}

TEST_F(GuaranteedTest, aDamagedLogIsLeftAsItIsAndSaysSo) {
    world.subscribe(World::Delivery::Guaranteed);
    raise(1, 1);
    disk.content("segment-0000000000000001").at(7) = static_cast<std::byte>('9');
    const auto before = disk.all();
    restart();
    EXPECT_EQ(disk.all(), before);
    const auto status = world.engine->status().at(0);
    EXPECT_EQ(status.state, State::Degraded);
    EXPECT_THAT(status.reason, HasSubstr("nothing can be guaranteed"));
    EXPECT_THAT(states.all, testing::Contains("delivery-log degraded").Times(1));
    const auto raised = world.raise("2");
    EXPECT_EQ(raised.error().status, Status::DatabaseVerMismatch);
    EXPECT_EQ(disk.all(), before);
    disk.content("segment-0000000000000001").at(7) = static_cast<std::byte>('1');
    executor.advance(5s);
    EXPECT_TRUE(world.raise("3")) << "it is looked at again";
    executor.drain();
    EXPECT_THAT(world.consumers.texts(), ElementsAre("1", "3"));
    EXPECT_EQ(world.engine->status().at(0).state, State::Active);
    EXPECT_THAT(states.all, testing::Contains("delivery-log degraded").Times(1));
    EXPECT_THAT(states.all, testing::Contains("delivery-log active"));
}

TEST_F(GuaranteedTest, aLogWhoseDiskFailedIsOpenedAgain) {
    world.subscribe(World::Delivery::Guaranteed);
    behaviour.refuse("c", 1);
    raise(1, 1);
    executor.drain();
    disk.operations_left = 0;
    EXPECT_EQ(world.raise("2").error().status, Status::Failed);
    disk.operations_left = SIZE_MAX;
    EXPECT_FALSE(world.raise("3")) << "not at once";
    executor.advance(6s);
    EXPECT_TRUE(world.raise("4"));
    executor.drain();
    EXPECT_THAT(behaviour.taken("c"), testing::Contains("1"));
    EXPECT_THAT(behaviour.taken("c"), testing::Contains("4"));
}

TEST_F(GuaranteedTest, theHistorySaysWhatBecameOfEachAttempt) {
    world.subscribe(World::Delivery::Guaranteed);
    world.put_consumer("e");
    world.bind("f", "e");
    behaviour.refuse("c", 1);
    behaviour.refuse("e", 1);
    behaviour.on_attempt = [&] { (void)executor.make_gate()->wait(20ms); };
    raise(1, 1);
    executor.drain();
    executor.advance(1min);
    using Outcome = HistoryEntry::Outcome;
    const auto of = [&](const char* consumer) {
        return world.engine->history().find(fmt::format("NAME=\"{}\"", consumer), 10);
    };
    const auto guaranteed = of("c");
    ASSERT_EQ(guaranteed.size(), 2U);
    EXPECT_EQ(guaranteed[0].outcome, Outcome::WillRetry);
    EXPECT_EQ(guaranteed[0].status, Status::Failed);
    EXPECT_EQ(guaranteed[0].attempt, 1U);
    EXPECT_EQ(guaranteed[0].duration, 20ms);
    EXPECT_EQ(guaranteed[1].outcome, Outcome::Delivered);
    EXPECT_EQ(guaranteed[1].attempt, 2U);
    EXPECT_EQ(guaranteed[1].event_class, "Alarm");
    EXPECT_GT(guaranteed[1].time, guaranteed[0].time);
    const auto express = of("e");
    ASSERT_EQ(express.size(), 1U);
    EXPECT_EQ(express[0].outcome, Outcome::Failed);
    EXPECT_EQ(world.engine->history().find("", 1).size(), 1U);
    EXPECT_THAT(world.engine->history().find("nobody", 10), IsEmpty());
}

TEST(HistoryTest, isBounded) {
    History history(3);
    for (std::uint64_t i = 1; i <= 5; ++i) {
        HistoryEntry entry;
        entry.event = i;
        history.add(entry);
    }
    std::vector<std::uint64_t> events;
    for (const auto& entry : history.find("", 10)) events.push_back(entry.event);
    EXPECT_THAT(events, ElementsAre(3, 4, 5));
}

// Raisers, deliveries, deletion and restart of consumers at the same time.
TEST(GuaranteedThreadsTest, everyEventOfEachRaiserArrivesInItsOrder) {
    const base::MachineClock clock;
    base::ThreadExecutor executor(clock, {.name = "test", .max_threads = 4});
    log::test::FaultyFiles disk;
    log::test::FaultyFiles letters;
    test::Outbox outbox;
    World world(executor,
                test::options(disk, letters, outbox, {.segment_bytes = 65536, .max_segments = 64}));
    world.subscribe(World::Delivery::Guaranteed);
    constexpr int events = 25;
    {
        std::vector<std::jthread> raisers;
        for (int raiser = 0; raiser < 3; ++raiser) {
            raisers.emplace_back([&, raiser] {
                for (int i = 0; i < events; ++i) {
                    EXPECT_TRUE(world.raise(fmt::format("{}-{:02}", raiser, i)));
                }
            });
        }
        raisers.emplace_back([&] {
            for (int i = 0; i < 5; ++i) {
                world.put_consumer("c", static_cast<unsigned>(1'000'000 + i));
            }
        });
    }
    const auto pause = executor.make_gate();
    for (int i = 0; i < 2000 && world.consumers.texts().size() < std::size_t{3} * events; ++i) {
        pause->wait(5ms);
    }
    for (int raiser = 0; raiser < 3; ++raiser) {
        std::vector<std::string> own;
        for (const auto& text : world.consumers.texts()) {
            if (text.front() == static_cast<char>('0' + raiser)) own.push_back(text);
        }
        EXPECT_EQ(own.size(), events);
        EXPECT_TRUE(std::ranges::is_sorted(own));
    }
    world.engine->stop(1s);
    executor.stop();
}

}  // namespace
}  // namespace openwmi::eventing
