#include <gmock/gmock.h>

#include "core/test_provider.h"
#include "support/proves.h"

namespace openwmi::core {
namespace {

using provider::PropertyAddress;
using repository::PutMode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A stored class with properties that a provider keeps.
class DynamicPropertiesTest : public test::ServiceTest {
  protected:
    void declare(const std::string& capabilities) {
        ASSERT_TRUE(compile(R"(
instance of __Win32Provider as $P { Name = "P"; CLSID = "{11111111-2222-3333-4444-555555555555}"; };
instance of __PropertyProviderRegistration { Provider = $P; )" +
                            capabilities + R"( };
class Plain { [key] string Id; string Name; };
[DynProps, Provider("P"), ClassContext("of the class")] class Disk : Plain {
  [PropertyContext("free")] uint32 Free = 5;
  [PropertyContext("label")] string Label;
};
class Other : Plain { [Dynamic, PropertyContext("seat"), Provider("P")] string Seat; };
[InstanceContext("of the instance")] instance of Disk { Id = "a"; Name = "first"; };
)")
                        .ok());
        script.take_log();
    }
    void SetUp() override {
        ServiceTest::SetUp();
        values = {{"free", cim::Value(100U)}, {"label", "home"}, {"seat", "left"}};
        script.on_get =
            [this](const PropertyAddress& address) -> Result<std::optional<cim::Value>> {
            const auto found = values.find(*address.property_context);
            if (found == values.end()) return std::nullopt;
            return std::optional(found->second);
        };
        script.on_put = [this](const PropertyAddress& address, const cim::Value& value) {
            values[*address.property_context] = value;
            return Result<>();
        };
    }
    static constexpr const char* reads = "SupportsGet = TRUE;";
    static constexpr const char* writes = "SupportsGet = TRUE; SupportsPut = TRUE;";

