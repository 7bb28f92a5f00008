#include "log/delivery_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <set>
#include <string>
#include <thread>

#include "log/crc32c.h"
#include "log/faulty_files.h"
#include "log/segment.h"

namespace openwmi::log {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::size_t segment_bytes = 8192;  // half of it header

std::vector<std::byte> bytes_of(std::string_view text) {
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}
std::string text_of(std::span<const std::byte> bytes) {
    std::string text;
    for (const auto byte : bytes) text.push_back(static_cast<char>(byte));
    return text;
}

class LogTest : public testing::Test {
  protected:
    Result<std::unique_ptr<DeliveryLog>> try_open(std::size_t max_segments = 8,
                                                  std::size_t quota = 1 << 20) {
        return DeliveryLog::open({.files = &files,
                                  .segment_bytes = segment_bytes,
                                  .max_segments = max_segments,
                                  .lane_quota_bytes = quota});
    }
    std::unique_ptr<DeliveryLog> open(std::size_t max_segments = 8, std::size_t quota = 1 << 20) {
        auto log = try_open(max_segments, quota);
        EXPECT_TRUE(log) << (log ? "" : log.error().message);
        return log ? std::move(*log) : nullptr;
    }
    static Result<std::vector<Sequence>> append(
        DeliveryLog& log, const std::vector<std::pair<std::uint64_t, std::string>>& texts) {
        std::vector<std::vector<std::byte>> payloads;
        std::vector<Entry> entries;
        for (const auto& [lane, text] : texts) payloads.push_back(bytes_of(text));
        for (std::size_t i = 0; i < texts.size(); ++i) {
            entries.push_back({LaneId{texts[i].first}, payloads[i]});
        }
        return log.append(entries);
    }
    static std::vector<std::string> texts(const DeliveryLog& log, std::uint64_t lane) {
        std::vector<std::string> all;
        const auto records = log.read(LaneId{lane}, Sequence{0}, 10'000);
        EXPECT_TRUE(records) << (records ? "" : records.error().message);
        if (!records) return all;
        for (const auto& record : *records) all.push_back(text_of(record.payload));
        return all;
    }

    test::FaultyFiles files;
};

TEST_F(LogTest, keepsWhatWasAppendedUntilItsLaneAcknowledges) {
    auto log = open();
    const auto sequences = append(*log, {{1, "a"}, {2, "b"}, {1, "c"}, {2, ""}});
    ASSERT_TRUE(sequences);
    EXPECT_THAT(*sequences, ElementsAre(Sequence{1}, Sequence{2}, Sequence{3}, Sequence{4}));
    EXPECT_THAT(texts(*log, 1), ElementsAre("a", "c"));
    EXPECT_THAT(texts(*log, 2), ElementsAre("b", ""));
    EXPECT_EQ(log->read(LaneId{1}, Sequence{1}, 1)->at(0).sequence, Sequence{3});
    log->acknowledge(LaneId{1}, Sequence{2});
    EXPECT_THAT(texts(*log, 1), ElementsAre("c"));
    EXPECT_THAT(texts(*log, 2), ElementsAre("b", ""));
    ASSERT_TRUE(log->save_cursors());
    log = open();
    EXPECT_THAT(texts(*log, 1), ElementsAre("c"));
    EXPECT_EQ(append(*log, {{3, "d"}})->front(), Sequence{5});
    const auto lanes = log->lanes();
    ASSERT_EQ(lanes.size(), 3U);
    EXPECT_EQ(lanes[0].records, 1U);
    EXPECT_EQ(lanes[0].acknowledged, Sequence{2});
}

TEST_F(LogTest, whatWasNotSavedAsAcknowledgedComesAgain) {
    auto log = open();
    ASSERT_TRUE(append(*log, {{1, "a"}}));
    log->acknowledge(LaneId{1}, Sequence{1});
    log = open();
    EXPECT_THAT(texts(*log, 1), ElementsAre("a"));
}

TEST_F(LogTest, aLaneCannotAcknowledgeWhatIsYetToCome) {
    auto log = open();
    ASSERT_TRUE(append(*log, {{1, "a"}}));
    log->acknowledge(LaneId{1}, Sequence{99});
    ASSERT_TRUE(append(*log, {{1, "b"}}));
    EXPECT_THAT(texts(*log, 1), ElementsAre("b"));
}

TEST_F(LogTest, segmentsAreUsedAgainOnceAllLanesArePastThem) {
    auto log = open(3);
    const std::string text(1000, 'x');
    for (int i = 0; i < 100; ++i) {
        const auto sequence = append(*log, {{1, text}});
        ASSERT_TRUE(sequence) << sequence.error().message;
        log->acknowledge(LaneId{1}, sequence->back());
    }
    EXPECT_LE(files.all().size(), 3U);
    ASSERT_TRUE(log->save_cursors());
    log = open(3);
    EXPECT_TRUE(texts(*log, 1).empty());
    EXPECT_EQ(append(*log, {{1, text}})->front(), Sequence{101});
}

TEST_F(LogTest, whatWasAcknowledgedDoesNotComeBackFromASegmentThatIsNotUsedAgainYet) {
    auto log = open();
    const std::string text(1000, 'x');
    for (int i = 0; i < 12; ++i) ASSERT_TRUE(append(*log, {{1, text}}));
    log->acknowledge(LaneId{1}, Sequence{12});
    for (int i = 0; i < 4; ++i) ASSERT_TRUE(append(*log, {{2, text}}));
    ASSERT_TRUE(log->save_cursors());
    log = open();
    EXPECT_TRUE(texts(*log, 1).empty());
    EXPECT_EQ(texts(*log, 2).size(), 4U);
}

TEST_F(LogTest, aFullLogRefusesUntilSomethingIsAcknowledged) {
    auto log = open(2);
    const std::string text(1000, 'x');
    std::size_t taken = 0;
    Result<std::vector<Sequence>> appended;
    while ((appended = append(*log, {{7, text}}))) ++taken;
    EXPECT_EQ(appended.error().status, Status::OutOfDiskSpace);
    EXPECT_THAT(appended.error().message, HasSubstr("lane 7"));
    EXPECT_EQ(taken, 6U);
    EXPECT_EQ(texts(*log, 7).size(), 6U);
    log->acknowledge(LaneId{7}, Sequence{3});
    EXPECT_TRUE(append(*log, {{7, text}}));
    EXPECT_EQ(texts(*log, 7).size(), 4U);
}

TEST_F(LogTest, aFullDiskRefusesAndChangesNothing) {
    auto log = open();
    const std::string text(1000, 'x');
    files.is_full = true;
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(append(*log, {{1, text}}));
    EXPECT_EQ(append(*log, {{1, text}}).error().status, Status::OutOfDiskSpace);
    EXPECT_TRUE(append(*log, {{1, "small"}})) << "what still fits";
    files.is_full = false;
    EXPECT_TRUE(append(*log, {{1, text}}));
    EXPECT_EQ(texts(*open(), 1).size(), 5U);
}

TEST_F(LogTest, aLaneHasItsQuotaAndABatchIsTakenWholeOrNotAtAll) {
    auto log = open(8, 200);
    const std::string text(100, 'x');
    ASSERT_TRUE(append(*log, {{1, text}}));
    EXPECT_EQ(append(*log, {{2, text}, {1, text}}).error().status, Status::QuotaViolation);
    EXPECT_TRUE(texts(*log, 2).empty());
    log->acknowledge(LaneId{1}, Sequence{1});
    EXPECT_TRUE(append(*log, {{2, text}, {1, text}}));
    EXPECT_EQ(append(*log, {{3, std::string(segment_bytes, 'x')}}).error().status,
              Status::BufferTooSmall);
}

TEST_F(LogTest, aRemovedLaneHoldsNothingUp) {
    auto log = open(2);
    const std::string text(1000, 'x');
    for (int i = 0; i < 6; ++i) ASSERT_TRUE(append(*log, {{1, text}}));
    log->remove_lane(LaneId{1});
    EXPECT_TRUE(log->lanes().empty());
    EXPECT_TRUE(append(*log, {{2, text}}));
    ASSERT_TRUE(log->save_cursors());
    log = open(2);
    EXPECT_TRUE(texts(*log, 1).empty());
    EXPECT_EQ(texts(*log, 2).size(), 1U);
}

TEST_F(LogTest, afterAFailedWriteNothingIsTakenUntilItIsOpenedAgain) {
    auto log = open();
    files.operations_left = 1;  // the write, not the sync
    EXPECT_FALSE(append(*log, {{1, "a"}}));
    files.operations_left = SIZE_MAX;
    EXPECT_FALSE(append(*log, {{1, "b"}}));
    files.crash(1);
    log = open();
    EXPECT_TRUE(append(*log, {{1, "c"}}));
}

// One life of a log, with small segments so that they follow each other and are used again.
struct Life {
    struct Lane {
        std::vector<std::string> attempted;
        std::size_t appended = 0;  // of them
        std::size_t acknowledged = 0;
        std::size_t saved = 0;  // as acknowledged
    };
    std::map<std::uint64_t, Lane> lanes;

