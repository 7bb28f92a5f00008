#include "provider/registration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/proves.h"
#include "wql/sample_schema.h"

namespace openwmi::provider {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class RegistrationTest : public testing::Test {
  protected:
    // A provider with what every one has, and these.
    Result<ProviderRegistration> read(const char* property, cim::Value value,
                                      cim::Value version = {}) const {
        return read_provider(schema.make("__Win32Provider", {{"Name", cim::Value("P")},
                                                             {"CLSID", cim::Value(clsid)},
                                                             {"Version", std::move(version)},
                                                             {property, std::move(value)}}));
    }
    cim::InstancePtr win32_provider(const char* identifier, cim::Value hosting_model = {}) const {
        return schema.make("__Win32Provider", {{"Name", cim::Value("P")},
                                               {"CLSID", cim::Value(identifier)},
                                               {"HostingModel", std::move(hosting_model)}});
    }
    Result<EventProviderRegistration> events(cim::Strings queries) const {
        return read_event_registration(
            schema.make("__EventProviderRegistration",
                        {{"provider", cim::Value("__Win32Provider.Name=\"P\"")},
                         {"EventQueryList", cim::Value(std::move(queries))}}),
            schema);
    }

    wql::test::SampleSchema schema;
    static constexpr const char* clsid = "{11111111-2222-3333-4444-555555555555}";
};

TEST_F(RegistrationTest, readsAProviderWithItsDefaults) {
    const auto provider = read_provider(win32_provider(clsid));
    ASSERT_TRUE(provider) << provider.error().message;
    EXPECT_EQ(provider->name, "P");
    EXPECT_EQ(provider->clsid.text(), clsid);
    EXPECT_TRUE(provider->enabled);
    EXPECT_FALSE(provider->per_user);
    EXPECT_FALSE(provider->client_clsid);
    PROVES("SYS-082", EXPECT_EQ(provider->hosting_model, "NetworkServiceHostOrSelfHost"));
    PROVES("SYS-083", EXPECT_EQ(provider->initialisation, Serialised::All));
}

TEST_F(RegistrationTest, refusesACLSIDThatIsNone) {
    for (const char* text : {"", "P", "{11111111-2222-3333-4444}"}) {
        const auto provider = read_provider(win32_provider(text));
        ASSERT_FALSE(provider) << text;
        EXPECT_EQ(provider.error().status, Status::InvalidProviderRegistration);
        EXPECT_THAT(provider.error().message, HasSubstr("CLSID"));
    }
}

TEST_F(RegistrationTest, knowsTheHostingModels) {
    for (const char* model :
         {"WmiCore", "wmicore", "SelfHost", "LocalSystemHost", "LocalSystemHost:Group",
          "LocalSystemHostOrSelfHost", "NetworkServiceHost", "NetworkServiceHost:[Mine]",
          "NetworkServiceHostOrSelfHost", "LocalServiceHost", "Decoupled:Com",
          "Decoupled:Com:FoldIdentity(FALSE)"}) {
        PROVES("PRV-039", EXPECT_TRUE(read_provider(win32_provider(clsid, model))) << model);
    }
    for (const char* model : {"Elsewhere", "WmiCor", ":Group", "Decoupled", "LocalSystem"}) {
        const auto provider = read_provider(win32_provider(clsid, model));
        ASSERT_FALSE(provider) << model;
        PROVES("PRV-048", EXPECT_EQ(provider.error().status, Status::InvalidProviderRegistration));
        EXPECT_THAT(provider.error().message, HasSubstr(model));
    }
    PROVES("PRV-047", EXPECT_FALSE(read_provider(win32_provider(clsid, "Decoupled:Noncom"))));
}

TEST_F(RegistrationTest, readsHowInitialisationsAreSerialised) {
    const struct {
        cim::Value value;
        Serialised serialised;
    } rows[] = {{{}, Serialised::All},
                {0, Serialised::All},
                {1, Serialised::WithinNamespace},
                {2, Serialised::None}};
    for (const auto& row : rows) {
        const auto provider = read("InitializationReentrancy", row.value);
        ASSERT_TRUE(provider);
        PROVES("SYS-083", EXPECT_EQ(provider->initialisation, row.serialised));
    }
    const auto refused = read("InitializationReentrancy", 3);
    EXPECT_EQ(refused.error().status, Status::InvalidProviderRegistration);
    EXPECT_THAT(refused.error().message, HasSubstr("InitializationReentrancy"));
}

TEST_F(RegistrationTest, versionTwoIsStrictAboutImpersonation) {
    for (const unsigned version : {1U, 2U}) {
        for (const int level : {0, 1}) {
            PROVES("SYS-089", EXPECT_TRUE(read("ImpersonationLevel", level, version)));
        }
    }
    EXPECT_TRUE(read("ImpersonationLevel", 7));
    EXPECT_TRUE(read("ImpersonationLevel", 7, 1U));
    for (const auto& refused : {read("ImpersonationLevel", 7, 2U), read("Enabled", true, 3U)}) {
        ASSERT_FALSE(refused);
        PROVES("SYS-089", EXPECT_EQ(refused.error().status, Status::InvalidProviderRegistration));
    }
}

TEST_F(RegistrationTest, onlyProvidersOfThisComputerAreServed) {
    for (const cim::Value& here : {cim::Value(), cim::Value(""), cim::Value(".")}) {
        PROVES("SYS-080", EXPECT_TRUE(read("DefaultMachineName", here)));
    }
    const auto elsewhere = read("DefaultMachineName", "another.example");
    EXPECT_EQ(elsewhere.error().status, Status::NotSupported);
    EXPECT_THAT(elsewhere.error().message, HasSubstr("another.example"));
}

TEST_F(RegistrationTest, readsTheClassForClients) {
    const auto provider = read("ClientLoadableCLSID", "{11111111-2222-3333-4444-555555555556}");
    ASSERT_TRUE(provider && provider->client_clsid);
    EXPECT_EQ(provider->client_clsid->text(), "{11111111-2222-3333-4444-555555555556}");
    const auto refused = read("ClientLoadableCLSID", "nothing");
    EXPECT_EQ(refused.error().status, Status::InvalidProviderRegistration);
    EXPECT_THAT(refused.error().message, HasSubstr("ClientLoadableCLSID"));
}

// What is documented as not used changes nothing, whatever it says.
TEST_F(RegistrationTest, doesNotLookAtWhatIsNotUsed) {
    const auto plain = read("Enabled", true);
    const std::pair<const char*, cim::Value> rows[] = {
        {"Concurrency", 7},
        {"InitializationTimeoutInterval", "00000000000001.000000:000"},
        {"OperationTimeoutInterval", "00000000000001.000000:000"},
        {"SupportsExplicitShutdown", false},
        {"SupportsExtendedStatus", false},
        {"SupportsQuotas", false},
        {"SupportsSendStatus", false},
        {"SupportsShutdown", false},
        {"SupportsThrottling", false}};
    for (const auto& [property, value] : rows) {
        const auto provider = read(property, value);
        PROVES("SYS-087", ASSERT_TRUE(provider) << property);
        PROVES("SYS-087", EXPECT_EQ(*provider->instance->find(property), value));
        EXPECT_EQ(provider->hosting_model, plain->hosting_model);
    }
    const auto secured = read("SecurityDescriptor", "O:BAG:BAD:(A;;0x1;;;BA)");
    EXPECT_TRUE(secured);
}

TEST_F(RegistrationTest, readsWhatAnInstanceProviderDeclares) {
    const auto provider = read("Enabled", true).value();
    const auto declared = read_instance_registration(
        *schema.make("__InstanceProviderRegistration",
                     {{"provider", cim::Value("__Win32Provider=\"P\"")},
                      {"SupportsGet", cim::Value(true)},
                      {"QuerySupportLevels", cim::Value(cim::Strings{"WQL:UnarySelect"})}}),
        provider);
    EXPECT_TRUE(declared.supports_get);
    EXPECT_FALSE(declared.supports_put);
    EXPECT_FALSE(declared.supports_delete);
    EXPECT_TRUE(declared.supports_enumeration) << "the class's default";
    EXPECT_EQ(declared.query_support_levels, cim::Strings{"WQL:UnarySelect"});
}

TEST_F(RegistrationTest, knowsWhichProviderARegistrationNames) {
    const auto names = [&](const char* path) {
        return names_provider(
            *schema.make("__InstanceProviderRegistration", {{"provider", cim::Value(path)}}), "P");
    };
    EXPECT_TRUE(names("__Win32Provider.Name=\"p\""));
    EXPECT_TRUE(names("__Win32Provider=\"P\""));
    EXPECT_TRUE(names("\\\\.\\root\\cimv2:__Win32Provider.Name=\"P\""));
    EXPECT_FALSE(names("__Win32Provider=\"Q\""));
    EXPECT_FALSE(names("no path"));
}

TEST_F(RegistrationTest, readsDeclaredQueries) {
    const auto declared =
        events({"select * from EmailEvent",
                "select * from __InstanceCreationEvent where TargetInstance isa \"Win32_Process\"",
                "select * from __InstanceOperationEvent where TargetInstance.__CLASS = "
                "\"Win32_Process\""});
    ASSERT_TRUE(declared);
    EXPECT_EQ(declared->provider_path, "__Win32Provider.Name=\"P\"");
    PROVES("PRV-010", EXPECT_EQ(declared->queries.size(), 3U));
    EXPECT_TRUE(declared->ignored.empty());
}

struct Faulty {
    const char* query;
    const char* number;
};

TEST_F(RegistrationTest, ignoresFaultyQueriesEachWithItsReason) {
    const Faulty faulty[] = {
        {"select from", "0xC0000015"},
        {"select * from __InstanceCreationEvent", "0xC0000016"},
        {"select * from __InstanceCreationEvent where TargetInstance isa \"Win32_Process\" and "
         "TargetInstance.Name = \"x\"",
         "0xC0000016"},
        {"select * from __Event", "0xC0000017"},
        {"select * from __ConsumerFailureEvent", "0xC0000017"},
        {"select * from __TimerEvent", "0xC0000017"},
        {"select * from __AggregateEvent", "0xC0000019"},
        {"select * from NoSuchEvent", "0xC0000018"},
        {"select * from Win32_Process", "0xC0000019"},
    };
    cim::Strings all;
    for (const auto& each : faulty) {
        const auto declared = events({each.query});
        ASSERT_TRUE(declared) << each.query;
        ASSERT_EQ(declared->ignored.size(), 1U) << each.query;
        PROVES("PRV-011", EXPECT_THAT(declared->ignored[0].message, StartsWith(each.number))
                              << each.query);
        all.push_back(each.query);
    }
    all.push_back("select * from EmailEvent");
    const auto declared = events(all);
    PROVES("PRV-012", EXPECT_EQ(declared->queries.size(), 1U));
    EXPECT_EQ(declared->ignored.size(), std::size(faulty));
}

TEST_F(RegistrationTest, aDeclarationMayNotRestrictInstances) {
    const auto declared = events(
        {"select * from __InstanceCreationEvent where TargetInstance isa \"Win32_Process\" and "
         "TargetInstance.Name = \"x\""});
    PROVES("PRV-013", EXPECT_TRUE(declared->queries.empty()));
    PROVES("GEN-020",
           EXPECT_EQ(declared->ignored.at(0).status, Status::UninterpretableProviderQuery));
}

TEST_F(RegistrationTest, aDeclarationMayNotOverlapTheServicesOwnEvents) {
    for (const char* query : {"select * from __Event", "select * from __EventDroppedEvent",
                              "select * from __QOSFailureEvent", "select * from __TimerEvent"}) {
        const auto declared = events({query});
        ASSERT_EQ(declared->ignored.size(), 1U) << query;
        PROVES("GEN-021", EXPECT_EQ(declared->ignored[0].status, Status::RegistrationTooBroad));
        PROVES("GEN-021",
               EXPECT_EQ(static_cast<std::uint32_t>(declared->ignored[0].status), 0x80042001U));
    }
    EXPECT_EQ(events({"select * from EmailEvent"})->queries.size(), 1U);
}

TEST_F(RegistrationTest, refusesARegistrationWithoutAProvider) {
    const auto registration = schema.make("__EventProviderRegistration");
    EXPECT_EQ(read_event_registration(registration, schema).error().status,
              Status::InvalidProviderRegistration);
    EXPECT_FALSE(read_consumer_registration(schema.make("__EventConsumerProviderRegistration")));
}

TEST_F(RegistrationTest, readsTheClassesOfAConsumerProvider) {
    const auto registration = read_consumer_registration(
        schema.make("__EventConsumerProviderRegistration",
                    {{"provider", cim::Value("__Win32Provider.Name=\"P\"")},
                     {"ConsumerClassNames", cim::Value(cim::Strings{"A", "B"})}}));
    ASSERT_TRUE(registration);
    PROVES("PRV-014",
           EXPECT_EQ(registration->consumer_classes, (std::vector<cim::Name>{"A", "B"})));
}

}  // namespace
}  // namespace openwmi::provider