    std::map<std::string, cim::Value> values;  // what the provider has
};

TEST_F(DynamicPropertiesTest, areReadFromTheirProvider) {
    declare(reads);
    const auto read = get("Disk=\"a\"");
    EXPECT_EQ(read->text("Name"), "first");
    PROVES("COM-172", EXPECT_EQ(read->text("Free"), "100"));
    PROVES("COM-172",
           EXPECT_THAT(script.take_log(),
                       ElementsAre("load P [][]", "get property |of the class|of the instance|free",
                                   "get property |of the class|of the instance|label")));
    EXPECT_EQ(enumerate("Plain")->text("Label"), "home");
    const auto found = run([&](SinkPtr sink) {
        session->exec_query("WQL", "SELECT * FROM Disk WHERE Free = 100", {}, std::move(sink));
    });
    EXPECT_EQ(found->objects.size(), 1U);
}

TEST_F(DynamicPropertiesTest, aPropertyOnItsOwnNamesItsProvider) {
    declare(writes);
    ASSERT_EQ(put(make("Other", {{"Id", "x"}}), PutMode::CreateOnly)->status(), Status::Ok);
    script.take_log();
    session = open("root\\cimv2", "MS_409");
    EXPECT_EQ(get("Other=\"x\"")->text("Seat"), "left");
    EXPECT_THAT(script.log, ElementsAre("load P [][]", "get property MS_409|-|-|seat"));
}

TEST_F(DynamicPropertiesTest, onlyThoseThatAreWantedAreRead) {
    declare(reads);
    const auto options =
        with_context({{"__GET_EXTENSIONS", true},
                      {"__GET_EXT_CLIENT_REQUEST", true},
                      {"__GET_EXT_PROPERTIES", cim::Value(cim::Strings{"Label"})}});
    for (const auto& read : {get("Disk=\"a\"", options), enumerate("Disk", options)}) {
        EXPECT_EQ(read->text("Label"), "home");
        EXPECT_EQ(read->text("Free"), "");
    }
    EXPECT_THAT(script.log, testing::Not(testing::Contains(HasSubstr("free"))));
}

TEST_F(DynamicPropertiesTest, whatTheProviderDoesNotHaveStaysAsItIsStored) {
    declare(reads);
    values.erase("free");
    EXPECT_EQ(get("Disk=\"a\"")->text("Free"), "5");
    script.on_get = [](const PropertyAddress&) -> Result<std::optional<cim::Value>> {
        return fail(Status::Failed, "the bus is down");
    };
    for (const auto& failed : {get("Disk=\"a\""), enumerate("Disk")}) {
        EXPECT_EQ(failed->status(), Status::Failed);
        EXPECT_THAT(failed->result.error().message, HasSubstr("the bus is down"));
    }
    script.on_get = [](const PropertyAddress&) { return std::optional(cim::Value("no number")); };
    EXPECT_EQ(get("Disk=\"a\"")->status(), Status::TypeMismatch);
}

TEST_F(DynamicPropertiesTest, areWrittenToTheirProviderAndNotStored) {
    declare(writes);
    const auto written =
        put(make("Disk", {{"Id", "b"}, {"Name", "second"}, {"Free", 7U}}), PutMode::CreateOnly);
    ASSERT_EQ(written->status(), Status::Ok) << written->result.error().message;
    EXPECT_EQ(*written->result, "Disk.Id=\"b\"");
    PROVES("COM-172",
           EXPECT_THAT(script.take_log(),
                       ElementsAre("load P [][]", "put property |of the class|-|free = 7")));
    PROVES("COM-172", EXPECT_EQ(values.at("free"), cim::Value(7U)));
    values.erase("free");
    EXPECT_EQ(get("Disk=\"b\"")->text("Free"), "5") << "the class's default, not 7";
}

TEST_F(DynamicPropertiesTest, aPutThatCannotBeGivesNothingToProviders) {
    declare(writes);
    const struct {
        const char* id;
        PutMode mode;
        Status status;
    } rows[] = {{"a", PutMode::CreateOnly, Status::AlreadyExists},
                {"z", PutMode::UpdateOnly, Status::NotFound}};
    for (const auto& row : rows) {
        EXPECT_EQ(put(make("Disk", {{"Id", row.id}, {"Free", 7U}}), row.mode)->status(),
                  row.status);
    }
    EXPECT_EQ(put(make("Disk", {{"Free", 7U}}), PutMode::UpdateOnly)->status(),
              Status::IllegalNull);
    EXPECT_THAT(script.log, IsEmpty());

    script.on_put = [](const PropertyAddress&, const cim::Value&) {
        return Result<>(fail(Status::AccessDenied, "read only"));
    };
    const auto refused = put(make("Disk", {{"Id", "c"}, {"Free", 7U}}), PutMode::CreateOrUpdate);
    EXPECT_EQ(refused->status(), Status::AccessDenied);
    EXPECT_EQ(get("Disk=\"c\"")->status(), Status::NotFound);
}

TEST_F(DynamicPropertiesTest, aPartOfAnInstanceIsWritten) {
    declare(writes);
    const auto options =
        with_context({{"__PUT_EXTENSIONS", true},
                      {"__PUT_EXT_CLIENT_REQUEST", true},
                      {"__PUT_EXT_PROPERTIES", cim::Value(cim::Strings{"Label"})}});
    ASSERT_EQ(put(make("Disk", {{"Id", "a"}, {"Free", 7U}, {"Label", "new"}, {"Name", "lost"}}),
                  PutMode::UpdateOnly, options)
                  ->status(),
              Status::Ok);
    EXPECT_EQ(values.at("label"), cim::Value("new"));
    EXPECT_EQ(values.at("free"), cim::Value(100U));
    EXPECT_EQ(get("Disk=\"a\"")->text("Name"), "first");
}

TEST_F(DynamicPropertiesTest, whatTheProviderDoesNotDeclareIsNeverAskedOfIt) {
    declare("");
    EXPECT_EQ(get("Disk=\"a\"")->text("Free"), "5");
    EXPECT_EQ(put(make("Disk", {{"Id", "a"}, {"Free", 7U}}), PutMode::UpdateOnly)->status(),
              Status::ProviderNotCapable);
    PROVES("SYS-098", EXPECT_THAT(script.log, IsEmpty()));
}

TEST_F(DynamicPropertiesTest, whatIsReadMayBePutBack) {
    declare(reads);
    const auto read = get("Disk=\"a\"");
    const auto* instance = read->objects.at(0)->as_instance();
    cim::InstanceBuilder changed(*instance);
    ASSERT_TRUE(changed.set("Name", "renamed"));
    EXPECT_EQ(put(changed.build(), PutMode::UpdateOnly)->status(), Status::Ok);
    EXPECT_EQ(get("Disk=\"a\"")->text("Name"), "renamed");
    ASSERT_TRUE(changed.set("Free", 3U));
    EXPECT_EQ(put(changed.build(), PutMode::UpdateOnly)->status(), Status::ProviderNotCapable);
}

TEST_F(DynamicPropertiesTest, aProviderThatIsNotRegisteredForPropertiesIsNotFound) {
    ASSERT_TRUE(compile(R"(
instance of __Win32Provider { Name = "P"; CLSID = "{11111111-2222-3333-4444-555555555555}"; };
[DynProps, Provider("P")] class Disk { [key] string Id; [PropertyContext("free")] uint32 Free; };
[DynProps] class Lost { [key] string Id; [PropertyContext("free")] uint32 Free; };
)")
                    .ok());
    for (const char* cls : {"Disk", "Lost"}) {
        ASSERT_EQ(put(make(cls, {{"Id", "a"}}), PutMode::CreateOnly)->status(), Status::Ok);
        const auto read = enumerate(cls);
        EXPECT_EQ(read->status(), Status::ProviderNotFound) << read->result.error().message;
    }
}

}  // namespace
}  // namespace openwmi::core
