#include "base/published.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

namespace openwmi::base {
namespace {

using std::chrono::seconds;

// Always a new one: versions are told apart by their address.
struct Value {
    int number = 0;
};
using ValuePtr = std::shared_ptr<const Value>;
using Cell = Published<Value>;

ValuePtr empty() {
    return std::make_shared<const Value>();
}

TEST(PublishedTest, ReadersSeeTheLatest) {
    const auto first = empty();
    const auto second = empty();
    Cell cell(first);
    {
        EXPECT_EQ(&*Cell::Reading(cell), first.get());
    }
    cell.publish(second);
    {
        EXPECT_EQ(&*Cell::Reading(cell), second.get());
    }
    EXPECT_EQ(cell.latest(), second);
}

TEST(PublishedTest, AReadingKeepsWhatItBeganWith) {
    auto first = empty();
    const std::weak_ptr<const Value> watched = first;
    Cell cell(std::move(first));
    {
        const Cell::Reading outer(cell);
        const Value* held = &*outer;
        const auto second = empty();
        cell.publish(second);
        {
            const Cell::Reading inner(cell);
            EXPECT_EQ(&*inner, second.get()) << "what is raised later sees the newer one";
        }
        EXPECT_EQ(&*outer, held);
        EXPECT_FALSE(watched.expired());
    }
    {
        const Cell::Reading next(cell);
    }
    EXPECT_TRUE(watched.expired()) << "nobody needs the old one";
}

TEST(PublishedTest, CellsAreSeparate) {
    const auto first = empty();
    const auto second = empty();
    Cell one(first);
    Cell two(second);
    const Cell::Reading a(one);
    const Cell::Reading b(two);
    EXPECT_EQ(&*a, first.get());
    EXPECT_EQ(&*b, second.get());
}

TEST(PublishedTest, ThereIsNothingToWaitForWithoutReaders) {
    Cell cell(empty());
    {
        const Cell::Reading before(cell);
    }
    EXPECT_TRUE(cell.wait_for_readers(cell.publish(empty()), Duration::zero()));
}

TEST(PublishedTest, AReaderDoesNotWaitForItself) {
    Cell cell(empty());
    const Cell::Reading reading(cell);
    EXPECT_FALSE(cell.wait_for_readers(cell.publish(empty()), seconds(1000)));
}

TEST(PublishedTest, WaitsForReadersOfOlderVersionsOnly) {
    Cell cell(empty());
    std::latch reading(1);
    std::latch published(1);
    std::latch may_leave(1);
    std::jthread old_reader([&] {
        const Cell::Reading held(cell);
        reading.count_down();
        may_leave.wait();
    });
    reading.wait();
    const auto generation = cell.publish(empty());
    std::latch newer_reads(1);
    std::latch newer_may_leave(1);
    std::jthread new_reader([&] {
        published.wait();
        const Cell::Reading held(cell);
        newer_reads.count_down();
        newer_may_leave.wait();
    });
    published.count_down();
    newer_reads.wait();
    EXPECT_FALSE(cell.wait_for_readers(generation, Duration::zero()));
    may_leave.count_down();
    EXPECT_TRUE(cell.wait_for_readers(generation, seconds(1000)));
    newer_may_leave.count_down();
}

// What decision 6 promises: once the wait is over, nobody uses what was replaced.
TEST(PublishedTest, NobodyUsesAnOldVersionAfterTheWait) {
    Cell cell(empty());
    std::atomic<const Value*> retired{nullptr};
    std::atomic<bool> stop{false};
    std::atomic<int> mistakes{0};
    std::vector<std::jthread> readers;
    for (int i = 0; i < 3; ++i) {
        readers.emplace_back([&] {
            while (!stop.load()) {
                const Cell::Reading reading(cell);
                const Value* seen = &*reading;
                if (seen == retired.load()) ++mistakes;
                std::this_thread::yield();
                if (seen == retired.load()) ++mistakes;
            }
        });
    }
    std::vector<ValuePtr> kept;  // so that no address comes again
    for (int i = 0; i < 300; ++i) {
        kept.push_back(cell.latest());
        ASSERT_TRUE(cell.wait_for_readers(cell.publish(empty()), seconds(1000)));
        retired.store(kept.back().get());
    }
    stop.store(true);
    readers.clear();
    EXPECT_EQ(mistakes.load(), 0);
}

TEST(PublishedTest, ADeadThreadHoldsNobodyUp) {
    Cell cell(empty());
    std::jthread([&] { const Cell::Reading reading(cell); }).join();
    EXPECT_TRUE(cell.wait_for_readers(cell.publish(empty()), Duration::zero()));
}

TEST(PublishedTest, AnInnerReadingDoesNotReleaseTheOuterOne) {
    Cell cell(empty());
    std::latch reading(1);
    std::latch may_leave(1);
    std::jthread reader([&] {
        const Cell::Reading outer(cell);
        {
            const Cell::Reading inner(cell);
        }
        reading.count_down();
        may_leave.wait();
    });
    reading.wait();
    EXPECT_FALSE(cell.wait_for_readers(cell.publish(empty()), Duration::zero()));
    may_leave.count_down();
}

TEST(PublishedTest, OldVersionsGoWithoutAnybodyWaiting) {
    Cell cell(empty());
    const std::weak_ptr<const Value> first = cell.latest();
    for (int i = 0; i < 3; ++i) cell.publish(empty());
    EXPECT_TRUE(first.expired());
}

// Many short-lived threads read while others publish: what is read is whole and never goes back.
TEST(PublishedTest, ReadersNeverSeeAnOlderVersionAgain) {
    for (int round = 0; round < 200; ++round) {
        Cell cell(std::make_shared<const Value>(Value{0}));
        std::atomic<int> mistakes{0};
        std::latch start(4);
        std::vector<std::jthread> threads;
        for (int i = 0; i < 3; ++i) {
            threads.emplace_back([&] {
                start.arrive_and_wait();
                for (int seen = 0; seen < 20;) {
                    const Cell::Reading reading(cell);
                    if (reading->number < seen) ++mistakes;
                    seen = reading->number;
                }
            });
        }
        threads.emplace_back([&] {
            start.arrive_and_wait();
            for (int i = 1; i <= 20; ++i) cell.publish(std::make_shared<const Value>(Value{i}));
        });
        threads.clear();
        ASSERT_EQ(mistakes.load(), 0);
    }
}

}  // namespace
}  // namespace openwmi::base
