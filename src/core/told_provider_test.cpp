#include "core/told_provider.h"

#include <gmock/gmock.h>

#include "core/test_provider.h"
#include "eventing/ess_events.h"
#include "mof/source.h"
#include "support/proves.h"

namespace openwmi::core {
namespace {

using test::Asked;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Answers every call at once, with the outcome that the test chose.
class Capable final : public provider::Provider {
  public:
    explicit Capable(Result<>& outcome) : outcome_(outcome) {}

    Result<> provide_events(std::shared_ptr<provider::EventSink>) override { return outcome_; }
    Result<> new_query(std::uint32_t, std::string_view) override { return outcome_; }
    Result<> cancel_query(std::uint32_t) override { return outcome_; }
    Result<std::shared_ptr<provider::Consumer>> find_consumer(const cim::InstancePtr&) override {
        return std::make_shared<Consumer>();
    }
    Result<> get_instance(const cim::ObjectPath&, provider::Call call) override {
        return answer(call);
    }
    Result<> enumerate(const cim::Name&, provider::Call call) override { return answer(call); }
    Result<> put_instance(const cim::InstancePtr&, provider::PutMode,
                          provider::Call call) override {
        return answer(call);
    }
    Result<> delete_instance(const cim::ObjectPath&, provider::Call call) override {
        return answer(call);
    }
    Result<> exec_query(std::string_view, provider::Call call) override { return answer(call); }
    Result<> exec_method(const cim::ObjectPath&, const cim::Name&, const cim::InstancePtr&,
                         provider::Call call) override {
        return answer(call);
    }
    Result<> get_class(const cim::Name&, provider::Call call) override { return answer(call); }
    Result<> enumerate_classes(const cim::Name&, provider::ClassDepth,
                               provider::Call call) override {
        return answer(call);
    }
    Result<> put_class(const cim::ClassPtr&, provider::Call call) override { return answer(call); }
    Result<> delete_class(const cim::Name&, provider::Call call) override { return answer(call); }

  private:
    struct Consumer final : provider::Consumer {
        Result<> consume(const cim::InstancePtr&, std::span<const cim::InstancePtr>) override {
            return {};
        }
    };
    Result<> answer(const provider::Call& call) {
        call.sink->complete(outcome_);
        return {};
    }
    Result<>& outcome_;
};

class CapableLoader final : public provider::ProviderLoader {
  public:
    Result<> loading;
    Result<> outcome;
    Result<std::shared_ptr<provider::Provider>> load(const provider::ProviderRegistration&,
                                                     const provider::ProviderScope&) override {
        if (!loading) return fail(loading.error());
        return std::make_shared<Capable>(outcome);
    }
};

struct Nobody final : provider::ObjectSink {
    void indicate(std::span<const cim::ObjectPtr>) override {}
    void complete(Result<> given) override { outcome = std::move(given); }
    std::optional<Result<>> outcome;
};

class ToldProviderTest : public test::ServiceTest {
  protected:
    // Takes down the events, or does what it is told with them.
    struct Ear final : eventing::Receiver {
        std::vector<cim::InstancePtr> events;
        void receive(std::span<const eventing::EventPtr> given) override {
            for (const auto& event : given) events.push_back(event->instance);
        }
        void ended(const Error& why) override { ADD_FAILURE() << to_text(why); }
    };

