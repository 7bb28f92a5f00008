#include "eventing/timers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/simulated_executor.h"
#include "cim/datetime.h"
#include "eventing/test_world.h"
#include "support/proves.h"

namespace openwmi::eventing {
namespace {

using test::home;
using test::World;
using testing::ElementsAre;

class TimersTest : public testing::Test {
  protected:
    TimersTest() {
        world.consumers.on_consume = [this](const std::string&, std::span<const EventPtr> events) {
            for (const auto& event : events) {
                firings.push_back(event->instance->find("NumFirings")->get<std::uint64_t>());
            }
            if (on_event) on_event();
            return outcome;
        };
        world.put_filter("f", "SELECT * FROM __TimerEvent");
        world.put_consumer("c");
    }
    cim::ObjectPath put_timer(unsigned milliseconds, bool skip_if_passed = false) {
        return world.put(world.make("__IntervalTimerInstruction",
                                    {{"TimerId", cim::Value("t")},
                                     {"IntervalBetweenEvents", cim::Value(milliseconds)},
                                     {"SkipIfPassed", cim::Value(skip_if_passed)}}));
    }
    // A consumer that is busy for so long with its first event.
    void be_slow_once(base::Duration duration) {
        on_event = [this, duration] {
            on_event = nullptr;
            (void)executor.make_gate()->wait(duration);
        };
    }

    base::SimulatedExecutor executor{1};
    World world{executor};
    std::vector<std::uint64_t> firings;
    std::function<void()> on_event;
    Result<> outcome;
};

using std::chrono::milliseconds;

TEST_F(TimersTest, firingsThatOutpaceTheConsumerAreMerged) {
    world.bind("f", "c");
    be_slow_once(milliseconds(1000));
    put_timer(300);
    executor.advance(milliseconds(1350));
    PROVES("SYS-047", EXPECT_THAT(firings, ElementsAre(1U, 3U)));
    EXPECT_EQ(world.counts().matched, 4U);
    EXPECT_EQ(world.counts().delivered, 4U) << "merged firings are accounted for";
}

TEST_F(TimersTest, firingsThatMayBeSkippedAreNotMerged) {
    world.bind("f", "c");
    be_slow_once(milliseconds(1000));
    put_timer(300, true);
    executor.advance(milliseconds(1350));
    PROVES("SYS-044", EXPECT_THAT(firings, ElementsAre(1U, 1U)));
    EXPECT_EQ(world.counts().dropped, 2U) << "what is skipped is accounted for";
}

TEST_F(TimersTest, aSynchronousConsumerThatLagsGetsTheFiringsOfTheMeantime) {
    world.bind("f", "c", World::Delivery::Synchronous);
    be_slow_once(milliseconds(1000));
    put_timer(300);
    executor.advance(milliseconds(1350));
    EXPECT_THAT(firings, ElementsAre(1U, 3U));
}

TEST_F(TimersTest, aConsumerThatIsNotThereGetsTheFiringsOnceItIs) {
    world.consumers.on_find = [](const std::string&) {
        return fail(Status::ProviderLoadFailure, "not yet");
    };
    world.bind("f", "c");
    put_timer(1000);
    executor.advance(milliseconds(3500));
    EXPECT_THAT(firings, ElementsAre());
    EXPECT_EQ(world.counts().failed, 0U);
    world.consumers.on_find = nullptr;
    world.engine->classes_changed(home);
    executor.drain();
    PROVES("SYS-043", EXPECT_THAT(firings, ElementsAre(3U)));
    EXPECT_EQ(world.counts().delivered, 3U);
}

TEST_F(TimersTest, whatStillWaitsForAConsumerWhenItGoesIsCounted) {
    world.consumers.on_find = [](const std::string&) {
        return fail(Status::ProviderLoadFailure, "not yet");
    };
    const auto binding = world.bind("f", "c");
    put_timer(1000);
    executor.advance(milliseconds(3500));
    const auto consumer = world.make("TestConsumer", {{"Name", cim::Value("c")}})->path().value();
    world.erase(consumer);
    executor.drain();
    EXPECT_EQ(world.counts().matched, 3U);
    EXPECT_EQ(world.counts().dropped, 3U);
}

TEST_F(TimersTest, aTimerThatItsConsumerDeletesFiresNoMore) {
    world.bind("f", "c", World::Delivery::Synchronous);
    cim::ObjectPath path;
    on_event = [&] { world.erase(path); };
    path = put_timer(100);
    executor.advance(milliseconds(1000));
    EXPECT_EQ(firings.size(), 1U);
}

TEST_F(TimersTest, aTemporarySubscriberGetsMergedFirings) {
    struct Slow final : Receiver {
        explicit Slow(base::SimulatedExecutor& runs) : executor(runs) {}
        void receive(std::span<const EventPtr> events) override {
            for (const auto& event : events)
                got.push_back(event->instance->find("NumFirings")->get<std::uint64_t>());
            if (got.size() == 1) (void)executor.make_gate()->wait(milliseconds(1000));
        }
        void ended(const Error&) override {}
        base::SimulatedExecutor& executor;
        std::vector<std::uint64_t> got;
    };
    const auto receiver = std::make_shared<Slow>(executor);
    const auto subscription = world.engine->subscribe(home, "SELECT * FROM __TimerEvent", receiver);
    ASSERT_TRUE(subscription);
    put_timer(300);
    executor.advance(milliseconds(1350));
    EXPECT_THAT(receiver->got, ElementsAre(1U, 3U));
}

// Timers alone, with a store that the test looks into.
class TestTimerStore final : public TimerStore {
  public:
    std::optional<std::int64_t> next_firing(const cim::NamespacePath&,
                                            const std::string& timer) const override {
        const auto found = saved.find(timer);
        return found == saved.end() ? std::nullopt : std::optional(found->second);
    }
    Result<> save(std::span<const Entry> entries) override {
        ++writes;
        if (fails) return fail(Status::OutOfDiskSpace, "full");
        for (const auto& entry : entries) {
            if (entry.next) {
                saved[entry.timer] = *entry.next;
            } else {
                saved.erase(entry.timer);
            }
        }
        return {};
    }
    std::map<std::string, std::int64_t> saved;
    int writes = 0;
    bool fails = false;
};

class StoredTimersTest : public testing::Test {
  protected:
    std::shared_ptr<Timers> start() {
        auto timers = std::make_shared<Timers>(
            Timers::Options{.executor = &executor,
                            .catalog = &catalog,
                            .store = &store,
                            .hold = [always = std::make_shared<char>()] { return always; },
                            .raise = [this](const auto&, const auto&, auto count,
                                            const auto&) { firings.push_back(count); }});
        timers->load_all();
        return timers;
    }
    cim::ObjectPath put(const char* class_name,
                        std::vector<std::pair<const char*, cim::Value>> values) {
        values.emplace_back("TimerId", cim::Value("t"));
        return catalog.put(cim::test::make_instance(catalog.schema(home)->find_class(class_name),
                                                    std::move(values)));
    }
    std::int64_t now() const { return static_cast<std::int64_t>(executor.clock().wall().ticks); }

