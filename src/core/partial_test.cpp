#include "core/partial.h"

#include <gmock/gmock.h>

#include "core/test_provider.h"
#include "support/proves.h"

namespace openwmi::core {
namespace {

using repository::PutMode;
using test::Asked;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A stored class and one of a provider, both alike.
class PartialTest : public test::ServiceTest {
  protected:
    void SetUp() override {
        ServiceTest::SetUp();
        ASSERT_TRUE(compile(R"(
instance of __Win32Provider as $P { Name = "P"; CLSID = "{11111111-2222-3333-4444-555555555555}"; };
instance of __InstanceProviderRegistration { Provider = $P; SupportsGet = TRUE; SupportsPut = TRUE;
  SupportsEnumeration = TRUE; };
[dynamic, provider("P")] class Dynamic { [key] string Id; sint32 A; sint32 B; };
class Stored { [key] string Id; sint32 A = 7; sint32 B; [not_null] sint32 C = 1; };
instance of Stored { Id = "x"; A = 1; B = 2; };
)")
                        .ok());
        script.on_call = [this](const Asked& asked) -> Result<> {
            seen = asked.call.context;
            if (asked.what.starts_with("put")) {
                asked.call.sink->complete({});
                return {};
            }
            const cim::ObjectPtr object(
                make("Dynamic", {{"Id", "x"}, {"A", cim::Value(1)}, {"B", cim::Value(2)}}));
            asked.call.sink->indicate({&object, 1});
            asked.call.sink->complete({});
            return {};
        };
    }
    std::vector<std::string> seen_names() const {
        std::vector<std::string> names;
        if (seen) {
            for (const auto& entry : seen->entries()) names.push_back(entry.name.text());
        }
        return names;
    }
    static CallOptions reading(cim::Strings properties) {
        return with_context({{"__GET_EXTENSIONS", true},
                             {"__GET_EXT_CLIENT_REQUEST", true},
                             {"__GET_EXT_PROPERTIES", cim::Value(std::move(properties))}});
    }
    static CallOptions writing(cim::Strings properties, bool strict_nulls = false) {
        return with_context({{"__PUT_EXTENSIONS", true},
                             {"__PUT_EXT_CLIENT_REQUEST", true},
                             {"__PUT_EXT_STRICT_NULLS", strict_nulls},
                             {"__PUT_EXT_ATOMIC", true},
                             {"__PUT_EXT_PROPERTIES", cim::Value(std::move(properties))}});
    }
    std::shared_ptr<test::Outcome> update(const Values& values, CallOptions options) {
        return put(make("Stored", values), PutMode::UpdateOnly, std::move(options));
    }

