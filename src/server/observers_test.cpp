#include "server/observers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/simulated_executor.h"
#include "core/service.h"
#include "core/session_target.h"
#include "mof/compiler.h"
#include "mof/parser.h"
#include "support/proves.h"

namespace openwmi::server {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

// A consumer that takes its time.
class Slow final : public provider::Provider, public provider::Consumer {
  public:
    Slow(base::Executor& executor, const base::Duration& takes)
        : executor_(executor), takes_(takes) {}
    Result<std::shared_ptr<provider::Consumer>> find_consumer(const cim::InstancePtr&) override {
        return std::make_shared<Slow>(executor_, takes_);
    }
    Result<> consume(const cim::InstancePtr&, std::span<const cim::InstancePtr>) override {
        if (takes_ > 0s) (void)executor_.make_gate()->wait(takes_);
        return {};
    }

  private:
    base::Executor& executor_;
    const base::Duration& takes_;
};

class Loader final : public provider::ProviderLoader {
  public:
    explicit Loader(base::Executor& executor) : executor_(executor) {}
    Result<std::shared_ptr<provider::Provider>> load(const provider::ProviderRegistration&,
                                                     const provider::ProviderScope&) override {
        return std::make_shared<Slow>(executor_, takes);
    }
    base::Duration takes{};

  private:
    base::Executor& executor_;
};

class SlowReceiver final : public eventing::Receiver {
  public:
    explicit SlowReceiver(base::Executor& executor) : executor_(executor) {}
    void receive(std::span<const eventing::EventPtr>) override {
        (void)executor_.make_gate()->wait(takes);
    }
    void ended(const Error&) override {}
    base::Duration takes{};

  private:
    base::Executor& executor_;
};

constexpr const char* classes_mof = R"(
#pragma namespace("root\\default")
class Alarm : __ExtrinsicEvent { string Text; };
class TestConsumer : __EventConsumer { [key] string Name; };
instance of __Win32Provider as $P { Name = "P"; CLSID = "{11111111-2222-3333-4444-555555555555}"; };
instance of __EventConsumerProviderRegistration { Provider = $P; ConsumerClassNames = {"TestConsumer"}; };
instance of TestConsumer as $C { Name = "c"; };
instance of __EventFilter as $F { Name = "f"; QueryLanguage = "WQL"; Query = "SELECT * FROM Alarm"; };
)";

std::string binding_mof(const char* filter, const char* more) {
    return fmt::format(
        "#pragma namespace(\"root\\\\default\")\n"
        "instance of __FilterToConsumerBinding {{ Filter = \"__EventFilter.Name=\\\"{}\\\"\"; "
        "Consumer = \"TestConsumer.Name=\\\"c\\\"\"; {} }};",
        filter, more);
}

// A service whose log is read as lines.
class EventLogTest : public testing::Test {
  protected:
    void SetUp() override {
        auto started = core::Service::start(
            {.executor = &executor, .calls = &executor, .loader = &loader, .observer = &event_log});
        ASSERT_TRUE(started) << to_text(started.error());
        service = std::move(*started);
        session = *service->open_session(security::Identity::of_service(),
                                         cim::NamespacePath::literal("root\\default"));
        compile(classes_mof);
    }
    // What is logged meanwhile.
    std::string compile(const std::string& text) {
        return logged([&] {
            core::SessionTarget target(session, executor);
            const auto report = mof::compile(mof::parse(text, "test.mof"), target);
            EXPECT_TRUE(report.ok()) << mof::summary(report);
        });
    }
    std::string raise() {
        return logged([&] {
            cim::InstanceBuilder builder(session->schema()->find_class("Alarm"));
            EXPECT_TRUE(session->raise(builder.build()));
        });
    }
    std::string logged(const std::function<void()>& act) {
        testing::internal::CaptureStderr();
        act();
        executor.drain();
        return testing::internal::GetCapturedStderr();
    }

    base::SimulatedExecutor executor{1};
    const Log log{executor.clock(), Level::Debug};
    EventLog event_log{log, executor.clock()};
    Loader loader{executor};
    std::unique_ptr<core::Service> service;
    std::shared_ptr<core::Session> session;
};