    base::SimulatedExecutor executor{1};
    test::TestCatalog catalog;
    TestTimerStore store;
    std::vector<std::uint64_t> firings;
};

TEST_F(StoredTimersTest, theDiskIsNotWrittenForEachFiring) {
    put("__IntervalTimerInstruction", {{"IntervalBetweenEvents", cim::Value(10U)}});
    const auto timers = start();
    executor.advance(std::chrono::seconds(10));
    EXPECT_EQ(firings.size(), 1000U);
    EXPECT_LE(store.writes, 12);
}

TEST_F(StoredTimersTest, aFullDiskStopsNoTimer) {
    put("__IntervalTimerInstruction", {{"IntervalBetweenEvents", cim::Value(1000U)}});
    store.fails = true;
    const auto timers = start();
    executor.advance(std::chrono::seconds(3));
    EXPECT_EQ(firings.size(), 3U);
    store.fails = false;
    executor.advance(std::chrono::minutes(2));
    EXPECT_EQ(store.saved.count("t"), 1U) << "it is tried again";
}

TEST_F(StoredTimersTest, damagedRecordsLeaveAWorkingTimer) {
    for (const std::int64_t record : {std::int64_t{0}, std::int64_t{-5}, INT64_MIN, INT64_MAX}) {
        firings.clear();
        store.saved["t"] = record;
        put("__IntervalTimerInstruction", {{"IntervalBetweenEvents", cim::Value(1000U)}});
        auto timers = start();
        executor.advance(milliseconds(1001));
        EXPECT_EQ(firings.size(), 1U) << record;
        timers->stop();
    }
}

TEST_F(StoredTimersTest, aDateThatFiredIsToldFromOneThatIsNew) {
    const auto due = executor.clock().wall();
    put("__AbsoluteTimerInstruction",
        {{"EventDateTime", cim::Value(cim::DateTime::point(due).text())}});
    store.saved["t"] = -now();
    const auto first = start();
    executor.advance(std::chrono::seconds(1));
    EXPECT_THAT(firings, ElementsAre()) << "it has fired";
    store.saved["t"] = -now();
    const auto second = start();
    executor.advance(std::chrono::seconds(1));
    EXPECT_THAT(firings, ElementsAre(1U)) << "another date has fired, not this one";
}

TEST_F(StoredTimersTest, aCalendarThatWasPutBackDelaysNoIntervalByMoreThanItself) {
    put("__IntervalTimerInstruction", {{"IntervalBetweenEvents", cim::Value(60000U)}});
    store.saved["t"] = now() + std::int64_t{864'000'000'000} * 30 + 5'000'000;
    const auto timers = start();
    executor.advance(std::chrono::seconds(60));
    EXPECT_EQ(firings.size(), 1U);
}

}  // namespace
}  // namespace openwmi::eventing
