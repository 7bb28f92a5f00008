#include <gmock/gmock.h>

#include "core/test_provider.h"
#include "support/proves.h"

namespace openwmi::core {
namespace {

using test::Asked;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* provider_mof = R"(
instance of __Win32Provider as $P { Name = "P"; CLSID = "{11111111-2222-3333-4444-555555555555}"; };
)";
constexpr const char* classes_mof = R"(
[dynamic, provider("P")] class Dynamic { [key] string Id; sint32 Number; };
[dynamic, provider("P")] class Derived : Dynamic { string More; };
[singleton, dynamic, provider("P")] class Only { sint32 Number; };
[abstract] class Base { [key] string Id; };
[dynamic, provider("P")] class Provided : Base { sint32 Number; };
class Other { [key] string Id; };
[dynamic, provider("P"), association] class Link {
  [key] Dynamic REF From; [key] Dynamic REF To; };
)";

// A provider of instances, and what its registration declares.
class InstanceProviderTest : public test::ServiceTest {
  protected:
    void declare(const std::string& capabilities) {
        ASSERT_TRUE(compile(std::string(provider_mof) +
                            "instance of __InstanceProviderRegistration { Provider = $P; " +
                            capabilities + " };" + classes_mof)
                        .ok());
    }
    // Whatever is asked is answered with these.
    void answer(std::vector<cim::InstancePtr> instances) {
        script.on_call = [instances = std::move(instances)](const Asked& asked) {
            for (const auto& instance : instances) {
                const cim::ObjectPtr object(instance);
                asked.call.sink->indicate({&object, 1});
            }
            asked.call.sink->complete({});
            return Result<>();
        };
    }
    cim::InstancePtr dynamic(const char* id, int number = 0) const {
        return make("Dynamic", {{"Id", id}, {"Number", number}});
    }
    std::uint64_t refused() const { return service->providers().at(0).refused; }
    static constexpr const char* everything =
        "SupportsGet = TRUE; SupportsPut = TRUE; SupportsDelete = TRUE; SupportsEnumeration = "
        "TRUE;";
};

TEST_F(InstanceProviderTest, whatItDoesNotDeclareIsNeverAskedOfIt) {
    declare("SupportsEnumeration = FALSE;");
    const std::shared_ptr<test::Outcome> outcomes[] = {
        get("Dynamic=\"1\""), enumerate("Dynamic"),
        put(dynamic("1"), repository::PutMode::CreateOrUpdate), run([&](SinkPtr sink) {
            session->delete_instance(cim::ObjectPath::parse("Dynamic=\"1\"").value(),
                                     std::move(sink));
        })};
    for (const auto& outcome : outcomes) {
        PROVES("SYS-098", EXPECT_EQ(outcome->status(), Status::ProviderNotCapable));
    }
    EXPECT_THAT(outcomes[0]->result.error().message, HasSubstr("SupportsGet"));
    PROVES("SYS-098", EXPECT_THAT(script.log, ElementsAre("load P [][]")));
}

TEST_F(InstanceProviderTest, oneThatIsNotRegisteredForInstancesIsNotFound) {
    ASSERT_TRUE(compile(std::string(provider_mof) + classes_mof).ok());
    const auto outcome = enumerate("Dynamic");
    PROVES("PRV-001", EXPECT_EQ(outcome->status(), Status::ProviderNotFound));
    EXPECT_THAT(outcome->result.error().message, HasSubstr("__InstanceProviderRegistration"));
    EXPECT_THAT(script.log, IsEmpty());
}

TEST_F(InstanceProviderTest, anInstanceIsFoundAmongAllWhereItGivesNoSingleOnes) {
    declare("SupportsEnumeration = TRUE;");
    answer({dynamic("1", 10), dynamic("2", 20)});
    EXPECT_EQ(get("Dynamic.Id=\"2\"")->text("Number"), "20");
    EXPECT_EQ(get("Dynamic=\"3\"")->status(), Status::NotFound);
    EXPECT_THAT(script.log, testing::Each(testing::AnyOf("load P [][]", "enumerate Dynamic",
                                                         "enumerate Derived")));
    EXPECT_EQ(get("Dynamic.Nothing=\"2\"")->status(), Status::InvalidObjectPath);
}

