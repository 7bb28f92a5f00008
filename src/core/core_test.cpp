#include <gtest/gtest.h>

#include <set>

#include "base/simulated_executor.h"
#include "core/service.h"
#include "core/session_target.h"
#include "mof/compiler.h"
#include "mof/parser.h"
#include "support/proves.h"

namespace openwmi::core {
namespace {

// Consumers that remember what they got, behind a provider port without COM.
class RecordingConsumers final : public provider::ProviderLoader {
  public:
    struct Delivery {
        std::string consumer;
        std::vector<cim::InstancePtr> events;
    };
    std::vector<Delivery> deliveries;
    std::set<std::string> failing;
    std::function<void(const Delivery&)> on_delivery;

    Result<std::shared_ptr<provider::Provider>> load(
        const provider::ProviderRegistration& registration,
        const provider::ProviderScope&) override {
        if (registration.name == "Broken")
            return fail(Status::ProviderLoadFailure, "no such library");
        return std::make_shared<Recorder>(*this);
    }

  private:
    class Recorder final : public provider::Provider {
      public:
        explicit Recorder(RecordingConsumers& owner) : owner_(owner) {}
        Result<std::shared_ptr<provider::Consumer>> find_consumer(
            const cim::InstancePtr&) override {
            return std::make_shared<Sink>(owner_);
        }

      private:
        RecordingConsumers& owner_;
    };
    class Sink final : public provider::Consumer {
      public:
        explicit Sink(RecordingConsumers& owner) : owner_(owner) {}
        Result<> consume(const cim::InstancePtr& logical,
                         std::span<const cim::InstancePtr> events) override {
            const auto name = logical->find("Name")->get<std::string>();
            if (owner_.failing.contains(name)) return fail(Status::Failed, "the consumer says no");
            owner_.deliveries.push_back({name, {events.begin(), events.end()}});
            if (owner_.on_delivery) owner_.on_delivery(owner_.deliveries.back());
            return {};
        }

      private:
        RecordingConsumers& owner_;
    };
};

constexpr const char* schema_mof = R"(
#pragma namespace("\\\\.\\root\\subscription")
class TestConsumer : __EventConsumer { [key] string Name; };
class Sensor { [key] string Id; sint32 Temp; };
instance of __Win32Provider as $P { Name = "Recorder"; CLSID = "{11111111-2222-3333-4444-555555555555}"; };
instance of __EventConsumerProviderRegistration { Provider = $P; ConsumerClassNames = {"TestConsumer"}; };
)";

constexpr const char* subscription_mof = R"(
#pragma namespace("\\\\.\\root\\subscription")
instance of __EventFilter as $F { Name = "hot"; QueryLanguage = "WQL";
  Query = "SELECT * FROM __InstanceOperationEvent WHERE TargetInstance ISA 'Sensor' AND TargetInstance.Temp > 80"; };
instance of TestConsumer as $C { Name = "alarm"; };
instance of __FilterToConsumerBinding { Filter = $F; Consumer = $C; };
)";

class ServiceTest : public testing::Test {
  protected:
    void SetUp() override { start(); }

    void start() {
        auto started =
            Service::start({.executor = &executor, .calls = &executor, .loader = &consumers});
        ASSERT_TRUE(started) << to_text(started.error());
        service = std::move(*started);
        session = *service->open_session(security::Identity::of_service(),
                                         cim::NamespacePath::literal("root\\subscription"));
    }

    mof::Report compile(const char* text) {
        SessionTarget target(session, executor);
        auto report = mof::compile(mof::parse(text, "test.mof"), target);
        executor.drain();
        return report;
    }
    void put_sensor(const char* id, int temp) {
        ASSERT_TRUE(compile(fmt::format("#pragma namespace(\"root\\\\subscription\")\n"
                                        "instance of Sensor {{ Id = \"{}\"; Temp = {}; }};",
                                        id, temp)
                                .c_str())
                        .ok());
    }

    base::SimulatedExecutor executor{1};
    RecordingConsumers consumers;
    std::unique_ptr<Service> service;
    std::shared_ptr<Session> session;
};

