#include "eventing/last_events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "base/simulated_executor.h"
#include "eventing/test_world.h"
#include "support/allocations.h"

namespace openwmi::eventing::test {
namespace {

constexpr auto every = [](const LastEvents::Kind&) { return true; };

// Events as the engine makes them, without one.
class LastEventsTest : public testing::Test {
  protected:
    EventPtr event(const cim::InstancePtr& instance, const cim::NamespacePath& ns = home) {
        auto made = std::make_shared<Event>();
        made->instance = instance;
        made->name_space = ns;
        made->id = ++last_id;
        return made;
    }
    EventPtr alarm(const std::string& text) { return event(make("Alarm", text)); }
    cim::InstancePtr make(const char* class_name, const std::string& text) const {
        return cim::test::make_instance(schema.find_class(class_name),
                                        {{"Text", cim::Value(text)}});
    }
    static std::vector<std::string> texts(const LastEvents& last, std::size_t most = 64) {
        std::vector<std::string> all;
        for (const auto& each : last.events(every, most)) {
            all.push_back(each->instance->find("Text")->get<std::string>());
        }
        return all;
    }

    TestSchema schema;
    std::uint64_t last_id = 0;
};

TEST_F(LastEventsTest, KeepsTheLastOnesOfAClassAndCountsAll) {
    LastEvents last;
    for (int i = 1; i <= 100; ++i) last.keep(alarm(std::to_string(i)));
    const auto kept = texts(last);
    ASSERT_EQ(kept.size(), 64U);
    EXPECT_EQ(kept.front(), "100");
    EXPECT_EQ(kept.back(), "37");
    EXPECT_EQ(last.seen(every), 100U);
    EXPECT_EQ(texts(last, 2), (std::vector<std::string>{"100", "99"}));
}

TEST_F(LastEventsTest, AChattyClassDisplacesNoOther) {
    LastEvents last;
    schema.add_derived("Siren", "Alarm", {});
    last.keep(event(make("Siren", "rare")));
    for (int i = 1; i <= 100; ++i) last.keep(alarm(std::to_string(i)));
    const auto sirens = last.events(
        [](const LastEvents::Kind& kind) { return kind.event_class->name() == "Siren"; }, 64);
    EXPECT_EQ(sirens.size(), 1U);
}

TEST_F(LastEventsTest, TellsNamespacesAndObjectsApart) {
    LastEvents last;
    const auto other = cim::NamespacePath::literal("root\\other");
    last.keep(alarm("here"));
    last.keep(event(make("Alarm", "there"), other));
    const auto sensor =
        cim::test::make_instance(schema.find_class("Sensor"), {{"Id", cim::Value("a")}});
    const auto created = schema.find_class("__InstanceCreationEvent");
    last.keep(event(cim::test::make_instance(created, {{"TargetInstance", cim::Value(sensor)}})));
    last.count(home, created, &sensor->class_of());
    last.count(home, created, schema.find_class("TestConsumer").get());
    const auto kinds = last.kinds();
    ASSERT_EQ(kinds.size(), 4U);
    EXPECT_EQ(kinds[0].object_class->name(), cim::Name("Sensor"));
    EXPECT_EQ(kinds[0].seen, 2U);
    EXPECT_EQ(last.events(every, 64).size(), 3U) << "what is counted is not kept";
}

TEST_F(LastEventsTest, MemoryIsBounded) {
    LastEvents last({.events = 64, .classes = 8, .event_bytes = 4096, .bytes = 20'000});
    last.keep(alarm(std::string(5000, 'x')));
    EXPECT_EQ(last.seen(every), 1U);
    EXPECT_TRUE(texts(last).empty()) << "too large to be kept";
    for (int i = 0; i < 50; ++i) {
        last.keep(alarm(std::string(1000, 'x')));
        EXPECT_LE(last.bytes(), 20'000U);
    }
    EXPECT_FALSE(texts(last).empty());
}

TEST_F(LastEventsTest, TheClassWithTheOldestEventsMakesRoom) {
    LastEvents last({.events = 2, .classes = 3});
    for (int i = 0; i < 5; ++i) {
        const auto name = "Alarm" + std::to_string(i);
        schema.add_derived(name.c_str(), "Alarm", {});
        last.keep(event(make(name.c_str(), name)));
    }
    EXPECT_EQ(texts(last), (std::vector<std::string>{"Alarm4", "Alarm3", "Alarm2"}));
    LastEvents none({.events = 2, .classes = 1});
    none.keep(alarm("a"));
    const auto before = none.bytes();
    none.keep(event(make("Alarm0", "b")));
    none.keep(alarm("a"));
    EXPECT_EQ(none.bytes(), before) << "what went is not counted any more";
}

TEST_F(LastEventsTest, ARaisingThreadAsksForNoMemory) {
    LastEvents last;
    std::vector<EventPtr> events;
    for (int i = 0; i < 200; ++i) events.push_back(alarm("a"));
    last.keep(events[0]);
    const auto before = support::allocations();
    for (const auto& each : events) last.keep(each);
    last.count(home, events[0]->instance->class_ptr(), nullptr);
    EXPECT_EQ(support::allocations() - before, 0U);
}

TEST_F(LastEventsTest, ThreadsKeepWhileOthersLook) {
    LastEvents last({.events = 8, .classes = 4, .bytes = 4000});
    schema.add_derived("Siren", "Alarm", {});
    const std::vector<cim::InstancePtr> instances = {make("Alarm", "a"), make("Siren", "b")};
    std::atomic<std::uint64_t> id{0};
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 3; ++t) {
            threads.emplace_back([&, t] {
                for (int i = 0; i < 500; ++i) {
                    auto made = std::make_shared<Event>();
                    made->instance = instances[static_cast<std::size_t>((i + t) % 2)];
                    made->name_space = home;
                    made->id = ++id;
                    last.keep(made);
                }
            });
        }
        threads.emplace_back([&] {
            for (int i = 0; i < 50; ++i) {
                EXPECT_LE(last.events(every, 64).size(), 16U);
                EXPECT_LE(last.kinds().size(), 2U);
            }
        });
    }
    EXPECT_EQ(last.seen(every), 1500U);
}

TEST(LastEventsOfAnEngineTest, SeenCountsFromWhenAFilterIsLive) {
    base::SimulatedExecutor executor(1);
    World world(executor);
    world.engine->start();
    ASSERT_TRUE(world.raise("before"));
    world.subscribe();
    ASSERT_TRUE(world.raise("one"));
    ASSERT_TRUE(world.raise("two"));
    executor.drain();
    const auto path = *cim::ObjectPath::parse("__EventFilter.Name=\"f\"");
    const auto report = world.engine->find_filter(home, path);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->seen, 2U);
    EXPECT_EQ(world.engine->last_events().seen(every), 3U) << "what nobody wanted counts, too";
    ASSERT_EQ(report->bindings.size(), 1U);
    EXPECT_EQ(report->bindings[0].counters.delivered, 2U);
    EXPECT_FALSE(world.engine->find_filter(home, *cim::ObjectPath::parse("__EventFilter=\"no\"")));
}

}  // namespace
}  // namespace openwmi::eventing::test
