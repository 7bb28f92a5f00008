#include "base/bounded_queue.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace openwmi::base {
namespace {

TEST(BoundedQueue, KeepsOrderAndCountsBytes) {
    BoundedQueue<std::string> queue(10);
    EXPECT_TRUE(queue.push("a", 4));
    EXPECT_TRUE(queue.push("b", 6));
    EXPECT_EQ(queue.size(), 2u);
    EXPECT_EQ(queue.bytes(), 10u);
    EXPECT_EQ(queue.pop(), "a");
    EXPECT_EQ(queue.bytes(), 6u);
    EXPECT_EQ(queue.pop(), "b");
    EXPECT_EQ(queue.pop(), std::nullopt);
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(queue.bytes(), 0u);
}

TEST(BoundedQueue, LeavesTheItemAloneWhenItDoesNotFit) {
    BoundedQueue<std::unique_ptr<int>> queue(10);
    auto item = std::make_unique<int>(7);
    EXPECT_FALSE(queue.push(std::move(item), 11)) << "larger than the whole queue";
    ASSERT_TRUE(item);
    EXPECT_TRUE(queue.push(std::move(item), 10));
    auto other = std::make_unique<int>(8);
    EXPECT_FALSE(queue.push(std::move(other), 1));
    EXPECT_TRUE(other);
    EXPECT_TRUE(queue.push(nullptr, 0)) << "what takes no space always fits";
}

TEST(BoundedQueue, ASizeThatWouldWrapDoesNotFit) {
    BoundedQueue<int> queue(10);
    EXPECT_TRUE(queue.push(1, 5));
    EXPECT_FALSE(queue.push(2, ~std::size_t{0}));
}

TEST(BoundedQueue, ALowerLimitTakesNothingAway) {
    BoundedQueue<int> queue(10);
    EXPECT_TRUE(queue.push(1, 8));
    queue.set_limit(4);
    EXPECT_FALSE(queue.push(2, 1));
    EXPECT_EQ(queue.pop(), 1);
    EXPECT_TRUE(queue.push(2, 4));
}

}  // namespace
}  // namespace openwmi::base
