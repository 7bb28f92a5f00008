#include "plugin/event_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/proves.h"
#include "support/test_provider.h"

namespace openwmi::plugin {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class EventSinkTest : public support::ProviderTest {};

TEST_F(EventSinkTest, raises_events_through_its_sink) {
    auto provider = loaded();
    const auto sink = sink_of(*provider);
    PROVES("COM-100", ASSERT_TRUE(sink));
    EXPECT_EQ(indicate(sink.get(), event("one")), WBEM_S_NO_ERROR);
    EXPECT_EQ(indicate(sink.get(), event("two", 0, "TestSubEvent")), WBEM_S_NO_ERROR);
    EXPECT_THAT(events_->take(), ElementsAre("one", "two"));
    PROVES("COM-105", EXPECT_EQ(sink->IsActive(), WBEM_S_NO_ERROR));
    PROVES("COM-098",
           EXPECT_EQ(sink->SetStatus(0, WBEM_E_FAILED, nullptr, nullptr), WBEM_S_NO_ERROR));

    events_->refuses = true;
    PROVES("COM-097", EXPECT_EQ(indicate(sink.get(), event("three")), WBEM_E_SERVER_TOO_BUSY));
    EXPECT_THAT(take_error_text(), HasSubstr("the queues are full"));
    const auto counters = provider->sink_counters();
    EXPECT_EQ(counters.raised, 2U);
    EXPECT_EQ(counters.refused, 1U);
}

TEST_F(EventSinkTest, an_object_may_be_written_again_after_it_was_indicated) {
    auto provider = loaded();
    const auto sink = sink_of(*provider);
    const auto reused = event("first");
    ASSERT_EQ(indicate(sink.get(), reused), WBEM_S_NO_ERROR);
    ASSERT_EQ(reused->Put(L"Text", 0, variant("second").in(), 0), WBEM_S_NO_ERROR);
    ASSERT_EQ(indicate(sink.get(), reused), WBEM_S_NO_ERROR);
    EXPECT_THAT(events_->take(), ElementsAre("first", "second"));
}

// Keeps what it gets, as the queues of consumers do.
class Keeper final : public provider::EventSink {
  public:
    Result<> raise(std::span<const cim::InstancePtr> events) override {
        kept.insert(kept.end(), events.begin(), events.end());
        return {};
    }
    bool wanted(const cim::Class&) const override { return true; }
    std::vector<cim::InstancePtr> kept;
};

TEST_F(EventSinkTest, the_providers_object_is_not_kept_beyond_indicate) {
    auto provider = loaded();
    const auto keeper = std::make_shared<Keeper>();
    ASSERT_TRUE(provider->provide_events(keeper));
    const auto sink = director().take_kept<IWbemEventSink>();
    const auto object = event("first");
    ASSERT_EQ(indicate(sink.get(), object), WBEM_S_NO_ERROR);
    object->AddRef();
    PROVES("GEN-030", EXPECT_EQ(object->Release(), 1U));
    ASSERT_EQ(object->Put(L"Text", 0, variant("second").in(), 0), WBEM_S_NO_ERROR);
    ASSERT_EQ(keeper->kept.size(), 1U);
    PROVES("GEN-030", EXPECT_EQ(*keeper->kept[0]->find("Text"), cim::Value("first")));
}

TEST_F(EventSinkTest, the_event_sink_is_an_object_sink) {
    auto provider = loaded();
    const auto sink = sink_of(*provider);
    const auto plain = sink.query<IWbemObjectSink>();
    PROVES("OD-031", ASSERT_TRUE(plain));
    PROVES("OD-031", EXPECT_TRUE((std::is_base_of_v<IWbemObjectSink, IWbemEventSink>)));
    ASSERT_EQ(indicate(plain.get(), event("one")), WBEM_S_NO_ERROR);
    PROVES("OD-031", EXPECT_THAT(events_->take(), ElementsAre("one")));
}

TEST_F(EventSinkTest, unwanted_events_end_at_the_sink_but_wrong_ones_are_handed_on) {
    auto provider = loaded();
    const auto sink = sink_of(*provider);
    events_->only = "TestSubEvent";
    IWbemClassObject* objects[] = {event("a").get(), event("b", 0, "TestSubEvent").get()};
    const auto a = event("a");
    const auto b = event("b", 0, "TestSubEvent");
    objects[0] = a.get();
    objects[1] = b.get();
    EXPECT_EQ(sink->Indicate(2, objects), WBEM_S_NO_ERROR);
    EXPECT_EQ(indicate(sink.get(), director().answer), WBEM_S_NO_ERROR)
        << "no event: for the service to judge";
    EXPECT_THAT(events_->take(), ElementsAre("b", "no text"));
    EXPECT_EQ(provider->sink_counters().unwanted, 1U);
}

// Objects of an implementation that is not ours.
class ForeignObject final : public com::Implements<IWbemObjectSink> {
  public:
    HRESULT STDMETHODCALLTYPE Indicate(LONG, IWbemClassObject**) override { return E_FAIL; }
    HRESULT STDMETHODCALLTYPE SetStatus(LONG, HRESULT, BSTR, IWbemClassObject*) override {
        return E_FAIL;
    }
};

TEST_F(EventSinkTest, nonsense_in_indicate_is_refused_and_counted) {
    auto provider = loaded();
    const auto sink = sink_of(*provider);
    const auto good = event("good");
    const auto foreign = com::make<ForeignObject>();
    const auto a_class = wbem::make_object(event_class_);
    IWbemClassObject* with_null[] = {good.get(), nullptr};
    IWbemClassObject* with_foreign[] = {
        good.get(), reinterpret_cast<IWbemClassObject*>(static_cast<IUnknown*>(foreign.get()))};
    IWbemClassObject* with_class[] = {a_class.get()};
    EXPECT_EQ(sink->Indicate(2, with_null), WBEM_E_INVALID_PARAMETER);
    EXPECT_THAT(take_error_text(), HasSubstr("object 2 of 2 is NULL"));
    EXPECT_EQ(sink->Indicate(2, with_foreign), WBEM_E_INVALID_OBJECT);
    EXPECT_EQ(sink->Indicate(1, with_class), WBEM_E_INVALID_OBJECT);
    EXPECT_EQ(sink->Indicate(-1, with_null), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(sink->Indicate(1, nullptr), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(sink->Indicate(0, nullptr), WBEM_S_NO_ERROR);
    EXPECT_THAT(events_->take(), IsEmpty()) << "all or nothing";
    EXPECT_EQ(provider->sink_counters().refused, 5U);
    EXPECT_EQ(indicate(sink.get(), good), WBEM_S_NO_ERROR);
}

TEST_F(EventSinkTest, sinks_refuse_after_the_release) {
    auto provider = loaded();
    const auto sink = sink_of(*provider);
    com::Ptr<IWbemEventSink> restricted;
    const wchar_t* query = L"SELECT * FROM TestEvent";
    ASSERT_EQ(sink->GetRestrictedSink(1, &query, nullptr, restricted.put()), WBEM_S_NO_ERROR);
    provider.reset();
    EXPECT_EQ(director().take_records().back(), "released");
    EXPECT_EQ(indicate(sink.get(), event("late")), WBEM_E_SHUTTING_DOWN);
    EXPECT_THAT(take_error_text(), HasSubstr("the provider 'Stranger' was released"));
    EXPECT_EQ(indicate(restricted.get(), event("late")), WBEM_E_SHUTTING_DOWN);
    EXPECT_EQ(sink->IsActive(), WBEM_E_SHUTTING_DOWN);
    com::Ptr<IWbemEventSink> another;
    EXPECT_EQ(sink->GetRestrictedSink(1, &query, nullptr, another.put()), WBEM_E_SHUTTING_DOWN);
    EXPECT_FALSE(another);
    EXPECT_THAT(events_->take(), IsEmpty());
}

TEST_F(EventSinkTest, refusing_to_provide_events_closes_the_sink) {
    auto provider = loaded(TEST_REFUSES_EVENTS);
    const auto outcome = provider->provide_events(events_);
    ASSERT_FALSE(outcome);
    EXPECT_THAT(outcome.error().message, HasSubstr("provider 'Stranger': ProvideEvents"));
    const auto kept = director().take_kept<IWbemEventSink>();
    PROVES("COM-110", EXPECT_EQ(indicate(kept.get(), event("anyway")), WBEM_E_SHUTTING_DOWN));
    director().behaviour = TEST_GOOD;
    EXPECT_TRUE(provider->provide_events(events_)) << "it may be asked again";
}

TEST_F(EventSinkTest, a_restricted_sink_lets_only_its_events_pass) {
    auto provider = loaded();
    const auto sink = sink_of(*provider);
    const wchar_t* queries[] = {L"SELECT * FROM TestSubEvent",
                                L"SELECT * FROM TestEvent WHERE Level > 5"};
    com::Ptr<IWbemEventSink> restricted;
    ASSERT_EQ(sink->GetRestrictedSink(2, queries, nullptr, restricted.put()), WBEM_S_NO_ERROR);
    EXPECT_EQ(indicate(restricted.get(), event("low", 1)), WBEM_S_NO_ERROR);
    EXPECT_EQ(indicate(restricted.get(), event("high", 9)), WBEM_S_NO_ERROR);
    EXPECT_EQ(indicate(restricted.get(), event("sub", 1, "TestSubEvent")), WBEM_S_NO_ERROR);
    PROVES("COM-103", EXPECT_THAT(events_->take(), ElementsAre("high", "sub")));

    com::Ptr<IWbemEventSink> narrower;
    const wchar_t* only_nine = L"SELECT * FROM TestEvent WHERE Level = 9";
    ASSERT_EQ(restricted->GetRestrictedSink(1, &only_nine, nullptr, narrower.put()),
              WBEM_S_NO_ERROR);
    EXPECT_EQ(indicate(narrower.get(), event("nine", 9)), WBEM_S_NO_ERROR);
    EXPECT_EQ(indicate(narrower.get(), event("eight", 8)), WBEM_S_NO_ERROR);
    EXPECT_THAT(events_->take(), ElementsAre("nine"));
}

TEST_F(EventSinkTest, a_restricted_sink_knows_whether_anybody_is_interested) {
    auto provider = loaded();
    const auto sink = sink_of(*provider);
    const wchar_t* query = L"SELECT * FROM TestEvent";
    com::Ptr<IWbemEventSink> restricted;
    ASSERT_EQ(sink->GetRestrictedSink(1, &query, nullptr, restricted.put()), WBEM_S_NO_ERROR);
    const struct {
        const char* wanted;
        HRESULT active;
    } rows[] = {{"TestEvent", WBEM_S_NO_ERROR},
                {"TestSubEvent", WBEM_S_NO_ERROR},
                {"__TimerEvent", WBEM_S_FALSE}};
    for (const auto& row : rows) {
        events_->only = row.wanted;
        PROVES("COM-105", EXPECT_EQ(restricted->IsActive(), row.active) << row.wanted);
        PROVES("OD-037", EXPECT_EQ(restricted->IsActive(), row.active) << row.wanted);
        PROVES("COM-105", EXPECT_EQ(sink->IsActive(), WBEM_S_NO_ERROR) << row.wanted);
    }
}

TEST_F(EventSinkTest, restricted_sinks_refuse_what_they_cannot_do) {
    auto provider = loaded();
    const auto sink = sink_of(*provider);
    const struct {
        std::vector<const wchar_t*> queries;
        HRESULT refusal;
    } rows[] = {
        {{}, WBEM_E_INVALID_PARAMETER},
        {{nullptr}, WBEM_E_INVALID_PARAMETER},
        {{L"SELECT"}, WBEM_E_UNPARSABLE_QUERY},
        {{L"SELECT * FROM Nothing"}, WBEM_E_INVALID_CLASS},
        {{L"SELECT * FROM TestThing"}, WBEM_E_NOT_EVENT_CLASS},
        {{L"SELECT * FROM TestEvent GROUP WITHIN 5"}, WBEM_E_INVALID_QUERY},
        {std::vector<const wchar_t*>(1025, L"SELECT * FROM TestEvent"), WBEM_E_QUOTA_VIOLATION},
    };
    for (const auto& row : rows) {
        com::Ptr<IWbemEventSink> restricted;
        const auto count = static_cast<LONG>(row.queries.size());
        EXPECT_EQ(sink->GetRestrictedSink(count, row.queries.data(), nullptr, restricted.put()),
                  row.refusal)
            << take_error_text();
        EXPECT_FALSE(restricted);
    }
    const wchar_t* query = L"SELECT * FROM TestEvent";
    EXPECT_EQ(sink->GetRestrictedSink(1, &query, nullptr, nullptr), WBEM_E_INVALID_PARAMETER);
}

}  // namespace
}  // namespace openwmi::plugin
