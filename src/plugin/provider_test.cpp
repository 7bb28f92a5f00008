#include "plugin/provider.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <climits>
#include <iterator>
#include <thread>

#include "base/simulated_executor.h"
#include "base/thread_executor.h"
#include "cim/test_classes.h"
#include "plugin/consumer.h"
#include "plugin/objects.h"
#include "support/proves.h"
#include "support/test_plugins.h"
#include "wbem/object.h"

namespace openwmi::plugin {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A namespace with the system classes and what a test adds.
class TestSchema final : public cim::Schema {
  public:
    cim::ClassPtr add(const char* name, const char* superclass,
                      std::vector<cim::Property> properties) {
        classes_.push_back(cim::test::derive(
            cim::test::declared(name, superclass, std::move(properties)), find_class(superclass)));
        return classes_.back();
    }
    cim::ClassPtr find_class(const cim::Name& name) const override {
        for (const auto& cls : classes_) {
            if (cls->name() == name) return cls;
        }
        return cim::find_system_class(name);
    }
    std::vector<cim::ClassPtr> subclasses(const cim::Name& name) const override {
        std::vector<cim::ClassPtr> found;
        for (const auto& cls : classes_) {
            if (cls->is_a(name) && cls->name() != name) found.push_back(cls);
        }
        return found;
    }

  private:
    std::vector<cim::ClassPtr> classes_;
};

// Remembers the text of the events; wants all classes unless told otherwise. Thread-safe.
class Events final : public provider::EventSink {
  public:
    Result<> raise(std::span<const cim::InstancePtr> events) override {
        const std::lock_guard lock(mutex_);
        if (refuses) return fail(Status::ServerTooBusy, "the queues are full");
        for (const auto& event : events) {
            const auto text = event->find("Text").value_or(cim::Value("no text"));
            texts_.push_back(text.is_null() ? "NULL" : text.get<std::string>());
        }
        return {};
    }
    bool wanted(const cim::Class& event_class) const override {
        return only.empty() || event_class.name() == only;
    }
    std::vector<std::string> take() {
        const std::lock_guard lock(mutex_);
        return std::exchange(texts_, {});
    }

    cim::Name only;
    bool refuses = false;

  private:
    std::mutex mutex_;
    std::vector<std::string> texts_;
};

// Remembers what an instance provider answered.
class Asked final : public provider::ObjectSink {
  public:
    void indicate(std::span<const cim::ObjectPtr> objects) override { count += objects.size(); }
    void progress(provider::Progress given) override { steps.push_back(given); }
    void explain(const cim::InstancePtr& given) override { explanation = given; }
    void complete(Result<> result) override { outcomes.push_back(std::move(result)); }

    std::size_t count = 0;
    std::vector<provider::Progress> steps;
    cim::InstancePtr explanation;
    std::vector<Result<>> outcomes;
};

class ProviderTest : public ::testing::Test {
  protected:
    ProviderTest() {
        using cim::test::property;
        event_class_ = schema_->add(
            "TestEvent", "__ExtrinsicEvent",
            {property("Text", cim::CimType::String), property("Level", cim::CimType::Sint32)});
        schema_->add("TestSubEvent", "TestEvent", {});
        data_class_ = schema_->add(
            "TestThing", "",
            {cim::test::key("Name", cim::CimType::String), property("Size", cim::CimType::Uint32)});
        plugins_.director->answer =
            wbem::make_object(cim::test::make_instance(data_class_, {{"Name", "thing"}}));
    }

    LoadRequest request(REFCLSID clsid) const {
        LoadRequest request;
        request.clsid = clsid;
        request.name = "Stranger";
        request.name_space = "root\\test";
        request.schema = [schema = schema_] { return schema; };
        return request;
    }
    Result<std::unique_ptr<Provider>> load(TestBehaviour behaviour) {
        director().behaviour = behaviour;
        return Provider::load(request(CLSID_TestStranger), executor_);
    }
    std::unique_ptr<Provider> loaded(TestBehaviour behaviour = TEST_GOOD) {
        auto provider = load(TEST_GOOD);
        EXPECT_TRUE(provider) << provider.error().message;
        director().take_records();
        director().behaviour = behaviour;
        return provider ? std::move(*provider) : nullptr;
    }
    // The event sink of a provider, as the stranger holds it.
    com::Ptr<IWbemEventSink> sink_of(Provider& provider) {
        EXPECT_TRUE(provider.provide_events(events_));
        return director().take_kept<IWbemEventSink>();
    }
    com::Ptr<IWbemClassObject> event(const char* text, int level = 0,
                                     const char* class_name = "TestEvent") const {
        return wbem::make_object(cim::test::make_instance(schema_->find_class(class_name),
                                                          {{"Text", text}, {"Level", level}}));
    }
    // Of an event whose text has three letters.
    std::size_t event_bytes() const {
        return cim::test::make_instance(event_class_, {{"Text", "xxx"}, {"Level", 0}})
            ->memory_bytes();
    }
    static HRESULT indicate(IWbemObjectSink* sink, const com::Ptr<IWbemClassObject>& object) {
        IWbemClassObject* objects[] = {object.get()};
        return sink->Indicate(1, objects);
    }
    support::TestDirector& director() const { return *plugins_.director; }

