#include "eventing/counters.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>
#include <vector>

#include "support/temporary_folder.h"

namespace openwmi::eventing {
namespace {

using Field = CounterTable::Field;

class CountersTest : public testing::Test {
  protected:
    std::unique_ptr<CounterTable> open() {
        notice.clear();
        auto table = CounterTable::open(file, &notice);
        EXPECT_TRUE(table) << (table ? "" : table.error().message);
        return table ? std::move(*table) : nullptr;
    }
    // Runs `work` in a process of its own and returns how that ended.
    template <class Work>
    static int in_child(Work&& work) {
        const pid_t child = ::fork();
        if (child == 0) {
            work();
            ::_exit(0);
        }
        int status = 0;
        EXPECT_EQ(::waitpid(child, &status, 0), child);
        return status;
    }

    support::TemporaryFolder folder;
    const std::filesystem::path file = folder / "counters";
    std::string notice;
};

TEST_F(CountersTest, countsSurviveAReopening) {
    {
        auto slot = open()->slot("b").value();
        slot.add(Field::Matched, 3);
        slot.add(Field::Delivered, 2);
        slot.add(Field::Failed);
    }
    const auto counts = open()->slot("b")->read();
    EXPECT_EQ(counts.matched, 3U);
    EXPECT_EQ(counts.delivered, 2U);
    EXPECT_EQ(counts.failed, 1U);
    EXPECT_EQ(counts.dropped, 0U);
    EXPECT_TRUE(notice.empty());
}

TEST_F(CountersTest, whatIsUnaccountedForWasLostAtACrash) {
    auto table = open();
    auto slot = table->slot("b").value();
    slot.add(Field::Matched, 9);
    slot.add(Field::Delivered, 2);
    slot.add(Field::Failed);
    slot.drop(DropCause::QueueFull, 2);
    EXPECT_EQ(slot.open(), 4);
    slot.settle(slot.open(), 1);
    EXPECT_EQ(slot.read().dropped, 2U);
    EXPECT_EQ(slot.read().lost_at_crash, 3U);
    slot.settle(slot.open(), 1);
    EXPECT_EQ(slot.read().lost_at_crash, 3U) << "once";
    slot.settle(slot.open(), 3);  // two that were delivered come again
    EXPECT_EQ(slot.read().repeated, 2U);
    EXPECT_EQ(slot.read().lost_at_crash, 3U);
}

TEST_F(CountersTest, theCausesOfDropsAreKeptApart) {
    {
        auto slot = open()->slot("b").value();
        slot.drop(DropCause::QueueFull);
        slot.drop(DropCause::LogFull, 4);
    }
    const auto counts = open()->slot("b")->read();
    EXPECT_EQ(counts.dropped, 5U);
    EXPECT_EQ(counts.drops[static_cast<std::size_t>(DropCause::QueueFull)], 1U);
    EXPECT_EQ(counts.drops[static_cast<std::size_t>(DropCause::LogFull)], 4U);
    EXPECT_EQ(to_text(DropCause::LogFull), "log_full");
}

TEST_F(CountersTest, aFileOfTheFormatBeforeIsWrittenAnew) {
    std::string content(65536 + 64 * 1024, '\0');
    content.replace(0, 16, std::string("OWMICNT1\0\4\0\0\x40\0\0\0", 16));
    const auto put = [&](std::size_t at, const std::string& bytes) {
        content.replace(65536 + at, bytes.size(), bytes);
    };
    put(0, "\7");   // matched
    put(8, "\4");   // delivered
    put(16, "\2");  // failed
    put(24, "\1");  // dropped
    put(32, "\1");  // in use
    put(36, "\3");  // length of the name
    put(40, "old");
    put(1024 + 32, "\2");  // another one that was retired
    folder.write("counters", content);
    for (int again = 0; again < 2; ++again) {
        const auto counts = open()->slot("old")->read();
        EXPECT_TRUE(notice.empty()) << notice;
        EXPECT_EQ(counts.matched, 7U);
        EXPECT_EQ(counts.delivered, 4U);
        EXPECT_EQ(counts.failed, 2U);
        EXPECT_EQ(counts.dropped, 1U);
        EXPECT_EQ(counts.drops[static_cast<std::size_t>(DropCause::Unknown)], 1U);
        EXPECT_EQ(counts.refused, 0U);
    }
    EXPECT_FALSE(std::filesystem::exists(folder / "counters.new"));
}

TEST_F(CountersTest, countsSurviveAKill) {
    const int status = in_child([&] {
        auto slot = CounterTable::open(file, nullptr).value()->slot("b").value();
        for (int i = 0; i < 1000; ++i) slot.add(Field::Matched);
        ::kill(::getpid(), SIGKILL);
    });
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    EXPECT_EQ(open()->slot("b")->read().matched, 1000U);
}

TEST_F(CountersTest, growsAndKeepsEverySlotInItsPlace) {
    auto table = open();
    std::vector<CounterTable::Slot> slots;
    for (int i = 0; i < 300; ++i) slots.push_back(table->slot(std::to_string(i)).value());
    for (auto& slot : slots) slot.drop(DropCause::Gone);
    table = nullptr;
    table = open();
    for (int i = 0; i < 300; ++i) {
        EXPECT_EQ(table->slot(std::to_string(i))->read().dropped, 1U) << i;
    }
}

TEST_F(CountersTest, aFreedSlotIsUsedAgainOnlyAfterAReopening) {
    auto table = open();
    auto old = table->slot("b").value();
    old.add(Field::Matched);
    table->free("b");
    for (int i = 0; i < 64; ++i) {
        auto other = table->slot(std::to_string(i)).value();
        old.drop(DropCause::Gone);  // a delivery in progress
        EXPECT_EQ(other.read().dropped, 0U);
    }
    EXPECT_EQ(table->slot("b")->read().matched, 0U) << "a new binding of that name starts anew";
    const auto size = std::filesystem::file_size(file);
    table = nullptr;
    table = open();
    for (int i = 100; i < 160; ++i) ASSERT_TRUE(table->slot(std::to_string(i)));
    EXPECT_EQ(std::filesystem::file_size(file), size);
}

TEST_F(CountersTest, aSlotMayOutliveTheTable) {
    auto table = open();
    auto slot = table->slot("b").value();
    table = nullptr;
    slot.add(Field::Delivered);
    EXPECT_EQ(slot.read().delivered, 1U);
    CounterTable::Slot none;
    none.add(Field::Delivered);
    EXPECT_EQ(none.read().delivered, 0U);
}

TEST_F(CountersTest, longNamesStayApart) {
    auto table = open();
    const std::string common(2000, 'x');
    auto a = table->slot(common + "a").value();
    auto b = table->slot(common + "b").value();
    a.add(Field::Matched);
    EXPECT_EQ(b.read().matched, 0U);
    EXPECT_EQ(table->slot(common + "a")->read().matched, 1U);
}

TEST_F(CountersTest, aDamagedFileIsSetAside) {
    for (const std::string& content :
         {std::string("short"), std::string(70000, 'x'), std::string(65536, '\0')}) {
        folder.write("counters", content);
        auto table = open();
        ASSERT_TRUE(table);
        EXPECT_NE(notice.find("counters.damaged"), std::string::npos) << notice;
        EXPECT_EQ(table->slot("b")->read().matched, 0U);
        EXPECT_EQ(std::filesystem::file_size(folder / "counters.damaged"), content.size());
    }
}

TEST_F(CountersTest, damagedRecordsAreFreeAgain) {
    open()->slot("b")->add(Field::Matched);
    {
        std::fstream raw(file, std::ios::in | std::ios::out | std::ios::binary);
        raw.seekp(65536 + 196);
        raw.write("\xff\xff\xff\xff", 4);  // the length of the name
    }
    EXPECT_EQ(open()->slot("b")->read().matched, 0U);
    EXPECT_TRUE(notice.empty());
}

TEST_F(CountersTest, anInterruptedGrowthLosesNoCounts) {
    open()->slot("b")->add(Field::Matched);
    std::filesystem::resize_file(file, std::filesystem::file_size(file) + 4096);
    EXPECT_EQ(open()->slot("b")->read().matched, 1U);
    EXPECT_TRUE(notice.empty());
}

TEST_F(CountersTest, aFullDiskIsAnErrorAndTheOthersGoOnCounting) {
    const int status = in_child([&] {
        ::signal(SIGXFSZ, SIG_IGN);
        const struct rlimit limit{65536 + 64 * 1024, 65536 + 64 * 1024};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        auto table = CounterTable::open(file, nullptr).value();
        std::vector<CounterTable::Slot> slots;
        for (int i = 0; i < 64; ++i) slots.push_back(table->slot(std::to_string(i)).value());
        const auto refused = table->slot("one too many");
        if (refused || refused.error().status != Status::OutOfDiskSpace) ::_exit(1);
        for (auto& slot : slots) slot.add(Field::Matched);
    });
    ASSERT_EQ(status, 0);
    auto table = open();
    for (int i = 0; i < 64; ++i) EXPECT_EQ(table->slot(std::to_string(i))->read().matched, 1U);
    EXPECT_TRUE(table->slot("one more")) << "there is room again";
}

TEST_F(CountersTest, manyThreadsCountTogether) {
    auto table = open();
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&, i] {
                auto shared = table->slot("shared").value();
                auto own = table->slot(std::to_string(i)).value();
                for (int n = 0; n < 5000; ++n) {
                    shared.add(Field::Matched);
                    own.add(Field::Delivered);
                }
            });
        }
    }
    EXPECT_EQ(table->slot("shared")->read().matched, 20000U);
    EXPECT_EQ(table->slot("2")->read().delivered, 5000U);
}

}  // namespace
}  // namespace openwmi::eventing