    void SetUp() override {
        test::ServiceTest::SetUp();
        const auto file = mof::FileReader::open(OPENWMI_SOURCE_FOLDER
                                                "/sources/troubleshooting/troubleshooting.mof");
        ASSERT_TRUE(file) << to_text(file.error());
        SessionTarget target(session, executor);
        const auto report = mof::compile(mof::parse(file->bytes, file->name), target);
        ASSERT_TRUE(report.ok()) << mof::summary(report);
        executor.drain();
        registration.name = "P";
        registration.hosting_model = "LocalServiceHost:Mine";
        loader.set_self_events(service->self_events());
    }
    void listen(const char* query = "SELECT * FROM MSFT_WmiProvider_OperationEvent") {
        auto begun = session->subscribe("WQL", query, ear);
        ASSERT_TRUE(begun) << to_text(begun.error());
        subscription = std::move(*begun);
        executor.drain();
        ear->events.clear();
    }
    std::vector<cim::InstancePtr> take() {
        executor.drain();
        return std::exchange(ear->events, {});
    }
    std::vector<std::string> take_names() {
        std::vector<std::string> names;
        for (const auto& event : take()) names.push_back(event->class_of().name().text());
        return names;
    }
    // "Name=value" of everything that was written down.
    static std::string text(const cim::Instance& event) {
        std::string all = event.class_of().name().text();
        for (std::size_t i = 0; i < event.class_of().properties().size(); ++i) {
            const auto& property = event.class_of().properties()[i];
            if (property.name == cim::Name("TIME_CREATED") || event.is_null(i)) continue;
            all += fmt::format(" {}={}", property.name.text(),
                               cim::display(event.get(i), property.type));
        }
        return all;
    }
    provider::ProviderHandle load() {
        return loader.load(registration, {cim::NamespacePath::literal("root\\test"), "", "MS_407"})
            .value();
    }
    static provider::Call call() { return {.sink = std::make_shared<Nobody>()}; }

    CapableLoader others;
    std::shared_ptr<ProviderCounts> counts = std::make_shared<ProviderCounts>();
    ToldLoader loader{others, counts};
    provider::ProviderRegistration registration;
    std::shared_ptr<Ear> ear = std::make_shared<Ear>();
    std::unique_ptr<eventing::TemporarySubscription> subscription;
};

TEST_F(ToldProviderTest, everyCallIsToldBeforeAndAfter) {
    const auto provider = load();
    listen();
    const auto path = cim::ObjectPath::parse("Sensor.Id=\"a\"").value();
    const auto sensor = cim::find_system_class("__Namespace");
    const auto instance = cim::InstanceBuilder(sensor).build();
    const std::vector<std::pair<std::string, std::function<void()>>> calls = {
        {"GetObjectAsyncEvent", [&] { (void)provider->get_instance(path, call()); }},
        {"GetObjectAsyncEvent", [&] { (void)provider->get_class("Sensor", call()); }},
        {"PutClassAsyncEvent", [&] { (void)provider->put_class(sensor, call()); }},
        {"PutInstanceAsyncEvent",
         [&] { (void)provider->put_instance(instance, provider::PutMode::CreateOnly, call()); }},
        {"DeleteClassAsyncEvent", [&] { (void)provider->delete_class("Sensor", call()); }},
        {"DeleteInstanceAsyncEvent", [&] { (void)provider->delete_instance(path, call()); }},
        {"CreateClassEnumAsyncEvent",
         [&] {
             (void)provider->enumerate_classes("Sensor", provider::ClassDepth::Immediate, call());
         }},
        {"CreateInstanceEnumAsyncEvent", [&] { (void)provider->enumerate("Sensor", call()); }},
        {"ExecQueryAsyncEvent",
         [&] { (void)provider->exec_query("SELECT * FROM Sensor", call()); }},
        {"ExecMethodAsyncEvent",
         [&] { (void)provider->exec_method(path, "Reset", nullptr, call()); }},
        {"NewQuery", [&] { (void)provider->new_query(7, "SELECT * FROM Alarm"); }},
        {"CancelQuery", [&] { (void)provider->cancel_query(7); }},
        {"ProvideEvents", [&] { (void)provider->provide_events(nullptr); }},
        {"AccessCheck", [&] { (void)provider->check_access("SELECT * FROM Alarm", "sid"); }},
    };
    for (const auto& [name, make] : calls) {
        make();
        const auto before = "MSFT_WmiProvider_" + name + "_Pre";
        const auto after = "MSFT_WmiProvider_" + name + "_Post";
        PROVES("DIA-013", EXPECT_THAT(take_names(), ElementsAre(before, after)));
    }
}

TEST_F(ToldProviderTest, anEventSaysWhichCallItIsAbout) {
    const auto provider = load();
    listen();
    const auto path = cim::ObjectPath::parse("Sensor.Id=\"a\"").value();
    others.outcome = fail(Status::AccessDenied, "not you");
    (void)provider->exec_method(path, "Reset", nullptr, call());
    const auto events = take();
    ASSERT_EQ(events.size(), 2U);
    const auto transaction = events[0]->find("TransactionIdentifier").value_or(cim::Value());
    const auto common =
        " HostingGroup=Mine HostingSpecification=LocalServiceHost Locale=MS_407 "
        "Namespace=root\\test Provider=P TransactionIdentifier=" +
        transaction.get<std::string>() + " User=" + security::Identity::of_service().name();
    const auto arguments = " Path=Sensor.Id=\"a\" MethodName=Reset Flags=0";
    PROVES("DIA-016", EXPECT_EQ(text(*events[0]),
                                "MSFT_WmiProvider_ExecMethodAsyncEvent_Pre" + common + arguments));
    PROVES("DIA-016",
           EXPECT_EQ(text(*events[1]),
                     fmt::format("MSFT_WmiProvider_ExecMethodAsyncEvent_Post{} Result={}{}", common,
                                 0x80041003U, arguments)));
    (void)provider->new_query(7, "SELECT * FROM Alarm");
    PROVES("DIA-016",
           EXPECT_THAT(text(*take().at(0)),
                       HasSubstr("QueryId=7 QueryLanguage=WQL Query=SELECT * FROM Alarm")));
}

TEST_F(ToldProviderTest, oneThatGivesNoAnswerEndsAllTheSame) {
    listen("SELECT * FROM MSFT_WmiProvider_OperationEvent_Post");
    ASSERT_TRUE(compile("instance of __Win32Provider as $P { Name = \"P\"; CLSID = "
                        "\"{11111111-2222-3333-4444-555555555555}\"; };"
                        "instance of __InstanceProviderRegistration { Provider = $P; "
                        "SupportsEnumeration = TRUE; };"
                        "[dynamic, provider(\"P\")] class Dynamic { [key] string Id; };")
                    .ok());
    script.on_call = [](const Asked&) { return Result<>(); };  // forgets whom to answer
    EXPECT_EQ(enumerate("Dynamic")->status(), Status::CallCancelled);
    const auto events = take();
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0]->find("Result"),
              cim::Value(static_cast<std::uint32_t>(Status::CallCancelled)));
}

