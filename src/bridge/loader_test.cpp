#include "bridge/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "com/guid.h"
#include "support/proves.h"
#include "support/test_service.h"

namespace openwmi::bridge {
namespace {

using support::ClientSinkRecorder;
using support::text_of;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// A service in whose namespace root\default providers are registered, as an administrator would.
class LoaderTest : public ::testing::Test {
  protected:
    LoaderTest() {
        const auto cls = service_.new_class("TestEvent", "__ExtrinsicEvent");
        service_.add_property(cls, L"Text", CIM_STRING);
        service_.put_class(cls);
        const auto consumer = service_.new_class("TestConsumer", "__EventConsumer");
        service_.add_property(consumer, L"Name", CIM_STRING, true);
        service_.put_class(consumer);
    }

    void register_provider(const char* name, REFCLSID clsid, const char* hosting = "WmiCore") {
        const auto provider = service_.spawn("__Win32Provider");
        support::put(provider, L"Name", name);
        support::put(provider, L"CLSID", com::to_base(clsid).text());
        support::put(provider, L"HostingModel", hosting);
        service_.put_instance(provider);
    }
    static std::string path_of(const char* provider) {
        return std::string("__Win32Provider.Name=\"") + provider + "\"";
    }
    void register_events(const char* provider) {
        const auto registration = service_.spawn("__EventProviderRegistration");
        support::put(registration, L"Provider", path_of(provider));
        support::put(registration, L"EventQueryList",
                     std::vector<std::string>{"SELECT * FROM TestEvent"});
        service_.put_instance(registration);
    }
    void register_consumers(const char* provider) {
        const auto registration = service_.spawn("__EventConsumerProviderRegistration");
        support::put(registration, L"Provider", path_of(provider));
        support::put(registration, L"ConsumerClassNames", std::vector<std::string>{"TestConsumer"});
        service_.put_instance(registration);
    }
    void register_instances(const char* provider) {
        const auto registration = service_.spawn("__InstanceProviderRegistration");
        support::put(registration, L"Provider", path_of(provider));
        support::put(registration, L"SupportsGet", true);
        support::put(registration, L"SupportsPut", true);
        service_.put_instance(registration);
    }
    // Each quality has a filter and a consumer of its own.
    void subscribe_permanently(int quality = 1) {
        const auto number = std::to_string(quality);
        const auto filter = service_.spawn("__EventFilter");
        support::put(filter, L"Name", "all" + number);
        support::put(filter, L"QueryLanguage", "WQL");
        support::put(filter, L"Query", "SELECT * FROM TestEvent");
        service_.put_instance(filter);
        const auto consumer = service_.spawn("TestConsumer");
        support::put(consumer, L"Name", "printer" + number);
        service_.put_instance(consumer);
        const auto binding = service_.spawn("__FilterToConsumerBinding");
        support::put(binding, L"Filter", "__EventFilter.Name=\"all" + number + "\"");
        support::put(binding, L"Consumer", "TestConsumer.Name=\"printer" + number + "\"");
        support::put(binding, L"DeliveryQoS", quality);
        service_.put_instance(binding);
        service_.executor.drain();
    }
    HRESULT subscribe(com::Ptr<IEnumWbemClassObject>& events) {
        const HRESULT hr = service_.services->ExecNotificationQuery(
            bstr("WQL").get(), bstr("SELECT * FROM TestEvent").get(),
            WBEM_FLAG_RETURN_IMMEDIATELY | WBEM_FLAG_FORWARD_ONLY, nullptr, events.put());
        error_ = take_error_text();
        return hr;
    }
    HRESULT raise(IWbemObjectSink* sink, const char* text) {
        const auto event = service_.spawn("TestEvent");
        support::put(event, L"Text", text);
        IWbemClassObject* events[] = {event.get()};
        const HRESULT hr = sink->Indicate(1, events);
        service_.executor.drain();
        return hr;
    }
    support::TestDirector& director() { return *service_.plugins.director; }