TEST_F(ServiceTest, deliversAMatchingChangeToTheBoundConsumer) {
    ASSERT_TRUE(compile(schema_mof).ok());
    const auto report = compile(subscription_mof);
    ASSERT_TRUE(report.ok()) << mof::summary(report);
    put_sensor("a", 70);
    EXPECT_EQ(consumers.deliveries.size(), 0U);
    put_sensor("a", 90);
    ASSERT_EQ(consumers.deliveries.size(), 1U);
    const auto& event = *consumers.deliveries[0].events.at(0);
    PROVES("GEN-007", EXPECT_EQ(event.class_of().name(), cim::Name("__InstanceModificationEvent")));
    const auto previous = event.find("PreviousInstance")->get<cim::ObjectPtr>();
    PROVES("GEN-007", EXPECT_EQ(*previous->as_instance()->find("Temp"), cim::Value(70)));
    const auto status = service->subscriptions();
    ASSERT_EQ(status.size(), 1U);
    EXPECT_EQ(to_text(status[0].state), "active");
    EXPECT_EQ(status[0].counters.matched, 1U);
    EXPECT_EQ(status[0].counters.delivered, 1U);
}

TEST_F(ServiceTest, isLiveOnceTheBindingWasPut) {
    ASSERT_TRUE(compile(schema_mof).ok());
    const std::string text =
        std::string(subscription_mof) + "instance of Sensor { Id = \"x\"; Temp = 99; };";
    ASSERT_TRUE(compile(text.c_str()).ok());
    PROVES("GEN-012", EXPECT_EQ(consumers.deliveries.size(), 1U));
}

TEST_F(ServiceTest, isSilentOnceTheBindingWasDeleted) {
    ASSERT_TRUE(compile(schema_mof).ok());
    ASSERT_TRUE(compile(subscription_mof).ok());
    const auto found = wait_for(executor, [&](SinkPtr sink) {
        session->enumerate_instances("__FilterToConsumerBinding", Depth::Deep, std::move(sink));
    });
    ASSERT_EQ(found->objects.size(), 1U);
    const auto path = found->objects[0]->as_instance()->path();
    ASSERT_TRUE(wait_for(executor,
                         [&](SinkPtr sink) { session->delete_instance(*path, std::move(sink)); }));
    put_sensor("a", 90);
    PROVES("DLV-006", EXPECT_EQ(consumers.deliveries.size(), 0U));
}

TEST_F(ServiceTest, oneProviderMayHaveRegistrationsOfSeveralKinds) {
    ASSERT_TRUE(compile(schema_mof).ok());
    const auto report = compile(R"(
#pragma namespace("\\\\.\\root\\subscription")
class SensorEvent : __ExtrinsicEvent { string Id; };
instance of __EventProviderRegistration {
  Provider = "__Win32Provider.Name=\"Recorder\""; EventQueryList = {"SELECT * FROM SensorEvent"}; };
)");
    PROVES("PRV-003", EXPECT_TRUE(report.ok()) << mof::summary(report));
    const auto again = compile(schema_mof);
    EXPECT_TRUE(again.ok()) << mof::summary(again);
}

TEST_F(ServiceTest, tellsOfAFailingConsumerThroughAnEvent) {
    ASSERT_TRUE(compile(schema_mof).ok());
    ASSERT_TRUE(compile(subscription_mof).ok());
    ASSERT_TRUE(compile(R"(
#pragma namespace("\\\\.\\root\\subscription")
instance of __EventFilter as $F { Name = "failures"; QueryLanguage = "WQL"; Query = "SELECT * FROM __ConsumerFailureEvent"; };
instance of TestConsumer as $C { Name = "watchdog"; };
instance of __FilterToConsumerBinding { Filter = $F; Consumer = $C; };
)")
                    .ok());
    consumers.failing = {"alarm"};
    put_sensor("a", 90);
    executor.drain();
    ASSERT_EQ(consumers.deliveries.size(), 1U);
    EXPECT_EQ(consumers.deliveries[0].consumer, "watchdog");
    const auto& event = *consumers.deliveries[0].events.at(0);
    PROVES("DLV-029",
           EXPECT_EQ(*event.find("ErrorDescription"), cim::Value("the consumer says no")));
    PROVES("GEN-044", EXPECT_EQ(*event.find("ErrorCode"), cim::Value(std::uint64_t{0x80041001})));
}

}  // namespace
}  // namespace openwmi::core