TEST_F(ToldProviderTest, loadingIsToldByItsStages) {
    listen();
    auto provider = load();
    PROVES("DIA-015",
           EXPECT_THAT(take_names(), ElementsAre("MSFT_WmiProvider_ComServerLoadOperationEvent",
                                                 "MSFT_WmiProvider_InitializationOperationEvent",
                                                 "MSFT_WmiProvider_LoadOperationEvent")));
    provider.reset();
    PROVES("DIA-015",
           EXPECT_THAT(take_names(), ElementsAre("MSFT_WmiProvider_UnloadOperationEvent")));
    others.loading = fail(Status::ProviderLoadFailure, "no such library");
    EXPECT_FALSE(loader.load(registration, {cim::NamespacePath::root(), "", ""}));
    PROVES("DIA-015", EXPECT_THAT(take_names(),
                                  ElementsAre("MSFT_WmiProvider_ComServerLoadOperationFailureEvent",
                                              "MSFT_WmiProvider_LoadOperationFailureEvent")));
    others.loading = fail(Status::InitializationFailure, "not today");
    EXPECT_FALSE(loader.load(registration, {cim::NamespacePath::root(), "", ""}));
    PROVES("DIA-015",
           EXPECT_THAT(take_names(),
                       ElementsAre("MSFT_WmiProvider_ComServerLoadOperationEvent",
                                   "MSFT_WmiProvider_InitializationOperationFailureEvent",
                                   "MSFT_WmiProvider_LoadOperationFailureEvent")));
}

TEST_F(ToldProviderTest, aThreadIsToldOfUnderBothOfItsNames) {
    for (const char* query : {"SELECT * FROM MSFT_WmiThreadPoolCreated",
                              "SELECT * FROM MSFT_WmiThreadPoolThreadCreated WHERE ThreadId = 4711",
                              "SELECT * FROM MSFT_WmiThreadPoolEvent"}) {
        listen(query);
        tell_of_thread(*service->self_events(), eventing::ThreadNumber{4711});
        const auto events = take();
        ASSERT_EQ(events.size(), 1U) << query;
        PROVES("OD-077",
               EXPECT_EQ(text(*events[0]), "MSFT_WmiThreadPoolThreadCreated ThreadId=4711"));
    }
}