    support::TestService service_;
    std::string error_;
};

TEST_F(LoaderTest, an_event_travels_from_a_plug_in_to_a_client) {
    register_provider("Stranger", CLSID_TestStranger);
    register_events("Stranger");
    com::Ptr<IEnumWbemClassObject> events;
    ASSERT_EQ(subscribe(events), WBEM_S_NO_ERROR) << error_;
    const auto records = director().take_records();
    PROVES("PRV-028", EXPECT_THAT(records, ElementsAre(HasSubstr("Initialize NULL 0 "),
                                                       HasSubstr("NewQuery"), "ProvideEvents 0")));
    PROVES("COM-124", EXPECT_THAT(records[0], HasSubstr("root\\default NULL services context")));
    EXPECT_EQ(service_.service->providers().size(), 1U);

    const auto sink = director().take_kept<IWbemEventSink>();
    ASSERT_TRUE(sink);
    EXPECT_EQ(raise(sink.get(), "one"), WBEM_S_NO_ERROR);
    const auto found = support::read_all(events.get());
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(support::text_of(found[0], L"Text"), "one");

    events = nullptr;
    service_.executor.drain();
    EXPECT_THAT(director().take_records(), Contains(HasSubstr("CancelQuery")));
    IWbemClassObject* late[] = {found[0].get()};
    service_.service->stop();
    service_.executor.drain();
    EXPECT_THAT(director().take_records(), ElementsAre("Shutdown 0 0", "released"));
    EXPECT_EQ(sink->Indicate(1, late), WBEM_E_SHUTTING_DOWN);
    take_error_text();
}

TEST_F(LoaderTest, a_provider_hears_of_the_first_query_before_it_provides_events) {
    register_provider("Stranger", CLSID_TestStranger);
    register_events("Stranger");
    com::Ptr<IEnumWbemClassObject> events;
    ASSERT_EQ(subscribe(events), WBEM_S_NO_ERROR) << error_;
    com::Ptr<IEnumWbemClassObject> more;
    ASSERT_EQ(subscribe(more), WBEM_S_NO_ERROR) << error_;
    PROVES("OD-040", EXPECT_THAT(director().take_records(),
                                 ElementsAre(HasSubstr("Initialize"), HasSubstr("NewQuery"),
                                             "ProvideEvents 0", HasSubstr("NewQuery"))));
    director().take_kept<IUnknown>();
}

TEST_F(LoaderTest, a_provider_may_veto_a_subscription) {
    register_provider("Choosy", CLSID_TestStranger);
    register_events("Choosy");
    director().behaviour = TEST_REFUSES_QUERIES;
    com::Ptr<IEnumWbemClassObject> events;
    PROVES("GEN-052", EXPECT_EQ(subscribe(events), WBEMESS_E_REGISTRATION_TOO_BROAD));
    EXPECT_THAT(error_, HasSubstr("Choosy"));
    EXPECT_FALSE(events);
    EXPECT_THAT(director().take_records(), Not(Contains("ProvideEvents 0")));
    subscribe_permanently();
    const auto refused = service_.service->subscriptions();
    ASSERT_EQ(refused.size(), 1U);
    PROVES("GEN-052", EXPECT_EQ(refused[0].state, eventing::State::Broken));
    EXPECT_THAT(refused[0].reason, HasSubstr("Choosy"));

    director().behaviour = TEST_GOOD;
    EXPECT_EQ(subscribe(events), WBEM_S_NO_ERROR) << error_;
    const auto sink = director().take_kept<IWbemEventSink>();
    EXPECT_EQ(raise(sink.get(), "for the others"), WBEM_S_NO_ERROR);
    EXPECT_EQ(support::read_all(events.get()).size(), 1U);
    PROVES("GEN-052", EXPECT_EQ(service_.service->subscriptions().at(0).counters.matched, 0U));
}

TEST_F(LoaderTest, a_provider_says_who_may_have_its_events) {
    register_provider("Guard", CLSID_TestStranger);
    register_events("Guard");
    director().behaviour = TEST_DENIES_ACCESS;
    com::Ptr<IEnumWbemClassObject> events;
    PROVES("SEC-029", EXPECT_EQ(subscribe(events), WBEM_E_ACCESS_DENIED));
    EXPECT_THAT(error_, HasSubstr("AccessCheck"));
    subscribe_permanently();
    PROVES("SEC-029",
           EXPECT_EQ(service_.service->subscriptions().at(0).state, eventing::State::Broken));
    director().take_records();

    director().behaviour = TEST_CHECKS_ACCESS;
    EXPECT_EQ(subscribe(events), WBEM_S_NO_ERROR) << error_;
    EXPECT_THAT(director().take_records(), Contains("AccessCheck WQL SELECT * FROM TestEvent 0"));
    const auto sink = director().take_kept<IWbemEventSink>();
    EXPECT_EQ(sink->SetStatus(WBEM_STATUS_REQUIREMENTS, WBEM_REQUIREMENTS_RECHECK_SUBSCRIPTIONS,
                              nullptr, nullptr),
              WBEM_S_NO_ERROR);
    service_.executor.drain();
    PROVES("OD-034", EXPECT_THAT(director().take_records(),
                                 Contains("AccessCheck WQL SELECT * FROM TestEvent 16 SID")));
    PROVES("OD-034",
           EXPECT_EQ(service_.service->subscriptions().at(0).state, eventing::State::Active));
}

TEST_F(LoaderTest, a_provider_may_change_its_mind_about_who_may_have_its_events) {
    register_provider("Guard", CLSID_TestStranger);
    register_events("Guard");
    com::Ptr<IEnumWbemClassObject> events;
    ASSERT_EQ(subscribe(events), WBEM_S_NO_ERROR) << error_;
    subscribe_permanently();
    const auto sink = director().take_kept<IWbemEventSink>();
    const auto say = [&](LONG flags, HRESULT result) {
        EXPECT_EQ(sink->SetStatus(flags, result, nullptr, nullptr), WBEM_S_NO_ERROR);
        service_.executor.drain();
        return service_.service->subscriptions().at(0).state;
    };
    director().behaviour = TEST_DENIES_ACCESS;
    PROVES("OD-034", EXPECT_EQ(say(WBEM_STATUS_COMPLETE, 2), eventing::State::Active));
    PROVES("OD-034", EXPECT_EQ(say(WBEM_STATUS_REQUIREMENTS, WBEM_REQUIREMENTS_STOP_POSTFILTER),
                               eventing::State::Active));
    EXPECT_EQ(raise(sink.get(), "for all"), WBEM_S_NO_ERROR);
    EXPECT_EQ(support::read_all(events.get()).size(), 1U);

    PROVES("OD-034",
           EXPECT_EQ(say(WBEM_STATUS_REQUIREMENTS, WBEM_REQUIREMENTS_RECHECK_SUBSCRIPTIONS),
                     eventing::State::Broken));
    EXPECT_EQ(raise(sink.get(), "for nobody"), WBEM_S_NO_ERROR);
    HRESULT last = 0;
    EXPECT_THAT(support::read_all(events.get(), &last), IsEmpty());
    PROVES("OD-034", EXPECT_EQ(last, WBEM_E_ACCESS_DENIED));
    EXPECT_EQ(service_.service->subscriptions().at(0).counters.matched, 1U);
    take_error_text();
}

TEST_F(LoaderTest, a_provider_may_change_its_mind_while_it_is_started) {
    register_provider("Guard", CLSID_TestStranger);
    register_events("Guard");
    director().behaviour = TEST_CHECKS_ACCESS;
    director().on_keep = [&](const com::Ptr<IUnknown>& kept) {
        const auto sink = kept.query<IWbemEventSink>();
        director().behaviour = TEST_DENIES_ACCESS;
        EXPECT_EQ(sink->SetStatus(WBEM_STATUS_REQUIREMENTS, WBEM_REQUIREMENTS_RECHECK_SUBSCRIPTIONS,
                                  nullptr, nullptr),
                  WBEM_S_NO_ERROR);
        service_.executor.drain();
    };
    subscribe_permanently();
    PROVES("OD-034",
           EXPECT_EQ(service_.service->subscriptions().at(0).state, eventing::State::Broken));
    take_error_text();
}

TEST_F(LoaderTest, several_providers_may_raise_the_events_of_one_class) {
    std::vector<com::Ptr<IWbemEventSink>> sinks;
    for (const char* name : {"First", "Second"}) {
        register_provider(name, CLSID_TestStranger);
        register_events(name);
    }
    PROVES("GEN-025", EXPECT_THAT(director().take_records(), IsEmpty()));
    // The director keeps the sink of the one that was started last.
    director().on_keep = [&](const com::Ptr<IUnknown>& kept) {
        sinks.push_back(kept.query<IWbemEventSink>());
    };
    com::Ptr<IEnumWbemClassObject> events;
    ASSERT_EQ(subscribe(events), WBEM_S_NO_ERROR) << error_;
    PROVES("GEN-025", ASSERT_EQ(sinks.size(), 2U));
    EXPECT_EQ(raise(sinks[0].get(), "one"), WBEM_S_NO_ERROR);
    EXPECT_EQ(raise(sinks[1].get(), "two"), WBEM_S_NO_ERROR);
    std::vector<std::string> texts;
    for (const auto& event : support::read_all(events.get())) {
        texts.push_back(text_of(event, L"Text"));
    }
    PROVES("GEN-025", EXPECT_THAT(texts, ElementsAre("one", "two")));
    director().on_keep = nullptr;
    director().take_kept<IUnknown>();
}

TEST_F(LoaderTest, a_provider_goes_on_with_the_class_that_it_knew) {
    register_provider("Stranger", CLSID_TestStranger);
    register_events("Stranger");
    com::Ptr<IEnumWbemClassObject> events;
    ASSERT_EQ(subscribe(events), WBEM_S_NO_ERROR) << error_;
    const auto sink = director().take_kept<IWbemEventSink>();
    const auto old = service_.spawn("TestEvent");
    support::put(old, L"Text", "as before");
    director().take_records();

    const auto cls = service_.object("TestEvent");
    service_.add_property(cls, L"Level", CIM_UINT32);
    service_.put_class(cls);
    service_.executor.drain();
    PROVES("GEN-027", EXPECT_THAT(director().take_records(),
                                  Not(Contains(AnyOf(HasSubstr("Initialize"), "ProvideEvents 0",
                                                     HasSubstr("Shutdown"))))));
    IWbemClassObject* raised[] = {old.get()};
    EXPECT_EQ(sink->Indicate(1, raised), WBEM_S_NO_ERROR);
    service_.executor.drain();
    const auto found = support::read_all(events.get());
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(text_of(found[0], L"Text"), "as before");
    PROVES("GEN-027",
           EXPECT_EQ(found[0]->Get(L"Level", 0, nullptr, nullptr, nullptr), WBEM_E_NOT_FOUND));
    EXPECT_EQ(raise(sink.get(), "of the new class"), WBEM_S_NO_ERROR);
    EXPECT_EQ(support::read_all(events.get()).size(), 1U);
}

TEST_F(LoaderTest, an_event_travels_from_a_plug_in_to_a_plug_in) {
    register_provider("Source", CLSID_TestStranger);
    register_events("Source");
    register_provider("Printing", CLSID_TestStranger);
    register_consumers("Printing");
    subscribe_permanently();
    const auto sink = director().take_kept<IWbemEventSink>();
    ASSERT_TRUE(sink);
    director().take_records();
    EXPECT_EQ(raise(sink.get(), "one"), WBEM_S_NO_ERROR);
    const auto records = director().take_records();
    PROVES("PRV-035", EXPECT_THAT(records, ElementsAre("SetRegistrationObject 0 Printing",
                                                       HasSubstr("Initialize NULL"),
                                                       "consumed by printer1: one")));
    EXPECT_EQ(service_.service->providers().size(), 2U);
    EXPECT_EQ(raise(sink.get(), "two"), WBEM_S_NO_ERROR);
    EXPECT_THAT(director().take_records(), ElementsAre("consumed by printer1: two"));
}

// Express and Guaranteed; what a sink holds is in no log yet.
TEST_F(LoaderTest, what_a_sink_holds_is_delivered_when_the_service_stops) {
    register_provider("Source", CLSID_TestStranger);
    register_events("Source");
    register_provider("Printing", CLSID_TestStranger);
    register_consumers("Printing");
    for (const int quality : {1, 2}) subscribe_permanently(quality);
    const auto sink = director().take_kept<IWbemEventSink>();
    ASSERT_TRUE(sink);
    EXPECT_EQ(raise(sink.get(), "brings the consumers up"), WBEM_S_NO_ERROR);
    ASSERT_EQ(sink->SetBatchingParameters(WBEM_FLAG_MUST_BATCH, 1 << 20, 60'000), WBEM_S_NO_ERROR);
    director().take_records();
    EXPECT_EQ(raise(sink.get(), "held"), WBEM_S_NO_ERROR);
    EXPECT_THAT(director().take_records(), IsEmpty());
    service_.service->stop();
    const auto records = director().take_records();
    PROVES("DLV-019", EXPECT_THAT(records, Contains("consumed by printer1: held")));
    PROVES("DLV-019", EXPECT_THAT(records, Contains("consumed by printer2: held")));
}

TEST_F(LoaderTest, a_bad_provider_fails_its_subscribers_and_nobody_else) {
    const struct {
        const char* name;
        CLSID clsid;
        TestBehaviour behaviour;
        HRESULT refusal;
    } rows[] = {
        {"NoEntry", CLSID_TestNoEntry, TEST_GOOD, WBEM_E_PROVIDER_LOAD_FAILURE},
        {"Missing", CLSID_TestMissing, TEST_GOOD, WBEM_E_PROVIDER_LOAD_FAILURE},
        {"Unregistered", CLSID_TestUnregistered, TEST_GOOD, WBEM_E_INVALID_PROVIDER_REGISTRATION},
        {"Refusing", CLSID_TestStranger, TEST_REFUSES_INITIALIZE, WBEM_E_INITIALIZATION_FAILURE},
        {"Throwing", CLSID_TestStranger, TEST_THROWS_IN_INITIALIZE, WBEM_E_INITIALIZATION_FAILURE},
        {"Silent", CLSID_TestStranger, TEST_REPORTS_LATER, WBEM_E_PROVIDER_TIMED_OUT},
    };
    for (const auto& row : rows) {
        register_provider(row.name, row.clsid);
        register_events(row.name);
        director().behaviour = row.behaviour;
        com::Ptr<IEnumWbemClassObject> events;
        PROVES("PRV-006", EXPECT_EQ(subscribe(events), row.refusal) << row.name << error_);
        EXPECT_THAT(error_, HasSubstr(row.name));
        director().take_kept<IUnknown>();
        EXPECT_EQ(service_.services->DeleteInstance(
                      bstr("__EventProviderRegistration.Provider=\"__Win32Provider.Name=\\\"" +
                           std::string(row.name) + "\\\"\"")
                          .get(),
                      0, nullptr, nullptr),
                  WBEM_S_NO_ERROR)
            << take_error_text();
        EXPECT_EQ(
            service_.services->DeleteInstance(bstr(path_of(row.name)).get(), 0, nullptr, nullptr),
            WBEM_S_NO_ERROR);
    }
    director().behaviour = TEST_GOOD;
    register_provider("Good", CLSID_TestStranger);
    register_events("Good");
    com::Ptr<IEnumWbemClassObject> events;
    EXPECT_EQ(subscribe(events), WBEM_S_NO_ERROR) << error_;
    const auto sink = director().take_kept<IWbemEventSink>();
    EXPECT_EQ(raise(sink.get(), "fine"), WBEM_S_NO_ERROR);
    EXPECT_EQ(support::read_all(events.get()).size(), 1U);
}

TEST_F(LoaderTest, runs_every_hosting_model_in_process_but_the_decoupled_one) {
    const struct {
        const char* model;
        HRESULT result;
    } rows[] = {{"NetworkServiceHost", WBEM_S_NO_ERROR},
                {"LocalSystemHost:MyGroup", WBEM_S_NO_ERROR},
                {"Decoupled:Com", WBEM_E_NOT_SUPPORTED}};
    register_provider("Stranger", CLSID_TestStranger);
    register_events("Stranger");
    for (const auto& row : rows) {
        register_provider("Stranger", CLSID_TestStranger, row.model);
        com::Ptr<IEnumWbemClassObject> events;
        const HRESULT hr = subscribe(events);
        EXPECT_EQ(hr, row.result) << row.model << error_;
        director().take_kept<IUnknown>();
        events = nullptr;
        service_.executor.advance(std::chrono::minutes(30));  // it is released when it is idle
        EXPECT_THAT(service_.service->providers(), IsEmpty());
    }
}

TEST_F(LoaderTest, tells_its_registration_to_a_provider_that_is_registered_twice) {
    register_provider("Stranger", CLSID_TestStranger);
    register_provider("Twin", CLSID_TestStranger);
    register_events("Twin");
    com::Ptr<IEnumWbemClassObject> events;
    ASSERT_EQ(subscribe(events), WBEM_S_NO_ERROR) << error_;
    PROVES("COM-132", EXPECT_EQ(director().take_records().front(), "SetRegistrationObject 0 Twin"));
    director().take_kept<IUnknown>();
}

TEST_F(LoaderTest, instances_of_a_dynamic_class_come_from_its_provider) {
    const auto cls = service_.new_class("TestThing", "");
    service_.add_property(cls, L"Name", CIM_STRING, true);
    com::Ptr<IWbemQualifierSet> qualifiers;
    ASSERT_EQ(cls->GetQualifierSet(qualifiers.put()), WBEM_S_NO_ERROR);
    ASSERT_EQ(qualifiers->Put(L"dynamic", com::Variant(true).in(), 0), WBEM_S_NO_ERROR);
    ASSERT_EQ(qualifiers->Put(L"provider", com::Variant("Stranger").in(), 0), WBEM_S_NO_ERROR);
    service_.put_class(cls);
    register_provider("Stranger", CLSID_TestStranger);
    register_instances("Stranger");
    director().answer = service_.spawn("TestThing");
    support::put(director().answer, L"Name", "x");

    com::Ptr<IEnumWbemClassObject> things;
    ASSERT_EQ(
        service_.services->CreateInstanceEnum(bstr("TestThing").get(), 0, nullptr, things.put()),
        WBEM_S_NO_ERROR)
        << take_error_text();
    const auto found = support::read_all(things.get());
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(support::text_of(found[0], L"Name"), "x");
    EXPECT_EQ(support::text_of(service_.object("TestThing.Name=\"x\""), L"Name"), "x");

    director().behaviour = TEST_RETURNS_FAILURE;
    EXPECT_EQ(
        service_.services->CreateInstanceEnum(bstr("TestThing").get(), 0, nullptr, things.put()),
        WBEM_E_ACCESS_DENIED);
    take_error_text();
    director().answer = nullptr;
}

// A class whose instances the test plug-in has.
class InstanceProviderTest : public LoaderTest {
  protected:
    InstanceProviderTest() {
        register_provider("P", CLSID_TestStranger);
        register_instances("P");
        const auto cls = service_.new_class("Provided", "");
        service_.add_property(cls, L"Name", CIM_STRING, true);
        com::Ptr<IWbemQualifierSet> qualifiers;
        EXPECT_EQ(cls->GetQualifierSet(qualifiers.put()), WBEM_S_NO_ERROR);
        EXPECT_EQ(qualifiers->Put(L"dynamic", com::Variant(true).in(), 0), WBEM_S_NO_ERROR);
        EXPECT_EQ(qualifiers->Put(L"provider", com::Variant("P").in(), 0), WBEM_S_NO_ERROR);
        service_.put_class(cls);
        director().answer = service_.spawn("Provided");
        support::put(director().answer, L"Name", "a");
    }
    void get_in_parts(LONG flags, ClientSinkRecorder& sink) {
        EXPECT_EQ(
            service_.services->GetObjectAsync(bstr("Provided=\"a\"").get(), flags, nullptr, &sink),
            WBEM_S_NO_ERROR);
        service_.executor.drain();
    }
};

TEST_F(InstanceProviderTest, clients_that_ask_for_it_hear_of_progress) {
    director().behaviour = TEST_EXPLAINS;
    const auto curious = com::make<ClientSinkRecorder>();
    get_in_parts(WBEM_FLAG_SEND_STATUS, *curious);
    PROVES("COM-092", EXPECT_THAT(curious->progress, ElementsAre((4 << 16) | 1)));
    EXPECT_THAT(curious->statuses, ElementsAre(WBEM_E_FAILED));
    const auto plain = com::make<ClientSinkRecorder>();
    get_in_parts(0, *plain);
    PROVES("COM-092", EXPECT_THAT(plain->progress, IsEmpty()));
    EXPECT_THAT(plain->statuses, ElementsAre(WBEM_E_FAILED));
}

// The sink of several calls at a time.
class SharedSink final : public com::Implements<IWbemObjectSink> {
  public:
    HRESULT STDMETHODCALLTYPE Indicate(LONG count, IWbemClassObject** objects) override {
        for (LONG i = 0; i < count; ++i) {
            names.push_back(text_of(com::Ptr<IWbemClassObject>(objects[i]), L"Name"));
        }
        return WBEM_S_NO_ERROR;
    }
    HRESULT STDMETHODCALLTYPE SetStatus(LONG, HRESULT result, BSTR, IWbemClassObject*) override {
        statuses.push_back(result);
        return WBEM_S_NO_ERROR;
    }
    std::vector<std::string> names;
    std::vector<HRESULT> statuses;
};

TEST_F(InstanceProviderTest, calls_of_one_sink_end_in_any_order) {
    const auto sink = com::make<SharedSink>();
    const auto get = [&](const char* path) {
        EXPECT_EQ(service_.services->GetObjectAsync(bstr(path).get(), 0, nullptr, sink.get()),
                  WBEM_S_NO_ERROR)
            << take_error_text();
        service_.executor.drain();
    };
    director().behaviour = TEST_ANSWERS_LATER;
    get("Provided=\"a\"");
    const auto first = director().take_kept<IWbemObjectSink>();
    ASSERT_TRUE(first);
    const auto answer_of_the_first = director().answer;

    director().behaviour = TEST_GOOD;
    director().answer = service_.spawn("Provided");
    support::put(director().answer, L"Name", "b");
    get("Provided=\"b\"");
    PROVES("DLV-021", EXPECT_THAT(sink->names, ElementsAre("b")));
    EXPECT_THAT(sink->statuses, ElementsAre(WBEM_S_NO_ERROR));
    IWbemClassObject* objects[] = {answer_of_the_first.get()};
    EXPECT_EQ(first->Indicate(1, objects), WBEM_S_NO_ERROR);
    EXPECT_EQ(first->SetStatus(WBEM_STATUS_COMPLETE, WBEM_S_NO_ERROR, nullptr, nullptr),
              WBEM_S_NO_ERROR);
    service_.executor.drain();
    PROVES("DLV-021", EXPECT_THAT(sink->names, ElementsAre("b", "a")) << "a was asked for first");
    EXPECT_THAT(sink->statuses, ElementsAre(WBEM_S_NO_ERROR, WBEM_S_NO_ERROR));
    director().answer = nullptr;
}

TEST_F(InstanceProviderTest, what_the_provider_says_of_its_failure_reaches_the_client) {
    director().behaviour = TEST_EXPLAINS;
    director().answer = service_.spawn("__ExtendedStatus");
    support::put(director().answer, L"Description", "the disk is on fire");
    support::put(director().answer, L"ProviderName", "Disks");
    const auto sink = com::make<ClientSinkRecorder>();
    get_in_parts(0, *sink);
    EXPECT_THAT(sink->statuses, ElementsAre(WBEM_E_FAILED));
    ASSERT_TRUE(sink->detail);
    PROVES("COM-093", EXPECT_EQ(text_of(sink->detail, L"Description"), "the disk is on fire"));
    PROVES("COM-093", EXPECT_EQ(text_of(sink->detail, L"ProviderName"), "Disks"));
    EXPECT_EQ(text_of(sink->detail, L"Operation"), "IWbemServices::GetObjectAsync")
        << "what it leaves open is filled in";
}

}  // namespace
}  // namespace openwmi::bridge
