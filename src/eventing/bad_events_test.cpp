#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/simulated_executor.h"
#include "eventing/test_world.h"

// Events that no class describes, or that another version of it does, or that are huge.
namespace openwmi::eventing {
namespace {

using cim::test::property;
using test::home;
using test::World;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t ten_megabytes = 10'000'000;

class BadEventsTest : public testing::Test {
  protected:
    // A filter, a consumer of its name and their binding.
    void subscribe(const char* name, const char* query, unsigned queue_bytes = 0,
                   World::Delivery how = World::Delivery::Asynchronous) {
        world.put_filter(name, query);
        world.put_consumer(name, queue_bytes);
        world.bind(name, name, how);
    }
    // An event of a class as a provider has it that was compiled against something else.
    Result<> raise_as(const char* class_name, const char* superclass,
                      std::vector<cim::Property> properties,
                      std::vector<std::pair<const char*, cim::Value>> values) {
        const auto cls =
            cim::test::derive(cim::test::declared(class_name, superclass, std::move(properties)),
                              world.catalog.schema(home)->find_class(superclass));
        return world.engine->raise(home, cim::test::make_instance(cls, std::move(values)),
                                   world.raiser);
    }
    SubscriptionStatus status(const std::string& filter) const {
        for (auto& each : world.engine->status()) {
            if (each.filter.ends_with(fmt::format("\"{}\"", filter))) return each;
        }
        return {};
    }

