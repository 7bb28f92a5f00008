#include "eventing/routing.h"

#include <gtest/gtest.h>

#include "eventing/subscriptions.h"
#include "eventing/test_world.h"

namespace openwmi::eventing {
namespace {

using test::home;

class RoutingTest : public testing::TestWithParam<bool> {
  protected:
    match::Filter filter(std::uint64_t id, const char* query) const {
        return {match::FilterId{id}, home, compile_event_query(query, schema).value()};
    }
    RoutePtr route(const char* name) const {
        auto route = std::make_shared<Route>();
        route->filter = name;
        return route;
    }
    std::vector<match::FilterId> matches(const Routing& routing, unsigned level) const {
        std::vector<match::FilterId> found;
        routing.match(
            home,
            *cim::test::make_instance(schema.find_class("Alarm"), {{"Level", cim::Value(level)}}),
            found);
        return found;
    }

    test::TestSchema schema;
};

TEST_P(RoutingTest, whatMatchesHasARoute) {
    std::shared_ptr<const Routing> routing = std::make_shared<Routing>(GetParam());
    for (std::uint64_t id = 1; id <= 200; ++id) {
        routing = routing->with(
            filter(id, id % 2 ? "SELECT * FROM Alarm WHERE Level = 1" : "SELECT * FROM Alarm"),
            route(std::to_string(id).c_str()));
    }
    EXPECT_EQ(matches(*routing, 0).size(), 100U);
    const auto all = matches(*routing, 1);
    ASSERT_EQ(all.size(), 200U);
    for (const auto id : all) {
        ASSERT_NE(routing->find(id), nullptr);
        EXPECT_EQ(routing->find(id)->filter, std::to_string(static_cast<std::uint64_t>(id)));
    }
}

TEST_P(RoutingTest, aChangeLeavesTheOldVersionAsItWas) {
    const auto one =
        std::make_shared<Routing>(GetParam())->with(filter(1, "SELECT * FROM Alarm"), route("one"));
    const auto rerouted = one->with_route(match::FilterId{1}, route("other"));
    const auto none = one->without(match::FilterId{1});
    EXPECT_EQ(one->find(match::FilterId{1})->filter, "one");
    EXPECT_EQ(rerouted->find(match::FilterId{1})->filter, "other");
    EXPECT_EQ(matches(*rerouted, 0).size(), 1U);
    EXPECT_EQ(none->find(match::FilterId{1}), nullptr);
    EXPECT_TRUE(matches(*none, 0).empty());
    EXPECT_TRUE(one->wanted(home, *schema.find_class("Alarm")));
    EXPECT_FALSE(none->wanted(home, *schema.find_class("Alarm")));
}

INSTANTIATE_TEST_SUITE_P(Matchers, RoutingTest, testing::Bool(),
                         [](const auto& matcher) { return matcher.param ? "naive" : "indexed"; });

}  // namespace
}  // namespace openwmi::eventing