TEST_F(InstanceProviderTest, oneThatCannotAfterAllIsAskedForAll) {
    declare(everything);
    script.on_call = [this](const Asked& asked) -> Result<> {
        if (asked.what.starts_with("get")) return fail(Status::ProviderNotCapable, "not me");
        const cim::ObjectPtr object(dynamic("2", 20));
        asked.call.sink->indicate({&object, 1});
        asked.call.sink->complete({});
        return {};
    };
    EXPECT_EQ(get("Dynamic=\"2\"")->text("Number"), "20");
    EXPECT_THAT(script.log, ElementsAre("load P [][]", "get Dynamic=\"2\"", "enumerate Dynamic"));
}

TEST_F(InstanceProviderTest, theProvidersOfClassesBelowAreAskedToo) {
    declare(everything);
    script.on_call = [this](const Asked& asked) -> Result<> {
        if (!asked.what.starts_with("get Provided")) return fail(Status::NotFound, "unknown");
        const cim::ObjectPtr object(make("Provided", {{"Id", "1"}, {"Number", 7}}));
        asked.call.sink->indicate({&object, 1});
        asked.call.sink->complete({});
        return {};
    };
    EXPECT_EQ(get("Base.Id=\"1\"")->text("Number"), "7");
    EXPECT_EQ(get("Dynamic=\"1\"")->status(), Status::NotFound);
    EXPECT_THAT(script.take_log(), ElementsAre("load P [][]", "get Provided.Id=\"1\"",
                                               "get Dynamic=\"1\"", "get Derived=\"1\""));
    get("Dynamic=\"1\"", {.direct_read = true});
    EXPECT_THAT(script.log, ElementsAre("get Dynamic=\"1\""));
}

TEST_F(InstanceProviderTest, aSingletonHasItsPath) {
    declare(everything);
    answer({make("Only", {{"Number", 5}})});
    EXPECT_EQ(get("Only=@")->text("Number"), "5");
    EXPECT_THAT(script.log, ElementsAre("load P [][]", "get Only=@"));
    EXPECT_EQ(get("Only.Id=\"1\"")->status(), Status::InvalidObjectPath);
}

TEST_F(InstanceProviderTest, whatHasNoPlaceIsRefusedAndCounted) {
    declare(everything);
    answer({dynamic("1"), make("Other", {{"Id", "1"}}), make("Dynamic", {{"Number", 1}})});
    EXPECT_EQ(enumerate("Provided")->objects.size(), 0U);
    EXPECT_EQ(refused(), 3U) << "none is a Provided";
    const auto all = enumerate("Dynamic");
    EXPECT_EQ(all->objects.size(), 1U);
    EXPECT_EQ(all->text("Id"), "1");

    answer({dynamic("2")});
    const auto other = get("Dynamic=\"1\"");
    EXPECT_EQ(other->status(), Status::ProviderFailure);
    EXPECT_THAT(other->result.error().message, HasSubstr("answered with something else"));
    answer({});
    EXPECT_EQ(get("Dynamic=\"1\"")->status(), Status::NotFound);
}

TEST_F(InstanceProviderTest, instancesOfAnOlderVersionOfTheClassAreBroughtUpToDate) {
    declare(everything);
    answer({dynamic("1", 5)});
    ASSERT_TRUE(compile("[dynamic, provider(\"P\")] class Other2 { [key] string Id; };").ok());
    const auto old = make("Other2", {{"Id", "x"}});
    ASSERT_TRUE(
        compile("[dynamic, provider(\"P\")] class Other2 { [key] string Id; sint32 New = 3; };")
            .ok());
    answer({old});
    EXPECT_EQ(enumerate("Other2")->text("New"), "3");
}

TEST_F(InstanceProviderTest, referencesAreTheSameHoweverTheyAreSpelled) {
    declare(everything);
    answer({make("Link", {{"From", "\\\\.\\root\\cimv2:Dynamic.Id=\"1\""},
                          {"To", "root\\cimv2:Dynamic=\"2\""}})});
    const auto link = get("Link.From=\"Dynamic=\\\"1\\\"\",To=\"Dynamic.Id=\\\"2\\\"\"");
    EXPECT_EQ(link->status(), Status::Ok) << link->result.error().message;
    EXPECT_EQ(link->objects.size(), 1U);
}