TEST_F(EventLogTest, aFilterThatCannotBeActivatedIsEventTen) {
    const auto lines = compile(
        "#pragma namespace(\"root\\\\default\")\n"
        "instance of __EventFilter { Name = \"lost\"; QueryLanguage = \"WQL\"; "
        "Query = \"SELECT * FROM Nonexistent\"; };");
    PROVES("GEN-047",
           EXPECT_THAT(lines, AllOf(HasSubstr("level=error"), HasSubstr("source=WinMgmt id=10"))));
    EXPECT_THAT(lines, AllOf(HasSubstr("lost"), HasSubstr("Nonexistent")));
    PROVES("GEN-047", EXPECT_THAT(compile(binding_mof("f", "")), Not(HasSubstr("id=10"))));
}

TEST_F(EventLogTest, whatAProviderCannotMeanIsWrittenDown) {
    const auto lines = compile(
        "#pragma namespace(\"root\\\\default\")\n"
        "instance of __EventProviderRegistration { Provider = \"__Win32Provider.Name=\\\"P\\\"\"; "
        "EventQueryList = {\"SELECT * FROM __InstanceCreationEvent\"}; };");
    PROVES("GEN-022",
           EXPECT_THAT(lines, AllOf(HasSubstr("level=warning"), HasSubstr("0xC0000016"),
                                    HasSubstr("SELECT * FROM __InstanceCreationEvent"))));
}

TEST_F(EventLogTest, bindingsAndActivationsAreTraced) {
    const auto lines = compile(binding_mof("f", ""));
    PROVES("GEN-048",
           EXPECT_THAT(lines, AllOf(HasSubstr("__FilterToConsumerBinding"),
                                    HasSubstr("state=bound"), HasSubstr("TestConsumer.Name"))));
    PROVES("GEN-048", EXPECT_THAT(lines, HasSubstr("state=active")));
    EXPECT_THAT(compile(binding_mof("f", "SlowDownProviders = TRUE;")),
                Not(HasSubstr("state=bound")))
        << "it was bound before";
}

TEST_F(EventLogTest, allThatAnObservedBindingWouldDoIsWrittenDown) {
    compile(binding_mof("f", ""));
    const auto path = cim::ObjectPath::parse(service->subscriptions().at(0).binding).value();
    ASSERT_TRUE(session->observe_binding(path, true));
    for (int i = 0; i < 3; ++i) {
        EXPECT_THAT(raise(), AllOf(HasSubstr("a consumer would have acted"),
                                   HasSubstr("would_do=\"get the event;")));
    }
}

TEST_F(EventLogTest, aSlowSynchronousConsumerIsToldOfAndNothingElse) {
    compile(binding_mof("f", "DeliverSynchronously = TRUE;"));
    loader.takes = 20ms;
    EXPECT_EQ(raise(), "");
    loader.takes = 21ms;
    const auto begin = executor.clock().steady();
    const auto lines = raise();
    PROVES("DLV-013", EXPECT_THAT(lines, AllOf(HasSubstr("kept the raiser waiting"),
                                               HasSubstr("milliseconds=21"))));
    PROVES("OD-003", EXPECT_THAT(lines, HasSubstr("level=warning")));
    EXPECT_EQ(executor.clock().steady() - begin, 21ms);
    EXPECT_EQ(raise(), "") << "once in ten seconds";
    executor.advance(10s);
    EXPECT_THAT(raise(), HasSubstr("times=2"));
    const auto status = service->subscriptions();
    PROVES("OD-003", EXPECT_EQ(status.at(0).counters.delivered, 4U) << "nobody is stopped");

    compile(binding_mof("f", "DeliverSynchronously = FALSE;"));
    executor.advance(10s);
    loader.takes = 1s;
    PROVES("DLV-013", EXPECT_EQ(raise(), "") << "nobody waits for it");
}

TEST_F(EventLogTest, aSlowTemporarySubscriberIsToldOf) {
    const auto receiver = std::make_shared<SlowReceiver>(executor);
    const auto subscription = session->subscribe("WQL", "SELECT * FROM Alarm", receiver);
    ASSERT_TRUE(subscription);
    receiver->takes = 100ms;
    EXPECT_EQ(raise(), "");
    receiver->takes = 101ms;
    PROVES("OD-003", EXPECT_THAT(raise(), AllOf(HasSubstr("a temporary subscriber is slow"),
                                                HasSubstr("milliseconds=101"))));
}

}  // namespace
}  // namespace openwmi::server