// What nobody asks for is not even put together.
TEST_F(ToldProviderTest, whatNobodyAsksForIsNotDescribed) {
    int described = 0;
    const auto tell = [&] {
        service->self_events()->tell("MSFT_WmiFilterActivated", [&] {
            ++described;
            return eventing::SelfEvents::Properties{{"Name", "f"}, {"NoSuchProperty", 1}};
        });
    };
    tell();
    EXPECT_EQ(described, 0);
    listen("SELECT * FROM MSFT_WmiFilterDeactivated");
    tell();
    EXPECT_EQ(described, 0);
    listen("SELECT * FROM MSFT_WmiSelfEvent");
    tell();
    EXPECT_EQ(described, 1);
    EXPECT_EQ(text(*take().at(0)), "MSFT_WmiFilterActivated Name=f");
    const eventing::SelfEventDelivery delivery;
    tell();
    EXPECT_EQ(described, 1);
    EXPECT_THAT(take(), IsEmpty());
}

TEST_F(ToldProviderTest, noMoreThanSoManyWaitToBeRaised) {
    constexpr std::size_t most = 10'000;
    listen("SELECT * FROM MSFT_WmiFilterActivated");
    const auto tell = [&] {
        service->self_events()->tell("MSFT_WmiFilterActivated",
                                     [] { return eventing::SelfEvents::Properties(); });
    };
    for (std::size_t i = 0; i < most + 5; ++i) tell();
    EXPECT_EQ(take().size(), most);
    tell();
    EXPECT_EQ(take().size(), 1U);
}

TEST_F(ToldProviderTest, whatCameUpUntoldGoesUntold) {
    const auto logical = cim::InstanceBuilder(cim::find_system_class("__EventConsumer")).build();
    listen("SELECT * FROM MSFT_WmiSelfEvent");
    provider::ProviderHandle provider;
    std::shared_ptr<provider::Consumer> consumer;
    {
        const eventing::SelfEventDelivery delivery;
        provider = load();
        consumer = provider->find_consumer(logical).value();
    }
    consumer.reset();
    provider.reset();
    EXPECT_THAT(take(), IsEmpty());
    provider = load();
    consumer = provider->find_consumer(logical).value();
    EXPECT_EQ(take().size(), 5U);
    consumer.reset();
    provider.reset();
    PROVES("DIA-019",
           EXPECT_THAT(take_names(), ElementsAre("MSFT_WmiConsumerProviderSinkUnloaded",
                                                 "MSFT_WmiConsumerProviderUnloaded",
                                                 "MSFT_WmiProvider_UnloadOperationEvent")));
}

TEST_F(ToldProviderTest, callsAreCountedWhetherOrNotAnybodyListens) {
    const auto provider = load();
    (void)provider->enumerate("Sensor", call());
    (void)provider->enumerate("Sensor", call());
    (void)provider->find_consumer(
        cim::InstanceBuilder(cim::find_system_class("__EventConsumer")).build());
    (void)provider->create_refresher();
    PROVES("DIA-012", EXPECT_EQ(counts->of(ProviderOperation::CreateInstanceEnumAsync), 2U));
    EXPECT_EQ(counts->of(ProviderOperation::FindConsumer), 1U);
    EXPECT_EQ(counts->of(ProviderOperation::CreateRefresher), 1U);
    EXPECT_EQ(counts->of(ProviderOperation::GetObjectAsync), 0U);
}

// A stranger may hold a provider when the service is gone: it works on, and nobody is told.
TEST_F(ToldProviderTest, outlivesTheService) {
    const auto provider = load();
    listen();
    subscription.reset();
    session.reset();
    service.reset();
    executor.drain();
    EXPECT_TRUE(provider->new_query(1, "SELECT * FROM Alarm"));
}

}  // namespace
}  // namespace openwmi::core