TEST_F(InstanceProviderTest, aSubclassThatIsNotEnumeratedHidesNoOther) {
    ASSERT_TRUE(compile(std::string(provider_mof) + R"(
instance of __InstanceProviderRegistration { Provider = $P; SupportsEnumeration = TRUE; };
instance of __Win32Provider as $Q { Name = "Q"; CLSID = "{11111111-2222-3333-4444-555555555556}"; };
instance of __InstanceProviderRegistration { Provider = $Q; SupportsEnumeration = FALSE; };
[abstract] class Base { [key] string Id; };
[dynamic, provider("Q")] class Hidden : Base { };
[dynamic, provider("P")] class Shown : Base { };
)")
                    .ok());
    answer({make("Shown", {{"Id", "1"}})});
    const auto all = enumerate("Base");
    EXPECT_EQ(all->status(), Status::Ok);
    EXPECT_EQ(all->objects.size(), 1U);
    EXPECT_EQ(enumerate("Hidden")->status(), Status::ProviderNotCapable);
}

TEST_F(InstanceProviderTest, aHighPerformanceOneIsAskedThroughItsOwnInterface) {
    ASSERT_TRUE(compile(R"(
instance of __Win32Provider as $P { Name = "P"; CLSID = "{11111111-2222-3333-4444-555555555555}";
  ClientLoadableCLSID = "{11111111-2222-3333-4444-555555555556}"; };
instance of __InstanceProviderRegistration { Provider = $P; SupportsGet = TRUE; };
[dynamic, provider("P"), HiPerf] class Counter { [key] string Id; uint32 Value; };
)")
                    .ok());
    answer({make("Counter", {{"Id", "a"}, {"Value", 1U}})});
    EXPECT_EQ(enumerate("Counter")->text("Value"), "1");
    script.on_get_objects = [this](const auto& keys) {
        EXPECT_EQ(*keys.at(0)->find("Id"), cim::Value("a"));
        return std::vector{make("Counter", {{"Id", "a"}, {"Value", 2U}})};
    };
    EXPECT_EQ(get("Counter=\"a\"")->text("Value"), "2");
    EXPECT_THAT(script.log,
                ElementsAre("load P [][]", "query instances of Counter", "get 1 objects"));
}

TEST_F(InstanceProviderTest, progressAndExplanationsArrive) {
    declare(everything);
    script.on_call = [](const Asked& asked) -> Result<> {
        asked.call.sink->progress({1, 4});
        cim::InstanceBuilder status(cim::find_system_class("__ExtendedStatus"));
        EXPECT_TRUE(status.set("Description", "the disk is on fire"));
        asked.call.sink->explain(status.build());
        asked.call.sink->complete(fail(Status::Failed, "no"));
        return {};
    };
    for (const auto& outcome : {enumerate("Dynamic"), get("Dynamic=\"1\""),
                                put(dynamic("1"), repository::PutMode::CreateOnly)}) {
        ASSERT_EQ(outcome->steps.size(), 1U);
        EXPECT_EQ(outcome->steps[0].total, 4U);
        ASSERT_TRUE(outcome->explanation);
        EXPECT_EQ(*outcome->explanation->find("Description"), cim::Value("the disk is on fire"));
    }
    EXPECT_EQ(script.log.back(), "put Dynamic 2") << "with the caller's mode";
}

TEST_F(InstanceProviderTest, isInitialisedOnceAUserAndLocaleWhereItAsksForThat) {
    ASSERT_TRUE(compile(R"(
instance of __Win32Provider as $P { Name = "P"; CLSID = "{11111111-2222-3333-4444-555555555555}";
  PerLocaleInitialization = TRUE; PerUserInitialization = TRUE; };
instance of __InstanceProviderRegistration { Provider = $P; };
[dynamic, provider("P")] class Dynamic { [key] string Id; };
)")
                    .ok());
    const auto somebody = security::Identity::of_user(0, 0, {});
    for (const auto& each :
         {open("root\\cimv2", "MS_409"), open("root\\cimv2", "MS_409"),
          open("root\\cimv2", "MS_407"), open("root\\cimv2", "MS_407", somebody)}) {
        run([&](SinkPtr sink) {
            each->enumerate_instances("Dynamic", Depth::Deep, std::move(sink));
        });
    }
    const auto service_user = security::Identity::of_service().name();
    PROVES("SYS-084",
           EXPECT_THAT(
               script.log,
               ElementsAre(fmt::format("load P [{}][MS_409]", service_user), "enumerate Dynamic",
                           "enumerate Dynamic", fmt::format("load P [{}][MS_407]", service_user),
                           "enumerate Dynamic", fmt::format("load P [{}][MS_407]", somebody.name()),
                           "enumerate Dynamic")));
}

}  // namespace
}  // namespace openwmi::core
