#include "match/snapshot_cell.h"

#include <gtest/gtest.h>

#include <latch>
#include <thread>

namespace openwmi::match {
namespace {

using std::chrono::seconds;

SnapshotPtr empty() {
    return Snapshot::make({});
}

TEST(SnapshotCellTest, ReadersSeeTheLatest) {
    const auto first = empty();
    const auto second = empty();
    SnapshotCell cell(first);
    {
        EXPECT_EQ(&*SnapshotCell::Reading(cell), first.get());
    }
    cell.publish(second);
    {
        EXPECT_EQ(&*SnapshotCell::Reading(cell), second.get());
    }
    EXPECT_EQ(cell.current(), second);
}

TEST(SnapshotCellTest, AReadingKeepsWhatItBeganWith) {
    auto first = empty();
    const std::weak_ptr<const Snapshot> watched = first;
    SnapshotCell cell(std::move(first));
    {
        const SnapshotCell::Reading outer(cell);
        const Snapshot* held = &*outer;
        const auto second = empty();
        cell.publish(second);
        {
            const SnapshotCell::Reading inner(cell);
            EXPECT_EQ(&*inner, second.get()) << "what is raised later sees the newer one";
        }
        EXPECT_EQ(&*outer, held);
        EXPECT_FALSE(watched.expired());
    }
    {
        const SnapshotCell::Reading next(cell);
    }
    EXPECT_TRUE(watched.expired()) << "nobody needs the old one";
}

TEST(SnapshotCellTest, CellsAreSeparate) {
    const auto first = empty();
    const auto second = empty();
    SnapshotCell one(first);
    SnapshotCell two(second);
    const SnapshotCell::Reading a(one);
    const SnapshotCell::Reading b(two);
    EXPECT_EQ(&*a, first.get());
    EXPECT_EQ(&*b, second.get());
}

TEST(SnapshotCellTest, ThereIsNothingToWaitForWithoutReaders) {
    SnapshotCell cell(empty());
    {
        const SnapshotCell::Reading before(cell);
    }
    EXPECT_TRUE(cell.wait_for_readers(cell.publish(empty()), base::Duration::zero()));
}

TEST(SnapshotCellTest, AReaderDoesNotWaitForItself) {
    SnapshotCell cell(empty());
    const SnapshotCell::Reading reading(cell);
    EXPECT_FALSE(cell.wait_for_readers(cell.publish(empty()), seconds(1000)));
}

TEST(SnapshotCellTest, WaitsForReadersOfOlderSnapshotsOnly) {
    SnapshotCell cell(empty());
    std::latch reading(1);
    std::latch published(1);
    std::latch may_leave(1);
    std::jthread old_reader([&] {
        const SnapshotCell::Reading held(cell);
        reading.count_down();
        may_leave.wait();
    });
    reading.wait();
    const auto generation = cell.publish(empty());
    std::latch newer_reads(1);
    std::latch newer_may_leave(1);
    std::jthread new_reader([&] {
        published.wait();
        const SnapshotCell::Reading held(cell);
        newer_reads.count_down();
        newer_may_leave.wait();
    });
    published.count_down();
    newer_reads.wait();
    EXPECT_FALSE(cell.wait_for_readers(generation, base::Duration::zero()));
    may_leave.count_down();
    EXPECT_TRUE(cell.wait_for_readers(generation, seconds(1000)));
    newer_may_leave.count_down();
}

// What decision 6 promises: once the wait is over, nobody uses what was replaced.
TEST(SnapshotCellTest, NobodyUsesAnOldSnapshotAfterTheWait) {
    SnapshotCell cell(empty());
    std::atomic<const Snapshot*> retired{nullptr};
    std::atomic<bool> stop{false};
    std::atomic<int> mistakes{0};
    std::vector<std::jthread> readers;
    for (int i = 0; i < 3; ++i) {
        readers.emplace_back([&] {
            while (!stop.load()) {
                const SnapshotCell::Reading reading(cell);
                const Snapshot* seen = &*reading;
                if (seen == retired.load()) ++mistakes;
                std::this_thread::yield();
                if (seen == retired.load()) ++mistakes;
            }
        });
    }
    std::vector<SnapshotPtr> kept;  // so that no address comes again
    for (int i = 0; i < 300; ++i) {
        kept.push_back(cell.current());
        ASSERT_TRUE(cell.wait_for_readers(cell.publish(empty()), seconds(1000)));
        retired.store(kept.back().get());
    }
    stop.store(true);
    readers.clear();
    EXPECT_EQ(mistakes.load(), 0);
}

}  // namespace
}  // namespace openwmi::match
