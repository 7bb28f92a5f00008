#include "eventing/aggregation.h"

#include <gtest/gtest.h>

#include "base/simulated_executor.h"
#include "eventing/test_world.h"
#include "support/proves.h"

namespace openwmi::eventing {
namespace {

using test::World;

class AggregationTest : public testing::Test {
  protected:
    AggregationTest() {
        world.consumers.on_consume = [this](const std::string&, std::span<const EventPtr> events) {
            for (const auto& event : events) {
                windows += 1;
                sum += event->instance->find("NumberOfEvents")->get<std::uint64_t>();
            }
            return Result<>();
        };
        world.put_consumer("c");
    }

    base::SimulatedExecutor executor{1};
    World world{executor};
    std::size_t windows = 0;
    std::uint64_t sum = 0;
};

TEST_F(AggregationTest, windowsAreBoundedAndWhatDoesNotFitIsCounted) {
    world.put_filter("f", "SELECT * FROM Alarm GROUP WITHIN 60 BY Level");
    world.bind("f", "c");
    const auto most = static_cast<unsigned>(Aggregation::most_windows);
    for (unsigned level = 0; level < most + 10; ++level) {
        ASSERT_TRUE(world.raise("a", level));
    }
    for (unsigned i = 0; i < 5; ++i) ASSERT_TRUE(world.raise("a", 0));
    EXPECT_EQ(world.counts().dropped, 10U);
    executor.advance(std::chrono::seconds(61));
    EXPECT_EQ(windows, most);
    EXPECT_EQ(sum, most + 5U) << "open windows go on counting";
    ASSERT_TRUE(world.raise("a", most + 1));
    executor.advance(std::chrono::seconds(61));
    EXPECT_EQ(windows, most + 1U) << "there is room again";
}

TEST_F(AggregationTest, aFilterThatIsPutAgainUnchangedKeepsItsWindows) {
    const char* query = "SELECT * FROM Alarm GROUP WITHIN 60";
    world.put_filter("f", query);
    world.bind("f", "c");
    ASSERT_TRUE(world.raise("a"));
    world.put_filter("f", query);
    world.put_consumer("d");
    world.bind("f", "d");
    ASSERT_TRUE(world.raise("b"));
    executor.advance(std::chrono::seconds(60));
    EXPECT_EQ(windows, 2U) << "one for each consumer";
    EXPECT_EQ(sum, 4U);
}

TEST_F(AggregationTest, whatIsCollectedWhenTheFilterGoesIsForgotten) {
    const auto filter = world.put_filter("f", "SELECT * FROM Alarm GROUP WITHIN 60");
    world.bind("f", "c");
    ASSERT_TRUE(world.raise("a"));
    world.erase(filter);
    executor.advance(std::chrono::minutes(5));
    PROVES("OD-019", EXPECT_EQ(windows, 0U));
}

}  // namespace
}  // namespace openwmi::eventing
