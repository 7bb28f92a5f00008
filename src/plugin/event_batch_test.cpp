#include "plugin/event_batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <climits>
#include <iterator>
#include <new>
#include <thread>

#include "support/proves.h"
#include "support/test_provider.h"

namespace openwmi::plugin {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class EventBatchTest : public support::ProviderTest {};

TEST_F(EventBatchTest, batching_parameters_are_checked_and_security_is_refused) {
    auto provider = loaded();
    const auto sink = sink_of(*provider);
    for (const LONG flag :
         {WBEM_FLAG_BATCH_IF_NEEDED, WBEM_FLAG_MUST_BATCH, WBEM_FLAG_MUST_NOT_BATCH}) {
        PROVES("COM-101", EXPECT_EQ(sink->SetBatchingParameters(flag, 1, 1), WBEM_S_NO_ERROR));
    }
    PROVES("OD-036", EXPECT_EQ(sink->SetBatchingParameters(3, 1, 1), WBEM_E_INVALID_PARAMETER));
    EXPECT_EQ(sink->SetBatchingParameters(-1, 1, 1), WBEM_E_INVALID_PARAMETER);

    BYTE descriptor[20] = {};
    EXPECT_EQ(sink->SetSinkSecurity(0, nullptr), WBEM_S_NO_ERROR);
    EXPECT_EQ(sink->SetSinkSecurity(20, nullptr), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(sink->SetSinkSecurity(-1, descriptor), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(sink->SetSinkSecurity(20, descriptor), WBEM_E_NOT_SUPPORTED);
    EXPECT_THAT(take_error_text(), HasSubstr("cannot be secured in this release"));
}

TEST_F(EventBatchTest, by_default_events_go_on_at_once) {
    auto provider = loaded();
    const auto sink = sink_of(*provider);
    const auto indicated = [&](const char* text) {
        EXPECT_EQ(indicate(sink.get(), event(text)), WBEM_S_NO_ERROR);
        return events_->take();
    };
    PROVES("OD-035", EXPECT_THAT(indicated("default"), ElementsAre("default")));
    ASSERT_EQ(sink->SetBatchingParameters(WBEM_FLAG_BATCH_IF_NEEDED, 65536, 1000), WBEM_S_NO_ERROR);
    PROVES("OD-035", EXPECT_THAT(indicated("idle"), ElementsAre("idle")));
    ASSERT_EQ(sink->SetBatchingParameters(WBEM_FLAG_MUST_NOT_BATCH, 65536, 1000), WBEM_S_NO_ERROR);
    PROVES("COM-102", EXPECT_THAT(indicated("never"), ElementsAre("never")));
}

TEST_F(EventBatchTest, events_are_held_where_that_is_required) {
    using namespace std::chrono_literals;
    auto provider = loaded();
    const auto sink = sink_of(*provider);
    const auto batch = [&](DWORD bytes, DWORD milliseconds) {
        return sink->SetBatchingParameters(WBEM_FLAG_MUST_BATCH, bytes, milliseconds);
    };
    const auto raise = [&](const char* text) {
        return indicate(sink.get(), event(text)) == WBEM_S_NO_ERROR;
    };
    ASSERT_EQ(batch(1 << 20, 500), WBEM_S_NO_ERROR);
    ASSERT_TRUE(raise("one"));
    executor_.advance(300ms);
    ASSERT_TRUE(raise("two"));
    executor_.advance(199ms);
    PROVES("DLV-019", EXPECT_THAT(events_->take(), IsEmpty()));
    executor_.advance(1ms);
    PROVES("OD-097", EXPECT_THAT(events_->take(), ElementsAre("one", "two"))
                         << "half a second after the first");

    const auto bytes = static_cast<DWORD>(event_bytes());
    ASSERT_EQ(batch(3 * bytes, static_cast<DWORD>(WBEM_INFINITE)), WBEM_S_NO_ERROR);
    ASSERT_TRUE(raise("aaa") && raise("bbb"));
    executor_.advance(24h);
    PROVES("COM-101", EXPECT_THAT(events_->take(), IsEmpty()) << "any latency is fine");
    ASSERT_TRUE(raise("ccc"));
    PROVES("COM-102", EXPECT_THAT(events_->take(), ElementsAre("aaa", "bbb", "ccc")));
    EXPECT_EQ(provider->sink_counters().raised, 5U);

    ASSERT_EQ(batch(static_cast<DWORD>(INT_MAX), static_cast<DWORD>(WBEM_INFINITE)),
              WBEM_S_NO_ERROR);
    ASSERT_TRUE(raise("ddd"));
    ASSERT_EQ(sink->SetBatchingParameters(WBEM_FLAG_MUST_NOT_BATCH, 0, 0), WBEM_S_NO_ERROR);
    PROVES("DLV-019", EXPECT_THAT(events_->take(), ElementsAre("ddd")));
}

TEST_F(EventBatchTest, what_a_sink_holds_is_not_lost_when_it_goes) {
    auto provider = loaded();
    auto sink = sink_of(*provider);
    const wchar_t* query = L"SELECT * FROM TestEvent WHERE Level > 5";
    com::Ptr<IWbemEventSink> restricted;
    ASSERT_EQ(sink->GetRestrictedSink(1, &query, nullptr, restricted.put()), WBEM_S_NO_ERROR);
    for (const auto& each : {sink, restricted}) {
        ASSERT_EQ(each->SetBatchingParameters(WBEM_FLAG_MUST_BATCH, 1 << 20, 60'000),
                  WBEM_S_NO_ERROR);
    }
    ASSERT_EQ(indicate(sink.get(), event("held")), WBEM_S_NO_ERROR);
    ASSERT_EQ(indicate(restricted.get(), event("restricted", 9)), WBEM_S_NO_ERROR);
    ASSERT_EQ(indicate(restricted.get(), event("not that", 1)), WBEM_S_NO_ERROR);
    restricted = nullptr;
    EXPECT_THAT(events_->take(), ElementsAre("restricted"));
    provider.reset();
    EXPECT_THAT(events_->take(), ElementsAre("held"));
    EXPECT_EQ(indicate(sink.get(), event("late")), WBEM_E_SHUTTING_DOWN);
    sink = nullptr;
    executor_.advance(std::chrono::hours(1));
    EXPECT_THAT(events_->take(), IsEmpty());
}

TEST_F(EventBatchTest, a_batch_that_is_refused_is_counted) {
    auto provider = loaded();
    const auto sink = sink_of(*provider);
    ASSERT_EQ(sink->SetBatchingParameters(WBEM_FLAG_MUST_BATCH, 1 << 20, 1000), WBEM_S_NO_ERROR);
    events_->refuses = true;
    EXPECT_EQ(indicate(sink.get(), event("a")), WBEM_S_NO_ERROR);
    EXPECT_EQ(indicate(sink.get(), event("b")), WBEM_S_NO_ERROR);
    executor_.advance(std::chrono::seconds(1));
    EXPECT_EQ(provider->sink_counters().refused, 2U) << "nobody is left to be told";
    ASSERT_EQ(sink->SetBatchingParameters(WBEM_FLAG_MUST_BATCH, 1, 1000), WBEM_S_NO_ERROR);
    EXPECT_EQ(indicate(sink.get(), event("c")), WBEM_E_SERVER_TOO_BUSY) << "who fills it is";
    take_error_text();
    events_->refuses = false;
    EXPECT_EQ(indicate(sink.get(), event("d")), WBEM_S_NO_ERROR);
    EXPECT_THAT(events_->take(), ElementsAre("d"));
}

TEST_F(EventBatchTest, threads_that_fill_batches_lose_nothing_and_keep_their_order) {
    auto provider = loaded();
    const auto sink = sink_of(*provider);
    const auto bytes = static_cast<DWORD>(3 * event_bytes());
    ASSERT_EQ(
        sink->SetBatchingParameters(WBEM_FLAG_MUST_BATCH, bytes, static_cast<DWORD>(WBEM_INFINITE)),
        WBEM_S_NO_ERROR);
    constexpr int number = 500;
    const auto raise = [&](const std::string& name) {
        for (int i = 0; i < number; ++i) {
            const auto mine = event((name + std::to_string(1000 + i)).c_str());
            EXPECT_EQ(indicate(sink.get(), mine), WBEM_S_NO_ERROR);
        }
    };
    {
        const std::jthread first(raise, "a");
        const std::jthread second(raise, "b");
    }
    ASSERT_EQ(sink->SetBatchingParameters(WBEM_FLAG_MUST_NOT_BATCH, 0, 0), WBEM_S_NO_ERROR);
    const auto all = events_->take();
    EXPECT_EQ(all.size(), 2U * number);
    for (const char name : {'a', 'b'}) {
        std::vector<std::string> of_one;
        std::ranges::copy_if(all, std::back_inserter(of_one),
                             [&](const std::string& text) { return text.front() == name; });
        PROVES("DLV-020", EXPECT_TRUE(std::ranges::is_sorted(of_one)));
    }
}

// Else a provider that never pauses would never be released.
TEST_F(EventBatchTest, a_thread_is_not_kept_for_what_comes_all_the_time) {
    constexpr int all = 1000;
    int sent = 0;
    std::shared_ptr<EventBatch> batch;
    batch = std::make_shared<EventBatch>(executor_, [&](const cim::InstancePtr& each) -> Result<> {
        if (++sent < all) return batch->take({each});
        return {};
    });
    ASSERT_TRUE(batch->take({cim::test::make_instance(event_class_, {{"Text", "again"}})}));
    EXPECT_LT(sent, 100);
    EXPECT_TRUE(batch->holds()) << "what comes now must not overtake the rest";
    executor_.drain();
    EXPECT_EQ(sent, all);
    EXPECT_FALSE(batch->holds());
    batch.reset();
}

// The thread that has sent for long enough may be the last that knows the batch.
TEST_F(EventBatchTest, what_is_left_to_the_executor_does_not_go_with_its_sink) {
    using namespace std::chrono_literals;
    constexpr int enough = 16;  // rounds
    int sent = 0;
    std::shared_ptr<EventBatch> batch;
    batch = std::make_shared<EventBatch>(executor_, [&](const cim::InstancePtr& each) -> Result<> {
        if (++sent > enough) return {};
        EXPECT_TRUE(batch->take({each}));
        EXPECT_TRUE(batch->flush()) << "as a sink does that goes";
        if (sent == enough) batch.reset();
        return {};
    });
    batch->set({.holds = true, .bytes = 1 << 20, .latency = 1s});
    ASSERT_TRUE(batch->take({cim::test::make_instance(event_class_, {{"Text", "again"}})}));
    executor_.advance(1s);
    EXPECT_FALSE(batch);
    EXPECT_EQ(sent, enough + 1);
}

TEST_F(EventBatchTest, what_comes_behind_an_exception_is_sent_with_the_next) {
    std::vector<std::string> sent;
    const auto batch =
        std::make_shared<EventBatch>(executor_, [&](const cim::InstancePtr& each) -> Result<> {
            sent.push_back(each->find("Text")->get<std::string>());
            if (sent.back() == "bad") throw std::bad_alloc();
            return {};
        });
    const auto made = [&](const char* text) {
        return cim::test::make_instance(event_class_, {{"Text", text}});
    };
    batch->set({.holds = true, .bytes = 1 << 20, .latency = {}});
    ASSERT_TRUE(batch->take({made("one"), made("bad"), made("two"), made("three")}));
    EXPECT_THROW((void)batch->flush(), std::bad_alloc);
    EXPECT_THAT(sent, ElementsAre("one", "bad"));
    ASSERT_TRUE(batch->take({made("four")}));
    EXPECT_TRUE(batch->flush());
    EXPECT_THAT(sent, ElementsAre("one", "bad", "two", "three", "four"));
}

}  // namespace
}  // namespace openwmi::plugin