    cim::CallContextPtr seen;  // by the provider
};

TEST_F(PartialTest, aPartOfAStoredInstanceIsRead) {
    for (const auto& read :
         {get("Stored=\"x\"", reading({"B"})), enumerate("Stored", reading({"B"}))}) {
        EXPECT_EQ(read->text("Id"), "x") << "keys always are";
        EXPECT_EQ(read->text("A"), "");
        PROVES("COM-056", EXPECT_EQ(read->text("B"), "2"));
    }
    auto keys = reading({"B"});
    auto entries = keys.context->entries();
    entries.push_back({"__GET_EXT_KEYS_ONLY", {cim::CimType::Boolean, false}, true});
    keys.context = std::make_shared<const cim::CallContext>(std::move(entries));
    const auto read = get("Stored=\"x\"", keys);
    EXPECT_EQ(read->text("Id"), "x");
    PROVES("COM-056", EXPECT_EQ(read->text("B"), "") << "keys only wins");
}

TEST_F(PartialTest, contextsThatMakeNoSenseAreRefused) {
    const struct {
        CallOptions options;
        Status status;
        const char* text;
    } rows[] = {
        {reading({"*"}), Status::InvalidProperty, "*"},
        {reading({"Nothing"}), Status::InvalidProperty, "Nothing"},
        {with_context({{"__GET_EXTENSIONS", 1}, {"__GET_EXT_CLIENT_REQUEST", true}}),
         Status::InvalidContext, "__GET_EXTENSIONS"},
        {with_context({{"__GET_EXTENSIONS", true},
                       {"__GET_EXT_CLIENT_REQUEST", true},
                       {"__GET_EXT_PROPERTIES", "A"}}),
         Status::InvalidContext, "__GET_EXT_PROPERTIES"},
        {with_context({{"__GET_EXT_KEYS_ONLY", true}}), Status::InvalidContext,
         "__GET_EXT_KEYS_ONLY"},
    };
    for (const auto& row : rows) {
        for (const char* cls : {"Stored", "Dynamic"}) {
            for (const auto& outcome : {get(fmt::format("{}=\"x\"", cls).c_str(), row.options),
                                        enumerate(cls, row.options)}) {
                PROVES("COM-056", EXPECT_EQ(outcome->status(), row.status) << row.text);
                EXPECT_THAT(outcome->result.error().message, HasSubstr(row.text));
            }
        }
    }
    EXPECT_THAT(script.log, IsEmpty());
}

TEST_F(PartialTest, providersAreToldWhatTheClientAsksFor) {
    get("Dynamic=\"x\"", reading({"B"}));
    PROVES("COM-057",
           EXPECT_THAT(seen_names(), ElementsAre("__GET_EXTENSIONS", "__GET_EXT_PROPERTIES")));
    const auto all = enumerate("Dynamic", reading({"B"}));
    PROVES("COM-057",
           EXPECT_THAT(seen_names(), ElementsAre("__GET_EXTENSIONS", "__GET_EXT_PROPERTIES")));
    EXPECT_EQ(all->text("A"), "1") << "what a provider gives is given";
}

TEST_F(PartialTest, leftOversOfAnotherCallReachNobody) {
    // What a provider sends along that was asked for a part and needs something else.
    auto options = with_context({{"__GET_EXTENSIONS", true},
                                 {"__GET_EXT_PROPERTIES", cim::Value(cim::Strings{"B"})},
                                 {"Mine", "kept"}});
    EXPECT_EQ(get("Stored=\"x\"", options)->text("A"), "1") << "all of it";
    get("Dynamic=\"x\"", options);
    PROVES("COM-057", EXPECT_THAT(seen_names(), ElementsAre("Mine")));
    // And what belongs to a put does not reach a get.
    get("Dynamic=\"x\"", writing({"B"}));
    EXPECT_THAT(seen_names(), IsEmpty());
    run([&](SinkPtr sink) {
        session->with(reading({"B"}))
            ->exec_query("WQL", "SELECT * FROM Dynamic", {}, std::move(sink));
    });
    EXPECT_THAT(seen_names(), IsEmpty()) << "queries select by themselves";

    options = with_context({{"__PUT_EXTENSIONS", true},
                            {"__PUT_EXT_PROPERTIES", cim::Value(cim::Strings{"B"})},
                            {"Mine", "kept"}});
    const auto whole = make("Dynamic", {{"Id", "x"}, {"A", 1}});
    EXPECT_EQ(put(whole, PutMode::CreateOrUpdate, options)->status(), Status::Ok);
    PROVES("COM-057", EXPECT_THAT(seen_names(), ElementsAre("Mine")));
}

TEST_F(PartialTest, aPartOfAStoredInstanceIsWritten) {
    const auto put = update({{"Id", "x"}, {"A", 10}, {"B", 20}}, writing({"B"}));
    ASSERT_EQ(put->status(), Status::Ok) << put->result.error().message;
    const auto read = get("Stored=\"x\"");
    EXPECT_EQ(read->text("A"), "1");
    PROVES("COM-055", EXPECT_EQ(read->text("B"), "20"));

    // Without a list: what is set.
    ASSERT_EQ(update({{"Id", "x"}, {"B", 30}}, writing({}))->status(), Status::Ok);
    EXPECT_EQ(get("Stored=\"x\"")->text("A"), "1");
    EXPECT_EQ(get("Stored=\"x\"")->text("B"), "30");
}

TEST_F(PartialTest, aNullIsWrittenWhereItIsMeant) {
    ASSERT_EQ(update({{"Id", "x"}, {"B", {}}}, writing({"B"}))->status(), Status::Ok);
    EXPECT_EQ(get("Stored=\"x\"")->text("B"), "2");
    ASSERT_EQ(update({{"Id", "x"}, {"B", {}}}, writing({"B"}, true))->status(), Status::Ok);
    PROVES("COM-055", EXPECT_EQ(get("Stored=\"x\"")->text("B"), ""));
    EXPECT_EQ(update({{"Id", "x"}, {"C", {}}}, writing({"C"}, true))->status(),
              Status::IllegalNull);
}

TEST_F(PartialTest, onlyWhatIsThereIsUpdated) {
    for (const auto mode : {PutMode::CreateOrUpdate, PutMode::CreateOnly}) {
        for (const char* cls : {"Stored", "Dynamic"}) {
            const auto outcome = put(make(cls, {{"Id", "x"}, {"B", 9}}), mode, writing({"B"}));
            PROVES("COM-055", EXPECT_EQ(outcome->status(), Status::InvalidContext));
            EXPECT_THAT(outcome->result.error().message, HasSubstr("WBEM_FLAG_UPDATE_ONLY"));
        }
    }
    EXPECT_EQ(get("Stored=\"x\"")->text("B"), "2");
    EXPECT_EQ(update({{"Id", "y"}, {"B", 1}}, writing({"B"}))->status(), Status::NotFound);
    EXPECT_EQ(update({{"Id", "x"}}, writing({"Nothing"}))->status(), Status::InvalidProperty);
}

TEST_F(PartialTest, aProviderWritesAPartOrSaysThatItCannot) {
    const auto one = make("Dynamic", {{"Id", "x"}, {"B", 9}});
    EXPECT_EQ(put(one, PutMode::UpdateOnly, writing({"B"}))->status(), Status::Ok);
    EXPECT_THAT(seen_names(), ElementsAre("__PUT_EXTENSIONS", "__PUT_EXT_STRICT_NULLS",
                                          "__PUT_EXT_ATOMIC", "__PUT_EXT_PROPERTIES"));
    EXPECT_EQ(script.log.back(), "put Dynamic 1") << "update only";
    script.on_call = [](const Asked& asked) -> Result<> {
        asked.call.sink->complete(fail(Status::UnsupportedParameter, "all or nothing"));
        return {};
    };
    const auto refused = put(one, PutMode::UpdateOnly, writing({"B"}));
    PROVES("COM-055", EXPECT_EQ(refused->status(), Status::ProviderNotCapable));
    EXPECT_THAT(refused->result.error().message, HasSubstr("all or nothing"));
    EXPECT_EQ(put(one, PutMode::UpdateOnly)->status(), Status::UnsupportedParameter)
        << "of a whole instance it is what the provider says";
}

}  // namespace
}  // namespace openwmi::core