    base::SimulatedExecutor executor{1};
    World world{executor};
};

TEST_F(BadEventsTest, aClassThatNobodyKnowsReachesWhoAsksForWhatItDerivesFrom) {
    subscribe("alarms", "SELECT * FROM Alarm");
    subscribe("all", "SELECT * FROM __ExtrinsicEvent");
    EXPECT_TRUE(raise_as("Ghost", "__ExtrinsicEvent", {property("Text", cim::CimType::String)},
                         {{"Text", cim::Value("boo")}}));
    ASSERT_TRUE(world.raise("real"));
    executor.drain();
    EXPECT_THAT(world.consumers.texts("all"), ElementsAre("boo", "real"));
    EXPECT_THAT(world.consumers.texts("alarms"), ElementsAre("real"));
}

TEST_F(BadEventsTest, aPropertyThatIsMissingIsUnknown) {
    subscribe("loud", "SELECT * FROM Alarm WHERE Level > 3");
    subscribe("silent", "SELECT * FROM Alarm WHERE NOT Level > 3");
    subscribe("whole", "SELECT * FROM Alarm");
    EXPECT_TRUE(raise_as("Alarm", "__ExtrinsicEvent", {property("Text", cim::CimType::String)},
                         {{"Text", cim::Value("no level")}}));
    ASSERT_TRUE(world.raise("5", 5));
    executor.drain();
    EXPECT_THAT(world.consumers.texts("loud"), ElementsAre("5"));
    EXPECT_THAT(world.consumers.texts("silent"), IsEmpty());
    EXPECT_THAT(world.consumers.texts("whole"), ElementsAre("no level", "5"));
}

TEST_F(BadEventsTest, aPropertyOfAnotherTypeIsJudgedByTheTypeThatItHas) {
    subscribe("loud", "SELECT * FROM Alarm WHERE Level > 3");
    subscribe("five", "SELECT * FROM Alarm WHERE Level = 5");
    subscribe("worded", "SELECT * FROM Alarm WHERE Text LIKE '%'");
    subscribe("named", "SELECT * FROM Alarm WHERE Text = 'x'");
    for (const char* level : {"1 of many", "5"}) {
        EXPECT_TRUE(raise_as(
            "Alarm", "__ExtrinsicEvent",
            {property("Text", cim::CimType::Uint32), property("Level", cim::CimType::String)},
            {{"Text", cim::Value(7U)}, {"Level", cim::Value(level)}}));
    }
    ASSERT_TRUE(world.raise("6", 6));
    executor.drain();
    // A string is compared with the text of the number (OD-082).
    EXPECT_THAT(world.consumers.texts("loud"), ElementsAre("Alarm", "6"));
    EXPECT_THAT(world.consumers.texts("five"), ElementsAre("Alarm"));
    EXPECT_THAT(world.consumers.texts("worded"), ElementsAre("6")) << "a number is no text";
    EXPECT_THAT(world.consumers.texts("named"), IsEmpty());
}

TEST_F(BadEventsTest, anObjectOfNoClassIsInNobodysTarget) {
    subscribe("sensors", "SELECT * FROM __InstanceCreationEvent WHERE TargetInstance ISA 'Sensor'");
    subscribe("all", "SELECT * FROM __InstanceCreationEvent");
    const auto raise_of = [&](const cim::Value& target) {
        return world.engine->raise(
            home, world.make("__InstanceCreationEvent", {{"TargetInstance", target}}),
            world.raiser);
    };
    EXPECT_TRUE(raise_of(cim::Value()));
    EXPECT_TRUE(raise_of(cim::Value(cim::ObjectPtr(world.alarm("no sensor")))));
    EXPECT_TRUE(
        raise_of(cim::Value(cim::ObjectPtr(world.make("Sensor", {{"Id", cim::Value("a")}})))));
    executor.drain();
    EXPECT_EQ(world.consumers.texts("sensors").size(), 1U);
    EXPECT_EQ(world.consumers.texts("all").size(), 3U);
}

TEST_F(BadEventsTest, tenMegabytesArriveWhereTheyFitAndAreCountedWhereNot) {
    subscribe("large", "SELECT * FROM Alarm");
    subscribe("small", "SELECT * FROM Alarm", 1'000'000);
    subscribe("overflows", "SELECT * FROM __EventQueueOverflowEvent");
    ASSERT_TRUE(world.raise(std::string(ten_megabytes, 'x')));
    ASSERT_TRUE(world.raise("next"));
    executor.drain();
    const auto large = world.consumers.texts("large");
    ASSERT_EQ(large.size(), 2U);
    EXPECT_EQ(large[0].size(), ten_megabytes);
    EXPECT_EQ(large[1], "next");
    EXPECT_THAT(world.consumers.texts("small"), ElementsAre("next"));
    EXPECT_EQ(status("small").counters.dropped, 1U);
    EXPECT_THAT(world.consumers.texts("overflows"), ElementsAre("__EventQueueOverflowEvent"));
    EXPECT_EQ(status("large").counters.dropped, 0U);
}

TEST_F(BadEventsTest, tenMegabytesAtATimeAreRefusedBeyondTheHighThreshold) {
    subscribe("f", "SELECT * FROM Alarm");
    const std::string text(ten_megabytes, 'x');
    std::vector<Result<>> raised;
    world.consumers.on_consume = [&](auto&, auto) {
        while (raised.size() < 4) raised.push_back(world.raise(text));
        return Result<>();
    };
    ASSERT_TRUE(world.raise("first"));
    executor.drain();
    ASSERT_EQ(raised.size(), 4U);
    EXPECT_TRUE(raised[0]);
    EXPECT_EQ(raised[3].error().status, Status::OutOfMemory);
    const auto refused = std::ranges::count_if(raised, [](const auto& each) { return !each; });
    EXPECT_EQ(world.engine->refused(), static_cast<std::uint64_t>(refused));
    EXPECT_TRUE(world.raise("later"));
    executor.drain();
    EXPECT_EQ(world.consumers.texts("f").back(), "later");
    EXPECT_EQ(world.consumers.texts("f").size(), 6U - static_cast<std::size_t>(refused));
}

TEST_F(BadEventsTest, anEventWithTenMegabytesIsKeptForNoExplanation) {
    subscribe("f", "SELECT * FROM Alarm");
    ASSERT_TRUE(world.raise(std::string(ten_megabytes, 'x')));
    ASSERT_TRUE(world.raise("small"));
    executor.drain();
    const auto kept =
        world.engine->last_events().events([](const LastEvents::Kind&) { return true; }, 10);
    ASSERT_EQ(kept.size(), 1U);
    EXPECT_EQ(kept[0]->instance->find("Text"), cim::Value("small"));
}

}  // namespace
}  // namespace openwmi::eventing
