#include "plugin/provider.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/thread_executor.h"
#include "plugin/consumer.h"
#include "support/proves.h"
#include "support/test_provider.h"

namespace openwmi::plugin {
namespace {

using support::Asked;
using support::ProviderTest;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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

TEST_F(ProviderTest, a_provider_is_initialised_for_a_user_and_a_locale) {
    auto one = request(CLSID_TestStranger);
    one.user = "alice";
    one.locale = "MS_409";
    ASSERT_TRUE(Provider::load(one, executor_));
    PROVES("COM-125", EXPECT_THAT(director().take_records(),
                                  Contains("Initialize alice 0 root\\test MS_409 context")));
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