    support::TestPlugins plugins_;
    base::SimulatedExecutor executor_{1};
    std::shared_ptr<TestSchema> schema_ = std::make_shared<TestSchema>();
    std::shared_ptr<Events> events_ = std::make_shared<Events>();
    cim::ClassPtr event_class_;
    cim::ClassPtr data_class_;
};

TEST_F(ProviderTest, is_initialised_as_documented) {
    auto asked = request(CLSID_TestStranger);
    asked.locale = "MS_409";
    const auto provider = Provider::load(asked, executor_);
    ASSERT_TRUE(provider) << provider.error().message;
    PROVES("COM-124", EXPECT_THAT(director().take_records(),
                                  ElementsAre("Initialize NULL 0 root\\test MS_409 context")));
}

TEST_F(ProviderTest, without_locale_and_user_both_are_null) {
    const auto provider = load(TEST_GOOD);
    ASSERT_TRUE(provider);
    const auto records = director().take_records();
    PROVES("COM-125", EXPECT_THAT(records, ElementsAre(HasSubstr("Initialize NULL 0 "))));
    PROVES("COM-126", EXPECT_THAT(records, ElementsAre(HasSubstr("root\\test NULL"))));
}

TEST_F(ProviderTest, is_told_its_registration_first_when_that_is_asked_for) {
    auto asked = request(CLSID_TestStranger);
    asked.registration =
        cim::test::make_instance(cim::find_system_class("__Win32Provider"), {{"Name", "Twin"}});
    auto provider = Provider::load(asked, executor_);
    ASSERT_TRUE(provider) << provider.error().message;
    const auto records = director().take_records();
    PROVES("COM-132", EXPECT_THAT(records, ElementsAre("SetRegistrationObject 0 Twin",
                                                       HasSubstr("Initialize"))));
    PROVES("PRV-028", EXPECT_THAT(records, ElementsAre("SetRegistrationObject 0 Twin",
                                                       HasSubstr("Initialize"))));

    director().behaviour = TEST_REFUSES_REGISTRATION;
    provider = Provider::load(asked, executor_);
    ASSERT_FALSE(provider);
    PROVES("COM-132", EXPECT_EQ(provider.error().status, Status::InitializationFailure));
    EXPECT_THAT(director().take_records(),
                ElementsAre("SetRegistrationObject 0 Twin", "released", "Shutdown 0 0", "released"))
        << "it was not initialised; then the first one goes";
}

TEST_F(ProviderTest, what_cannot_be_loaded_says_why) {
    const struct {
        CLSID clsid;
        Status status;
        const char* text;
    } rows[] = {
        {CLSID_TestUnregistered, Status::InvalidProviderRegistration, "is not registered"},
        {CLSID_TestMissing, Status::ProviderLoadFailure, "test_stranger"},
        {CLSID_TestNoEntry, Status::ProviderLoadFailure, "does not export DllGetClassObject"},
        {CLSID_TestWithoutInit, Status::ProviderLoadFailure, "does not offer IWbemProviderInit"},
    };
    for (const auto& row : rows) {
        const auto provider = Provider::load(request(row.clsid), executor_);
        ASSERT_FALSE(provider) << row.text;
        PROVES("PRV-006", EXPECT_EQ(provider.error().status, row.status) << row.text);
        EXPECT_THAT(provider.error().message, HasSubstr(row.text));
        EXPECT_THAT(provider.error().message, HasSubstr("provider 'Stranger'"));
    }
    PROVES("SYS-078",
           EXPECT_EQ(Provider::load(request(CLSID_TestWithoutInit), executor_).error().status,
                     Status::ProviderLoadFailure));
    PROVES("PRV-005",
           EXPECT_EQ(Provider::load(request(CLSID_TestUnregistered), executor_).error().status,
                     Status::InvalidProviderRegistration));
    EXPECT_TRUE(load(TEST_GOOD)) << "the others are unharmed";
}

TEST_F(ProviderTest, what_cannot_be_initialised_says_why_and_is_released) {
    const struct {
        TestBehaviour behaviour;
        Status status;
        const char* text;
    } rows[] = {
        {TEST_REFUSES_INITIALIZE, Status::InitializationFailure, "Initialize"},
        {TEST_REPORTS_FAILURE, Status::InitializationFailure, "SetStatus reported 0x80041001"},
        {TEST_FAILS_AFTER_READY, Status::InitializationFailure, "Initialize"},
        {TEST_DROPS_INIT_SINK, Status::InitializationFailure, "without SetStatus"},
        {TEST_THROWS_IN_INITIALIZE, Status::InitializationFailure, "no electricity"},
        {TEST_THROWS_IN_CONSTRUCTOR, Status::ProviderLoadFailure, "the device is missing"},
    };
    for (const auto& row : rows) {
        const auto provider = load(row.behaviour);
        ASSERT_FALSE(provider) << row.text;
        EXPECT_EQ(provider.error().status, row.status) << row.text;
        EXPECT_THAT(provider.error().message, HasSubstr(row.text));
        const auto records = director().take_records();
        if (row.behaviour == TEST_THROWS_IN_CONSTRUCTOR) continue;
        PROVES("COM-129", EXPECT_EQ(records.back(), "released") << row.text);
    }
    PROVES("COM-128",
           EXPECT_EQ(load(TEST_REFUSES_INITIALIZE).error().status, Status::InitializationFailure));
    PROVES("COM-127",
           EXPECT_EQ(load(TEST_REPORTS_FAILURE).error().status, Status::InitializationFailure));
    EXPECT_TRUE(load(TEST_GOOD)) << "the others are unharmed";
}

TEST_F(ProviderTest, may_report_later_from_elsewhere) {
    for (const HRESULT reported : {HRESULT(WBEM_S_INITIALIZED), HRESULT(WBEM_E_FAILED)}) {
        executor_.post_after(std::chrono::seconds(30), [&] {
            const auto sink = director().take_kept<IWbemProviderInitSink>();
            ASSERT_TRUE(sink);
            PROVES("COM-130", EXPECT_EQ(sink->SetStatus(reported, 0), WBEM_S_NO_ERROR));
            PROVES("COM-130", EXPECT_EQ(sink->SetStatus(WBEM_E_FAILED, 0), WBEM_S_NO_ERROR));
        });
        const auto before = executor_.clock().steady();
        const auto provider = load(TEST_REPORTS_LATER);
        EXPECT_EQ(executor_.clock().steady() - before, std::chrono::seconds(30));
        PROVES("COM-127", EXPECT_EQ(provider.has_value(), SUCCEEDED(reported)));
    }
}

TEST_F(ProviderTest, that_never_reports_is_given_up_after_a_minute) {
    const auto before = executor_.clock().steady();
    const auto provider = load(TEST_REPORTS_LATER);
    ASSERT_FALSE(provider);
    PROVES("PRV-054", EXPECT_EQ(provider.error().status, Status::ProviderTimedOut));
    PROVES("OD-038", EXPECT_EQ(provider.error().status, Status::ProviderTimedOut));
    PROVES("OD-038", EXPECT_EQ(executor_.clock().steady() - before, std::chrono::seconds(60)));
    EXPECT_EQ(director().take_records().back(), "released");

    const auto late = director().take_kept<IWbemProviderInitSink>();
    ASSERT_TRUE(late);
    EXPECT_EQ(late->SetStatus(WBEM_S_INITIALIZED, 0), WBEM_S_NO_ERROR) << "nobody listens";
}

TEST_F(ProviderTest, without_interfaces_is_not_capable) {
    const auto provider = Provider::load(request(CLSID_TestBare), executor_);
    ASSERT_TRUE(provider) << provider.error().message;
    const auto asked = std::make_shared<Asked>();
    const auto instance = cim::test::make_instance(data_class_, {{"Name", "x"}});
    const auto path = cim::ObjectPath::parse("TestThing.Name=\"x\"").value();
    const Result<> outcomes[] = {
        (*provider)->provide_events(events_),
        (*provider)->new_query(1, "SELECT * FROM TestEvent"),
        (*provider)->cancel_query(1),
        (*provider)->get_instance(path, {asked}),
        (*provider)->enumerate("TestThing", {asked}),
        (*provider)->put_instance(instance, provider::PutMode::CreateOrUpdate, {asked}),
        (*provider)->delete_instance(path, {asked}),
    };
    for (const auto& outcome : outcomes) {
        ASSERT_FALSE(outcome);
        EXPECT_EQ(outcome.error().status, Status::ProviderNotCapable) << outcome.error().message;
    }
    EXPECT_EQ((*provider)->find_consumer(instance).error().status, Status::ProviderNotCapable);
    EXPECT_THAT(asked->outcomes, IsEmpty());
}

TEST_F(ProviderTest, hears_of_queries_and_of_the_end) {
    auto provider = loaded();
    EXPECT_TRUE(provider->new_query(7, "SELECT * FROM TestEvent"));
    PROVES("COM-111", EXPECT_THAT(director().take_records(),
                                  ElementsAre("NewQuery 7 WQL SELECT * FROM TestEvent")));
    EXPECT_TRUE(provider->provide_events(events_));
    PROVES("COM-109", EXPECT_THAT(director().take_records(), ElementsAre("ProvideEvents 0")));
    EXPECT_EQ(provider->provide_events(events_).error().status, Status::InvalidOperation);
    EXPECT_TRUE(provider->cancel_query(7));
    PROVES("COM-112", EXPECT_THAT(director().take_records(), ElementsAre("CancelQuery 7")));
    provider.reset();
    PROVES("COM-133",
           EXPECT_THAT(director().take_records(), ElementsAre("Shutdown 0 0", "released")));
}

TEST_F(ProviderTest, raises_events_through_its_sink) {
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

TEST_F(ProviderTest, an_object_may_be_written_again_after_it_was_indicated) {
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

TEST_F(ProviderTest, the_providers_object_is_not_kept_beyond_indicate) {
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

TEST_F(ProviderTest, the_event_sink_is_an_object_sink) {
    auto provider = loaded();
    const auto sink = sink_of(*provider);
    const auto plain = sink.query<IWbemObjectSink>();
    PROVES("OD-031", ASSERT_TRUE(plain));
    PROVES("OD-031", EXPECT_TRUE((std::is_base_of_v<IWbemObjectSink, IWbemEventSink>)));
    ASSERT_EQ(indicate(plain.get(), event("one")), WBEM_S_NO_ERROR);
    PROVES("OD-031", EXPECT_THAT(events_->take(), ElementsAre("one")));
}

TEST_F(ProviderTest, unwanted_events_end_at_the_sink_but_wrong_ones_are_handed_on) {
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

TEST_F(ProviderTest, nonsense_in_indicate_is_refused_and_counted) {
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

TEST_F(ProviderTest, sinks_refuse_after_the_release) {
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

TEST_F(ProviderTest, refusing_to_provide_events_closes_the_sink) {
    auto provider = loaded(TEST_REFUSES_EVENTS);
    const auto outcome = provider->provide_events(events_);
    ASSERT_FALSE(outcome);
    EXPECT_THAT(outcome.error().message, HasSubstr("provider 'Stranger': ProvideEvents"));
    const auto kept = director().take_kept<IWbemEventSink>();
    PROVES("COM-110", EXPECT_EQ(indicate(kept.get(), event("anyway")), WBEM_E_SHUTTING_DOWN));
    director().behaviour = TEST_GOOD;
    EXPECT_TRUE(provider->provide_events(events_)) << "it may be asked again";
}

TEST_F(ProviderTest, a_restricted_sink_lets_only_its_events_pass) {
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

TEST_F(ProviderTest, a_restricted_sink_knows_whether_anybody_is_interested) {
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

TEST_F(ProviderTest, restricted_sinks_refuse_what_they_cannot_do) {
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

TEST_F(ProviderTest, batching_parameters_are_checked_and_security_is_refused) {
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

TEST_F(ProviderTest, by_default_events_go_on_at_once) {
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

TEST_F(ProviderTest, events_are_held_where_that_is_required) {
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

TEST_F(ProviderTest, what_a_sink_holds_is_not_lost_when_it_goes) {
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

TEST_F(ProviderTest, a_batch_that_is_refused_is_counted) {
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

TEST_F(ProviderTest, threads_that_fill_batches_lose_nothing_and_keep_their_order) {
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

TEST_F(ProviderTest, finds_consumers_that_outlive_it) {
    auto provider = loaded();
    const auto logical = cim::test::make_instance(data_class_, {{"Name", "printer"}});
    auto consumer = provider->find_consumer(logical);
    ASSERT_TRUE(consumer) << consumer.error().message;
    provider.reset();
    director().take_records();
    const cim::InstancePtr events[] = {cim::test::make_instance(event_class_, {{"Text", "a"}}),
                                       cim::test::make_instance(event_class_, {{"Text", "b"}})};
    PROVES("COM-119", EXPECT_TRUE((*consumer)->consume(logical, events)));
    PROVES("COM-120",
           EXPECT_THAT(director().take_records(), ElementsAre("consumed by printer: a b")));

    director().behaviour = TEST_CONSUMER_FAILS;
    const auto failed = (*consumer)->consume(logical, events);
    PROVES("COM-121", EXPECT_EQ(static_cast<HRESULT>(failed.error().status), WBEM_E_RETRY_LATER));
    director().behaviour = TEST_CONSUMER_THROWS;
    const auto thrown = (*consumer)->consume(logical, events);
    EXPECT_EQ(thrown.error().status, Status::ProviderFailure);
    EXPECT_THAT(thrown.error().message, HasSubstr("the printer burns"));
    consumer->reset();
    PROVES("COM-116", EXPECT_THAT(director().take_records(), ElementsAre("consumer released"))
                          << "exactly one reference was ours (OD-084)");
}

// A physical consumer that keeps what it is given.
class KeepingConsumer final : public com::Implements<IWbemUnboundObjectSink> {
  public:
    HRESULT STDMETHODCALLTYPE IndicateToConsumer(IWbemClassObject* logical, LONG count,
                                                 IWbemClassObject** events) override {
        variant name;
        EXPECT_EQ(logical->Get(L"Name", 0, name.put(), nullptr, nullptr), WBEM_S_NO_ERROR);
        names.push_back(name.as<std::string>());
        for (LONG i = 0; i < count; ++i) kept.emplace_back(events[i]);
        return WBEM_S_NO_ERROR;
    }
    std::vector<std::string> names;
    std::vector<com::Ptr<IWbemClassObject>> kept;
};

TEST_F(ProviderTest, one_physical_consumer_may_serve_many_logical_ones_and_keep_their_events) {
    const auto physical = com::make<KeepingConsumer>();
    auto consumer = make_consumer("Stranger", physical.query<IWbemUnboundObjectSink>());
    for (const char* name : {"printer", "plotter"}) {
        const auto logical = cim::test::make_instance(data_class_, {{"Name", name}});
        const cim::InstancePtr raised[] = {
            cim::test::make_instance(event_class_, {{"Text", name}})};
        ASSERT_TRUE(consumer->consume(logical, raised));
    }
    PROVES("OD-032", EXPECT_THAT(physical->names, ElementsAre("printer", "plotter")));
    consumer.reset();
    ASSERT_EQ(physical->kept.size(), 2U);
    variant text;
    ASSERT_EQ(physical->kept[0]->Get(L"Text", 0, text.put(), nullptr, nullptr), WBEM_S_NO_ERROR);
    PROVES("DLV-016", EXPECT_EQ(text.as<std::string>(), "printer"));
    physical->kept[0]->AddRef();
    PROVES("DLV-016", EXPECT_EQ(physical->kept[0]->Release(), 1U) << "it is his alone");
}

TEST_F(ProviderTest, consumers_that_are_not_found) {
    const struct {
        TestBehaviour behaviour;
        Status status;
        const char* text;
    } rows[] = {
        {TEST_GIVES_NOTHING, Status::ProviderFailure, "without giving a consumer"},
        {TEST_KNOWS_NOBODY, Status::NotFound, "FindConsumer"},
        {TEST_THROWS, Status::ProviderFailure, "out of paper"},
    };
    auto provider = loaded();
    for (const auto& row : rows) {
        director().behaviour = row.behaviour;
        const auto consumer = provider->find_consumer(cim::test::make_instance(data_class_));
        ASSERT_FALSE(consumer);
        EXPECT_EQ(consumer.error().status, row.status);
        EXPECT_THAT(consumer.error().message, HasSubstr(row.text));
    }
    director().behaviour = TEST_KNOWS_NOBODY;
    PROVES("COM-117",
           EXPECT_EQ(provider->find_consumer(cim::test::make_instance(data_class_)).error().status,
                     Status::NotFound));
}

TEST_F(ProviderTest, whatever_it_throws_is_a_provider_failure) {
    auto provider = loaded(TEST_THROWS);
    const auto asked = std::make_shared<Asked>();
    const Result<> outcomes[] = {
        provider->provide_events(events_),
        provider->new_query(1, "SELECT * FROM TestEvent"),
        provider->cancel_query(1),
        provider->enumerate("TestThing", {asked}),
    };
    for (const auto& outcome : outcomes) {
        ASSERT_FALSE(outcome);
        PROVES("PRV-006", EXPECT_EQ(outcome.error().status, Status::ProviderFailure));
        EXPECT_THAT(outcome.error().message, HasSubstr("out of paper"));
    }
}

TEST_F(ProviderTest, instances_are_answered_through_the_sink) {
    auto provider = loaded();
    const auto path = cim::ObjectPath::parse("TestThing.Name=\"x\"").value();
    const auto instance = cim::test::make_instance(data_class_, {{"Name", "x"}});
    const auto asked = std::make_shared<Asked>();
    EXPECT_TRUE(provider->get_instance(path, {asked}));
    EXPECT_TRUE(provider->enumerate("TestThing", {asked}));
    EXPECT_TRUE(provider->put_instance(instance, provider::PutMode::CreateOrUpdate, {asked}));
    EXPECT_TRUE(provider->delete_instance(path, {asked}));

    EXPECT_THAT(
        director().take_records(),
        ElementsAre("GetObjectAsync TestThing.Name=\"x\"", "CreateInstanceEnumAsync TestThing",
                    "PutInstanceAsync 0", "DeleteInstanceAsync TestThing.Name=\"x\""));
    EXPECT_EQ(asked->count, 4U);
    EXPECT_EQ(asked->outcomes.size(), 4U);
    for (const auto& outcome : asked->outcomes) EXPECT_TRUE(outcome);
}

TEST_F(ProviderTest, answers_that_go_wrong) {
    auto provider = loaded();
    const auto ask = [&](TestBehaviour behaviour, const std::shared_ptr<Asked>& asked) {
        director().behaviour = behaviour;
        return provider->enumerate("TestThing", {asked});
    };
    auto asked = std::make_shared<Asked>();
    const auto returned = ask(TEST_RETURNS_FAILURE, asked);
    EXPECT_EQ(returned.error().status, Status::AccessDenied);
    EXPECT_THAT(asked->outcomes, IsEmpty()) << "told by the return value";

    EXPECT_TRUE(ask(TEST_STATUS_AND_RETURN, asked));
    ASSERT_EQ(asked->outcomes.size(), 1U);
    PROVES("COM-183", EXPECT_EQ(asked->outcomes[0].error().status, Status::NotFound));

    asked = std::make_shared<Asked>();
    director().take_records();
    EXPECT_TRUE(ask(TEST_ANSWERS_NULL, asked));
    EXPECT_EQ(asked->count, 0U) << "all or nothing";
    EXPECT_THAT(director().take_records(),
                ElementsAre("CreateInstanceEnumAsync TestThing", "NULL refused"));

    asked = std::make_shared<Asked>();
    EXPECT_TRUE(ask(TEST_FORGETS_TO_COMPLETE, asked));
    ASSERT_EQ(asked->outcomes.size(), 1U);
    EXPECT_EQ(asked->outcomes[0].error().status, Status::ProviderFailure);
}

TEST_F(ProviderTest, progress_and_the_providers_own_status_are_passed_on) {
    auto provider = loaded(TEST_EXPLAINS);
    cim::InstanceBuilder status(cim::find_system_class("__ExtendedStatus"));
    ASSERT_TRUE(status.set("Description", "the disk is on fire"));
    director().answer = wbem::make_object(status.build());
    const auto asked = std::make_shared<Asked>();
    ASSERT_TRUE(provider->enumerate("TestThing", {asked}));
    ASSERT_EQ(asked->steps.size(), 1U);
    EXPECT_EQ(asked->steps[0].done, 1U);
    EXPECT_EQ(asked->steps[0].total, 4U);
    ASSERT_TRUE(asked->explanation);
    EXPECT_EQ(*asked->explanation->find("Description"), cim::Value("the disk is on fire"));
    ASSERT_EQ(asked->outcomes.size(), 1U);
    EXPECT_THAT(asked->outcomes[0].error().message, HasSubstr("the disk is on fire"));
}

TEST_F(ProviderTest, a_provider_is_initialised_for_a_user_and_a_locale) {
    auto one = request(CLSID_TestStranger);
    one.user = "alice";
    one.locale = "MS_409";
    ASSERT_TRUE(Provider::load(one, executor_));
    PROVES("COM-125", EXPECT_THAT(director().take_records(),
                                  Contains("Initialize alice 0 root\\test MS_409 context")));
}

TEST_F(ProviderTest, puts_say_what_may_be_there) {
    auto provider = loaded(TEST_ANSWERS_LATER);
    EXPECT_TRUE(provider->put_instance(cim::test::make_instance(data_class_),
                                       provider::PutMode::UpdateOnly, {std::make_shared<Asked>()}));
    EXPECT_THAT(director().take_records(), ElementsAre("PutInstanceAsync 1"));
}

TEST_F(ProviderTest, properties_are_asked_for_by_their_contexts) {
    auto provider = loaded();
    const cim::Type text{cim::CimType::String, false};
    const provider::PropertyAddress whole{.locale = "MS_409",
                                          .class_context = "class",
                                          .instance_context = "instance",
                                          .property_context = "property"};
    auto value = provider->get_property(whole, text);
    ASSERT_TRUE(value) << value.error().message;
    PROVES("COM-172", EXPECT_EQ(*value, std::optional<cim::Value>("value")));
    ASSERT_TRUE(provider->get_property({.property_context = "alone"}, text));
    ASSERT_TRUE(provider->put_property(whole, "new", text));
    PROVES("COM-172",
           EXPECT_THAT(director().take_records(),
                       ElementsAre("GetProperty 0 MS_409 class instance property",
                                   "GetProperty 0 NULL NULL NULL alone",
                                   "PutProperty 0 MS_409 class instance property", "new")));

    director().behaviour = TEST_HAS_NO_VALUE;
    value = provider->get_property(whole, text);
    ASSERT_TRUE(value);
    PROVES("COM-172", EXPECT_EQ(*value, std::nullopt));
    PROVES("COM-172", EXPECT_EQ(provider->put_property(whole, "new", text).error().status,
                                Status::ProviderFailure));
    director().behaviour = TEST_RETURNS_FAILURE;
    EXPECT_EQ(provider->get_property(whole, text).error().status, Status::AccessDenied);
    EXPECT_EQ(provider->put_property(whole, "new", text).error().status, Status::AccessDenied);
    director().behaviour = TEST_GIVES_A_NUMBER;
    const auto number = provider->get_property(whole, text);
    EXPECT_EQ(number.error().status, Status::TypeMismatch);
    EXPECT_THAT(number.error().message, HasSubstr("provider 'Stranger': GetProperty"));
    director().behaviour = TEST_THROWS;
    EXPECT_EQ(provider->get_property(whole, text).error().status, Status::ProviderFailure);
}

TEST_F(ProviderTest, what_a_bare_provider_does_not_offer_it_is_not_capable_of) {
    const auto provider = Provider::load(request(CLSID_TestBare), executor_);
    ASSERT_TRUE(provider);
    PROVES("COM-173",
           EXPECT_EQ((*provider)->create_refresher().error().status, Status::ProviderNotCapable));
    EXPECT_EQ((*provider)->get_objects({}, nullptr).error().status, Status::ProviderNotCapable);
    EXPECT_EQ((*provider)->query_instances("TestThing", {std::make_shared<Asked>()}).error().status,
              Status::ProviderNotCapable);
    EXPECT_EQ((*provider)->get_property({}, {}).error().status, Status::ProviderNotCapable);
    EXPECT_EQ((*provider)->put_property({}, {}, {}).error().status, Status::ProviderNotCapable);
}

// A provider through whose high-performance interface instances come.
class PerformerTest : public ProviderTest {
  protected:
    PerformerTest() {
        auto loaded = Provider::load(request(CLSID_TestPerformer), executor_);
        EXPECT_TRUE(loaded) << loaded.error().message;
        performer_ = std::move(*loaded);
    }
    cim::InstancePtr thing(const char* name) const {
        return cim::test::make_instance(data_class_, {{"Name", name}});
    }
    std::unique_ptr<Provider> performer_;
};

TEST_F(PerformerTest, gives_all_instances_and_those_with_certain_keys) {
    const auto asked = std::make_shared<Asked>();
    ASSERT_TRUE(performer_->query_instances("TestThing", {asked}));
    EXPECT_EQ(asked->count, 1U);
    EXPECT_EQ(asked->outcomes.size(), 1U);
    const auto filled = performer_->get_objects({thing("a"), thing("b")}, nullptr);
    ASSERT_TRUE(filled) << filled.error().message;
    ASSERT_EQ(filled->size(), 2U);
    PROVES("COM-173", EXPECT_EQ(*(*filled)[1]->find("Size"), cim::Value(100U)));
    EXPECT_EQ(*(*filled)[1]->find("Name"), cim::Value("b"));
    PROVES("COM-173",
           EXPECT_THAT(director().take_records(), ElementsAre("QueryInstances TestThing 0 context",
                                                              "GetObjects 2 0 context")));
    director().behaviour = TEST_RETURNS_FAILURE;
    EXPECT_EQ(performer_->get_objects({thing("a")}, nullptr).error().status,
              Status::ProviderNotCapable);
}

TEST_F(PerformerTest, keeps_objects_and_enumerations_current) {
    auto refresher = performer_->create_refresher();
    ASSERT_TRUE(refresher) << refresher.error().message;
    const auto one = (*refresher)->add_object(thing("a"), nullptr);
    const auto all = (*refresher)->add_enumeration("TestThing", nullptr);
    ASSERT_TRUE(one && all);
    const auto size = [&](provider::Refresher::Id id) {
        return *(*refresher)->objects(id).value().at(0)->find("Size");
    };
    EXPECT_EQ(size(*one), cim::Value(100U));
    ASSERT_TRUE((*refresher)->refresh());
    PROVES("COM-173", EXPECT_EQ(size(*one), cim::Value(101U)));
    PROVES("COM-173", EXPECT_EQ(size(*all), cim::Value(101U)));
    EXPECT_TRUE((*refresher)->remove(*one));
    EXPECT_EQ((*refresher)->remove(*one).error().status, Status::NotFound);
    EXPECT_EQ((*refresher)->objects(*one).error().status, Status::NotFound);
    director().behaviour = TEST_RETURNS_FAILURE;
    EXPECT_EQ((*refresher)->refresh().error().status, Status::AccessDenied);
    refresher->reset();
    PROVES("COM-173",
           EXPECT_THAT(director().take_records(),
                       ElementsAre("CreateRefresher 0", "CreateRefreshableObject a 0 context",
                                   "CreateRefreshableEnum TestThing 0 context", "Refresh 0",
                                   "StopRefreshing 7 0", "Refresh 0", "StopRefreshing 8 0",
                                   "refresher released")));
}

TEST_F(PerformerTest, may_claim_what_is_not_so) {
    director().behaviour = TEST_GIVES_NOTHING;
    EXPECT_EQ(performer_->create_refresher().error().status, Status::ProviderFailure);
    director().behaviour = TEST_RETURNS_FAILURE;
    PROVES("COM-173",
           EXPECT_EQ(performer_->create_refresher().error().status, Status::ProviderNotCapable));
    director().behaviour = TEST_GOOD;
    auto refresher = performer_->create_refresher();
    ASSERT_TRUE(refresher);
    director().behaviour = TEST_GIVES_NOTHING;
    EXPECT_EQ((*refresher)->add_object(thing("a"), nullptr).error().status,
              Status::ProviderFailure);
    director().behaviour = TEST_RETURNS_FAILURE;
    EXPECT_EQ((*refresher)->add_object(thing("a"), nullptr).error().status, Status::NotFound);
    EXPECT_EQ((*refresher)->add_enumeration("TestThing", nullptr).error().status,
              Status::ProviderNotCapable);
}

TEST_F(ProviderTest, answers_come_in_order_and_end_once) {
    auto provider = loaded(TEST_ANSWERS_LATER);
    const auto asked = std::make_shared<Asked>();
    ASSERT_TRUE(provider->enumerate("TestThing", {asked}));
    const auto sink = director().take_kept<IWbemObjectSink>();
    ASSERT_TRUE(sink);
    EXPECT_EQ(indicate(sink.get(), director().answer), WBEM_S_NO_ERROR);
    EXPECT_EQ(sink->SetStatus(WBEM_STATUS_PROGRESS, 1, nullptr, nullptr), WBEM_S_NO_ERROR);
    EXPECT_THAT(asked->outcomes, IsEmpty());
    EXPECT_EQ(sink->SetStatus(WBEM_STATUS_COMPLETE, WBEM_S_NO_ERROR, nullptr, nullptr),
              WBEM_S_NO_ERROR);
    sink->SetStatus(WBEM_STATUS_COMPLETE, WBEM_E_FAILED, nullptr, nullptr);
    EXPECT_EQ(indicate(sink.get(), director().answer), WBEM_E_CALL_CANCELLED);
    PROVES("COM-092", EXPECT_EQ(asked->outcomes.size(), 1U));
    EXPECT_TRUE(asked->outcomes[0]);
    EXPECT_EQ(asked->count, 1U);
}

TEST_F(ProviderTest, the_release_ends_what_was_asked) {
    auto provider = loaded(TEST_ANSWERS_LATER);
    const auto asked = std::make_shared<Asked>();
    ASSERT_TRUE(provider->enumerate("TestThing", {asked}));
    const auto sink = director().take_kept<IWbemObjectSink>();
    provider.reset();
    ASSERT_EQ(asked->outcomes.size(), 1U);
    EXPECT_EQ(asked->outcomes[0].error().status, Status::ShuttingDown);
    EXPECT_EQ(indicate(sink.get(), director().answer), WBEM_E_CALL_CANCELLED);
}

TEST_F(ProviderTest, is_released_while_its_threads_raise) {
    const base::MachineClock clock;
    base::ThreadExecutor threads(clock, {.name = "init", .elastic = true});
    for (int round = 0; round < 200; ++round) {
        auto provider = Provider::load(request(CLSID_TestStranger), threads);
        ASSERT_TRUE(provider) << provider.error().message;
        const auto sink = sink_of(**provider);
        std::atomic<bool> refused{false};
        const auto raise = [&] {
            const auto mine = event("storm");
            while (indicate(sink.get(), mine) != WBEM_E_SHUTTING_DOWN) {
            }
            refused = true;
        };
        {
            const std::jthread first(raise);
            const std::jthread second(raise);
            const std::jthread release([&] { provider->reset(); });
        }
        EXPECT_TRUE(refused);
        director().take_records();
        events_->take();
    }
}

}  // namespace
}  // namespace openwmi::plugin
