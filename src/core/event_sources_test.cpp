#include "core/event_sources.h"

#include <gmock/gmock.h>

#include "core/test_providers.h"
#include "support/proves.h"
#include "support/temporary_folder.h"

// Whose filters may listen where, and who is asked for their events.
namespace openwmi::core {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr const char* subscriptions_mof = R"(
class TestConsumer : __EventConsumer { [key] string Name; };
class Sensor { [key] string Id; };
[dynamic, provider("P")] class Process { [key] uint32 Id; };
instance of __Win32Provider as $P { Name = "P"; CLSID = "{11111111-2222-3333-4444-555555555555}"; };
instance of __InstanceProviderRegistration { Provider = $P; SupportsGet = TRUE; SupportsEnumeration = TRUE; };
instance of TestConsumer as $C { Name = "c"; };
instance of __EventFilter as $Pushed { Name = "pushed"; QueryLanguage = "WQL";
  Query = "SELECT * FROM __InstanceCreationEvent WITHIN 60 WHERE TargetInstance ISA 'Sensor'"; };
instance of __EventFilter as $Polled { Name = "polled"; QueryLanguage = "WQL";
  Query = "SELECT * FROM __InstanceCreationEvent WITHIN 60 WHERE TargetInstance ISA 'Process'"; };
instance of __EventFilter as $Elsewhere { Name = "elsewhere"; QueryLanguage = "WQL"; EventNamespace = "root\\other";
  Query = "SELECT * FROM __ClassCreationEvent"; };
instance of __FilterToConsumerBinding { Filter = $Pushed; Consumer = $C; };
instance of __FilterToConsumerBinding { Filter = $Polled; Consumer = $C; };
instance of __FilterToConsumerBinding { Filter = $Elsewhere; Consumer = $C; };
)";

// Subscriptions that are in the repository, whoever put them there.
class EventSourcesTest : public test::ProvidersTest {
  protected:
    void SetUp() override {
        providers.behaviours["P"].enumerate = [](const cim::Name&) {
            return std::vector<cim::ObjectPtr>();
        };
        restart();
        open("root\\other");
        must_compile(subscriptions_mof);
    }
    void restart() {
        session = nullptr;
        service = nullptr;
        executor.drain();
        auto started = Service::start({.state_folder = folder.path(),
                                       .executor = &executor,
                                       .calls = &executor,
                                       .loader = &providers,
                                       .observer = &states});
        ASSERT_TRUE(started) << to_text(started.error());
        service = std::move(*started);
        session = open("root\\test");
        executor.drain();
    }
    // As if that user had made them; no door lets him do so yet.
    void give_filters_to(const security::Sid& creator) {
        write_creator(**service->administer(security::Identity::of_service()), creator);
        restart();
    }
    void write_creator(repository::Store& store, const security::Sid& creator) const {
        cim::Unsigneds bytes;
        for (const char byte : creator.bytes()) bytes.push_back(static_cast<unsigned char>(byte));
        auto transaction = store.begin();
        for (const char* name : {"pushed", "polled", "elsewhere"}) {
            const auto path =
                *cim::ObjectPath::parse(fmt::format("__EventFilter.Name=\"{}\"", name));
            cim::InstanceBuilder builder(**store.get_instance(session->name_space(), path));
            ASSERT_TRUE(builder.set("CreatorSID", cim::Value(bytes)));
            ASSERT_TRUE(transaction.put_instance(session->name_space(), *builder.build()));
        }
        ASSERT_TRUE(transaction.commit());
    }
    eventing::SubscriptionStatus status_of(const std::string& filter) const {
        for (const auto& each : service->subscriptions()) {
            if (each.filter.find('"' + filter + '"') != std::string::npos) return each;
        }
        return {};
    }

    support::TemporaryFolder folder;
};

TEST_F(EventSourcesTest, anAdministratorMayPollAndListenElsewhere) {
    for (const char* name : {"pushed", "polled", "elsewhere"}) {
        EXPECT_EQ(status_of(name).state, eventing::State::Active) << status_of(name).reason;
    }
    give_filters_to(security::Sid::local_system());
    EXPECT_EQ(status_of("polled").state, eventing::State::Active) << "the service itself may, too";
}

TEST_F(EventSourcesTest, aFilterOfSomebodyElseMayNot) {
    give_filters_to(security::Sid::of_uid(4711));
    const auto polled = status_of("polled");
    PROVES("WQL-054", EXPECT_EQ(polled.state, eventing::State::Broken));
    EXPECT_THAT(polled.reason, HasSubstr("only an administrator's permanent subscription"));
    const auto elsewhere = status_of("elsewhere");
    PROVES("OD-011", EXPECT_EQ(elsewhere.state, eventing::State::Broken));
    PROVES("OD-011",
           EXPECT_THAT(elsewhere.reason, HasSubstr("S-1-22-1-4711 made the filter and has no "
                                                   "WBEM_ENABLE in root\\other")));
    EXPECT_EQ(status_of("pushed").state, eventing::State::Active) << "WITHIN alone is no polling";

    give_filters_to(security::Sid::administrators());
    PROVES("WQL-054", EXPECT_EQ(status_of("polled").state, eventing::State::Active));
    PROVES("OD-011", EXPECT_EQ(status_of("elsewhere").state, eventing::State::Active));
}

// What a provider declares and nobody can mean is left out, and somebody is told.
TEST_F(EventSourcesTest, aDeclarationThatCannotBeMeantIsReported) {
    states.seen.clear();
    must_compile(R"(
class Alarm : __ExtrinsicEvent { string Text; };
instance of __EventProviderRegistration { Provider = "__Win32Provider.Name=\"P\"";
  EventQueryList = {"SELECT * FROM Alarm", "SELECT * FROM __InstanceCreationEvent", "SELECT * FROM __TimerEvent"}; };
)");
    ASSERT_EQ(states.seen.size(), 2U) << testing::PrintToString(states.seen);
    PROVES("GEN-022", EXPECT_THAT(states.seen[0], HasSubstr("0xC0000016")));
    PROVES("GEN-022", EXPECT_THAT(states.seen[0], HasSubstr("0x8004105F")));
    EXPECT_THAT(states.seen[0], StartsWith("root\\test:__EventProviderRegistration."));
    EXPECT_THAT(states.seen[0], HasSubstr(" ignored: "));
    PROVES("GEN-021", EXPECT_THAT(states.seen[1], HasSubstr("0xC0000017")));
    states.seen.clear();
    must_compile(
        R"(instance of __EventProviderRegistration { Provider = "__Win32Provider.Name=\"P\"";
  EventQueryList = {"SELECT * FROM Alarm"}; };)");
    EXPECT_THAT(states.seen, IsEmpty());
}

}  // namespace
}  // namespace openwmi::core