    // False: the power went.
    bool live(test::FaultyFiles& files) {
        auto opened =
            DeliveryLog::open({.files = &files, .segment_bytes = segment_bytes, .max_segments = 4});
        if (!opened) return false;
        auto& log = **opened;
        std::map<std::uint64_t, std::vector<Sequence>> sequences;
        for (std::size_t step = 0; step < 24; ++step) {
            std::vector<std::vector<std::byte>> payloads;
            std::vector<Entry> entries;
            for (std::uint64_t lane = 1; lane <= 1 + step % 2; ++lane) {
                const auto text =
                    fmt::format("{}-{}-{}", lane, step, std::string(100 + step * 37 % 700, 'x'));
                payloads.push_back(bytes_of(text));
                lanes[lane].attempted.push_back(text);
            }
            for (std::size_t i = 0; i < payloads.size(); ++i) {
                entries.push_back({LaneId{i + 1}, payloads[i]});
            }
            const auto appended = log.append(entries);
            if (!appended) return false;
            for (std::size_t i = 0; i < entries.size(); ++i) {
                sequences[i + 1].push_back((*appended)[i]);
                ++lanes[i + 1].appended;
            }
            if (step % 4 != 3) continue;
            for (auto& [lane, given] : sequences) {
                log.acknowledge(LaneId{lane}, given[given.size() - 2]);
                lanes[lane].acknowledged = given.size() - 1;
            }
            if (!log.save_cursors()) return false;
            for (auto& [lane, given] : sequences) lanes[lane].saved = given.size() - 1;
        }
        return true;
    }
};

// At every operation the power goes, and comes back to every kind of half-written disk.
TEST_F(LogTest, everyAppendThatReturnedSurvivesACrashAtAnyMoment) {
    bool finished = false;
    for (std::size_t operation = 0; !finished; ++operation) {
        for (std::uint64_t seed = 0; seed < 6; ++seed) {
            test::FaultyFiles disk;
            disk.operations_left = operation;
            Life life;
            finished = life.live(disk);
            disk.crash(seed * 1000 + operation);
            for (int again = 0; again < 2; ++again) {
                auto log = DeliveryLog::open(
                    {.files = &disk, .segment_bytes = segment_bytes, .max_segments = 4});
                ASSERT_TRUE(log) << "operation " << operation << ", seed " << seed << ": "
                                 << log.error().message;
                for (auto& [id, lane] : life.lanes) {
                    const auto found = texts(**log, id);
                    if (found.empty()) {
                        ASSERT_EQ(lane.appended, 0U) << operation << " " << seed;
                        continue;
                    }
                    // From the first that may not be acknowledged to the last that was appended,
                    // perhaps with the last attempt.
                    const auto end = std::ranges::find(lane.attempted, found.back());
                    const auto last = static_cast<std::size_t>(end - lane.attempted.begin()) + 1;
                    ASSERT_GE(last, lane.appended) << operation << " " << seed;
                    ASSERT_LE(last, lane.attempted.size());
                    const auto begin = last - found.size();
                    ASSERT_GE(begin, lane.saved) << operation << " " << seed;
                    ASSERT_LE(begin, lane.acknowledged) << operation << " " << seed;
                    for (std::size_t i = 0; i < found.size(); ++i) {
                        ASSERT_EQ(found[i], lane.attempted[begin + i]);
                    }
                }
                // It goes on from there, and the next opening finds it.
                const auto text = fmt::format("again {}", again);
                ASSERT_TRUE(append(**log, {{9, text}}));
                life.lanes[9].attempted.push_back(text);
                ++life.lanes[9].appended;
            }
        }
    }
}

TEST_F(LogTest, damageInWhatWasDurableIsRefusedAndNothingIsTouched) {
    {
        auto log = open();
        for (int i = 0; i < 10; ++i) ASSERT_TRUE(append(*log, {{1, std::string(900, 'x')}}));
        ASSERT_TRUE(log->save_cursors());
    }
    struct Case {
        const char* file;
        std::size_t at;
        const char* says;
    };
    const Case cases[] = {
        {"segment-0000000000000001", segment_header_bytes + 50, "segment-0000000000000001"},
        {"segment-0000000000000001", 10, "segment-0000000000000001"},
        {"segment-0000000000000002", segment_header_bytes + 2000, "byte"},
        {"segment-0000000000000003", segment_header_bytes + 2, "record 9"},
        {"segment-0000000000000003", 0, "segment-0000000000000003"},
        {"cursors", 14, "cursors"},
    };
    for (const auto& damage : cases) {
        auto& byte = files.content(damage.file).at(damage.at);
        byte ^= std::byte{0x10};
        const auto before = files.all();
        const auto log = try_open();
        ASSERT_FALSE(log) << damage.file << " " << damage.at;
        EXPECT_EQ(log.error().status, Status::CriticalError) << log.error().message;
        EXPECT_THAT(log.error().message, HasSubstr(damage.says));
        EXPECT_EQ(files.all(), before);
        byte ^= std::byte{0x10};
    }
    ASSERT_TRUE(files.remove("segment-0000000000000002"));
    EXPECT_THAT(try_open().error().message, HasSubstr("is missing"));
}

// As many records as a place behind the damage can have before it: which number proves something
// there is judged to the last one.
TEST_F(LogTest, damageInAGroupOfTheSmallestRecordsIsProvedByTheGroupBehindIt) {
    constexpr std::size_t group = 60;
    ASSERT_EQ(record_bytes(0), record_header_bytes);
    {
        auto log = open();
        const std::vector<std::pair<std::uint64_t, std::string>> empty(group, {1, ""});
        for (int i = 0; i < 2; ++i) ASSERT_TRUE(append(*log, empty));
    }
    const auto byte_of = [&](std::size_t record) -> std::byte& {
        return files.content(segment_name(1))
            .at(segment_header_bytes + (record - 1) * record_header_bytes + 2);
    };
    for (const std::size_t record : {std::size_t{1}, std::size_t{30}, group}) {
        byte_of(record) ^= std::byte{0x10};
        const auto before = files.all();
        const auto log = try_open();
        ASSERT_FALSE(log) << record;
        EXPECT_EQ(log.error().status, Status::CriticalError);
        EXPECT_THAT(log.error().message,
                    HasSubstr(fmt::format("record {} is not whole although record {} says", record,
                                          group + 1)));
        EXPECT_EQ(files.all(), before);
        byte_of(record) ^= std::byte{0x10};
    }
    byte_of(group + 1) ^= std::byte{0x10};
    EXPECT_EQ(texts(*open(), 1).size(), group) << "nobody was told that the last group is durable";
}

TEST_F(LogTest, aTornLastRecordIsDroppedAndNeverComesBack) {
    {
        auto log = open();
        ASSERT_TRUE(append(*log, {{1, "first"}}));
        ASSERT_TRUE(append(*log, {{1, "second"}}));
    }
    auto& content = files.content(segment_name(1));
    content.at(segment_header_bytes + record_bytes(5) + record_header_bytes) ^= std::byte{1};
    {
        auto log = open();
        EXPECT_THAT(texts(*log, 1), ElementsAre("first"));
        EXPECT_EQ(append(*log, {{1, "third"}})->front(), Sequence{2});
    }
    EXPECT_THAT(texts(*open(), 1), ElementsAre("first", "third"));
}

// Were their checksums computed, that would be of 34 GB: of 64 KiB at each of half a million
// places.
TEST_F(LogTest, whatAnEarlierUseOfTheFileLeftIsNotReadAsRecordsAtEachPlace) {
    const DeliveryLog::Options options{.files = &files, .segment_bytes = std::size_t{4} << 20};
    {
        const auto log = DeliveryLog::open(options);
        ASSERT_TRUE(log);
        ASSERT_TRUE(append(**log, {{1, "a"}}));
    }
    auto& content = files.content(segment_name(1));
    const auto end = segment_header_bytes + record_bytes(1);
    for (std::size_t at = end; at < content.size(); ++at) {
        content[at] = std::byte{at % 8 == 6};  // anywhere, a record of 64 KiB
    }
    const auto log = DeliveryLog::open(options);
    ASSERT_TRUE(log) << log.error().message;
    EXPECT_THAT(texts(**log, 1), ElementsAre("a"));
    EXPECT_TRUE(std::ranges::all_of(std::span(files.content(segment_name(1))).subspan(end),
                                    [](std::byte each) { return each == std::byte{0}; }));
}

TEST_F(LogTest, aFileOfANewerReleaseIsRefused) {
    open();
    files.content(segment_name(1)).at(7) = static_cast<std::byte>('2');
    EXPECT_EQ(try_open().error().status, Status::DatabaseVerMismatch);
}

TEST_F(LogTest, threadsThatAppendTogetherShareSyncsAndKeepTheirOrder) {
    for (int round = 0; round < 200; ++round) {
        test::FaultyFiles disk;
        std::atomic<int> active{4};
        // The first sync waits until everybody who still appends had a chance to queue.
        disk.on_sync = [&] {
            if (active > 1) std::this_thread::yield();
        };
        auto log =
            DeliveryLog::open({.files = &disk, .segment_bytes = segment_bytes, .max_segments = 16});
        ASSERT_TRUE(log);
        const auto before = disk.syncs;
        std::latch start(4);
        std::atomic<int> failures{0};
        {
            std::vector<std::jthread> threads;
            for (std::uint64_t lane = 1; lane <= 4; ++lane) {
                threads.emplace_back([&, lane] {
                    start.arrive_and_wait();
                    for (int i = 0; i < 10; ++i) {
                        if (!append(**log, {{lane, std::to_string(i)}})) ++failures;
                    }
                    --active;
                });
            }
        }
        ASSERT_EQ(failures, 0);
        EXPECT_LE(disk.syncs - before, 40U);
        disk.crash(static_cast<std::uint64_t>(round));
        log =
            DeliveryLog::open({.files = &disk, .segment_bytes = segment_bytes, .max_segments = 16});
        ASSERT_TRUE(log);
        for (std::uint64_t lane = 1; lane <= 4; ++lane) {
            ASSERT_THAT(texts(**log, lane),
                        ElementsAre("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"));
        }
    }
}

TEST(Crc32cTest, knowsTheCheckValue) {
    EXPECT_EQ(crc32c(bytes_of("123456789")), 0xE3069283U);
    EXPECT_EQ(crc32c(bytes_of("6789"), crc32c(bytes_of("12345"))), 0xE3069283U);
    EXPECT_EQ(crc32c({}), 0U);
}

TEST(SegmentTest, namesAreReadAsTheyAreWritten) {
    EXPECT_EQ(segment_name(42), "segment-000000000000002a");
    EXPECT_EQ(segment_number("segment-000000000000002a"), 42U);
    for (const char* other : {"segment-2a", "segment-000000000000002g", "cursors", "spare-1"}) {
        EXPECT_FALSE(segment_number(other)) << other;
    }
}

}  // namespace
}  // namespace openwmi::log
