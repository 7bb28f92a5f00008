#include "core/methods.h"

#include <gmock/gmock.h>

#include "cim/method_signature.h"
#include "cim/test_classes.h"
#include "core/test_providers.h"
#include "support/proves.h"

namespace openwmi::core {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* classes = R"(
instance of __Win32Provider as $B { Name = "BaseProvider"; CLSID = "{11111111-2222-3333-4444-555555555555}"; };
instance of __Win32Provider as $D { Name = "DerivedProvider"; CLSID = "{11111111-2222-3333-4444-666666666666}"; };
instance of __Win32Provider { Name = "Unregistered"; CLSID = "{11111111-2222-3333-4444-777777777777}"; };
instance of __MethodProviderRegistration { Provider = $B; };
instance of __MethodProviderRegistration { Provider = $D; };
instance of __InstanceProviderRegistration { Provider = $B; SupportsGet = TRUE; SupportsPut = TRUE; };
[provider("BaseProvider")] class Engine {
  [key] string Id;
  [implemented] uint32 Start([in] uint32 Speed, [in, optional] string Gear, [out] string Message,
                             [in, out] sint32 Level);
  [implemented] void Stop();
  [implemented, Bypass_GetObject] uint32 Kick();
  [implemented, static] uint32 Create([in] string Id = "new");
  uint32 Declared();
  [implemented, disabled] uint32 Forbidden();
  [implemented] void Move([in] Engine To, [in] uint8 Path[]);
};
[provider("DerivedProvider")] class Turbo : Engine {
  [implemented] uint32 Start([in] uint32 Speed, [in, optional] string Gear, [out] string Message,
                             [in, out] sint32 Level);
  [description("the same")] void Stop();
};
[provider("Unregistered")] class Lonely { [key] string Id; [implemented, static] uint32 Go(); };
class Orphan { [key] string Id; [implemented, static] uint32 Go(); };
[dynamic, provider("BaseProvider")] class Live { [key] string Id; [implemented] uint32 Poke(); };
instance of Engine { Id = "e"; };
instance of Turbo { Id = "t"; };
)";

class MethodsTest : public test::ProvidersTest {
  protected:
    void SetUp() override {
        ProvidersTest::SetUp();
        must_compile(classes);
        for (const char* name : {"BaseProvider", "DerivedProvider"}) {
            providers.behaviours[name].call = [this](const auto&, const auto& method,
                                                     const auto& in) -> test::Objects {
                received = in;
                return answer(method);
            };
        }
    }

    // ReturnValue 7 and, for Start, a message.
    test::Objects answer(const cim::Name& method) const {
        const auto signature = signature_of("Engine", method);
        if (!signature.out) return std::vector<cim::ObjectPtr>();
        cim::InstanceBuilder out(signature.out);
        WMI_TRY(out.set("ReturnValue", 7u));
        if (signature.out->find_property("Message")) WMI_TRY(out.set("Message", "it runs"));
        return std::vector<cim::ObjectPtr>{out.build()};
    }
    cim::MethodSignature signature_of(const char* cls, const cim::Name& method) const {
        const auto found = session->schema()->find_class(cls);
        const auto* declared = found->find_method(method);
        return declared ? *cim::signature_of(*declared) : cim::MethodSignature();
    }
    // In-parameters as a client makes them.
    cim::InstancePtr in(const char* method,
                        const std::vector<std::pair<const char*, cim::Value>>& values,
                        const char* cls = "Engine") const {
        cim::InstanceBuilder builder(signature_of(cls, method).in);
        for (const auto& [name, value] : values) EXPECT_TRUE(builder.set(name, value)) << name;
        return builder.build();
    }
    // Parameters of a class of the caller's own making.
    static cim::InstancePtr own(std::vector<cim::Property> properties) {
        return cim::InstanceBuilder(
                   cim::test::derive(cim::test::declared("__PARAMETERS", "", std::move(properties)),
                                     nullptr))
            .build();
    }

    Result<Collected> call(const char* path, const char* method, const cim::InstancePtr& in = {}) {
        providers.log.clear();
        return run([&](SinkPtr sink) {
            session->exec_method(*cim::ObjectPath::parse(path), method, in, std::move(sink));
        });
    }
    Status refusal(const char* path, const char* method, const cim::InstancePtr& in = {}) {
        const auto outcome = call(path, method, in);
        if (outcome) return Status::Ok;
        message = outcome.error().message;
        return outcome.error().status;
    }
    static cim::Value value(const Collected& outcome, const char* name) {
        return outcome.objects.at(0)->as_instance()->find(name).value_or(cim::Value("missing"));
    }

    cim::InstancePtr received;
    std::string message;
};

TEST_F(MethodsTest, parametersGoInAndComeOut) {
    const auto outcome =
        call("Engine.Id=\"e\"", "start", in("Start", {{"Speed", 90u}, {"Level", -3}}));
    ASSERT_TRUE(outcome) << to_text(outcome.error());
    ASSERT_TRUE(received);
    EXPECT_EQ(received->class_of().name(), cim::Name("__PARAMETERS"));
    EXPECT_EQ(*received->find("Speed"), cim::Value(90u));
    EXPECT_EQ(*received->find("Level"), cim::Value(-3));
    EXPECT_TRUE(received->find("Gear")->is_null());
    ASSERT_EQ(outcome->objects.size(), 1U);
    PROVES("COM-061", EXPECT_EQ(value(*outcome, "ReturnValue"), cim::Value(7u)));
    EXPECT_EQ(value(*outcome, "Message"), cim::Value("it runs"));
    EXPECT_THAT(providers.log,
                ElementsAre("load BaseProvider", "BaseProvider: call Engine.Id=\"e\" Start"));
}

TEST_F(MethodsTest, aMethodWithoutParametersGivesNone) {
    const auto outcome = call("Engine.Id=\"e\"", "Stop");
    ASSERT_TRUE(outcome);
    EXPECT_THAT(outcome->objects, IsEmpty());
    EXPECT_FALSE(received);
}

TEST_F(MethodsTest, aStaticMethodIsCalledOnTheClass) {
    ASSERT_TRUE(call("Engine", "Create"));
    EXPECT_EQ(*received->find("Id"), cim::Value("new")) << "the declared default";
    EXPECT_THAT(providers.log, testing::Contains("BaseProvider: call Engine Create"));
    EXPECT_EQ(refusal("Engine.Id=\"e\"", "Create"), Status::InvalidMethod);
    EXPECT_THAT(message, HasSubstr("static"));
    EXPECT_EQ(refusal("Engine", "Stop"), Status::InvalidMethod);
    EXPECT_THAT(providers.log, IsEmpty());
}

TEST_F(MethodsTest, refusesWhatCannotBeCalled) {
    PROVES("COM-062", EXPECT_EQ(refusal("Engine.Id=\"e\"", "Fly"), Status::InvalidMethod));
    EXPECT_THAT(message, HasSubstr("it has Start, Stop"));
    PROVES("COM-062",
           EXPECT_EQ(refusal("Engine.Id=\"e\"", "Declared"), Status::MethodNotImplemented));
    PROVES("COM-062", EXPECT_EQ(refusal("Engine.Id=\"e\"", "Forbidden"), Status::MethodDisabled));
    EXPECT_EQ(refusal("Turbo.Id=\"t\"", "Forbidden"), Status::MethodDisabled);
    EXPECT_EQ(refusal("Engine.Id=\"x\"", "Stop"), Status::NotFound);
    EXPECT_EQ(refusal("Missing.Id=\"x\"", "Stop"), Status::InvalidClass);
    EXPECT_EQ(refusal("\\\\.\\root:Engine.Id=\"e\"", "Stop"), Status::InvalidObjectPath);
    EXPECT_THAT(providers.log, IsEmpty()) << "nobody was asked";
}

TEST_F(MethodsTest, refusesParametersThatDoNotFit) {
    using cim::CimType;
    using cim::test::property;
    const auto start = [&](const cim::InstancePtr& in) {
        return refusal("Engine.Id=\"e\"", "Start", in);
    };
    PROVES("COM-062", EXPECT_EQ(start({}), Status::InvalidMethodParameters));
    EXPECT_THAT(message, HasSubstr("the parameter Speed (uint32) is missing"));
    EXPECT_EQ(start(own({property("Speed", CimType::Uint32)})), Status::InvalidMethodParameters);
    EXPECT_THAT(message, HasSubstr("Level"));
    const auto level = property("Level", CimType::Sint32);
    EXPECT_EQ(start(own({property("Speed", CimType::Sint32), level})),
              Status::InvalidMethodParameters);
    EXPECT_THAT(message, HasSubstr("Speed is sint32; expected uint32"));
    EXPECT_EQ(start(own({property("Speed", CimType::Uint32), level,
                         property("Colour", CimType::String)})),
              Status::InvalidMethodParameters);
    EXPECT_THAT(message, HasSubstr("no parameter Colour; there are Speed, Gear, Level"));
    auto misplaced = property("Speed", CimType::Uint32);
    misplaced.qualifiers.put({"ID", {CimType::Sint32}, cim::Value(2), {}, false});
    EXPECT_EQ(start(own({misplaced, level})), Status::InvalidMethodParameters);
    EXPECT_THAT(message, HasSubstr("the ID of parameter Speed is 2; expected 0"));
    EXPECT_EQ(refusal("Engine.Id=\"e\"", "Stop", own({level})), Status::InvalidMethodParameters);
    EXPECT_TRUE(call("Engine.Id=\"e\"", "Stop", own({})));
    EXPECT_EQ(start(cim::InstanceBuilder(session->schema()->find_class("Orphan")).build()),
              Status::InvalidMethodParameters);
    EXPECT_THAT(message, HasSubstr("expected __PARAMETERS"));
    EXPECT_TRUE(call("Engine.Id=\"e\"", "Start", own({property("Speed", CimType::Uint32), level})));
}

TEST_F(MethodsTest, anObjectMustBeOfTheClassDeclared) {
    auto to = cim::test::property("To", cim::CimType::Object);
    to.default_value =
        cim::Value(cim::InstanceBuilder(session->schema()->find_class("Orphan")).build());
    EXPECT_EQ(refusal("Engine.Id=\"e\"", "Move",
                      own({to, cim::test::array("Path", cim::CimType::Uint8)})),
              Status::InvalidMethodParameters);
    EXPECT_THAT(message, HasSubstr("the parameter To"));
}

TEST_F(MethodsTest, theMostDerivedClassDecides) {
    const auto parameters = in("Start", {{"Speed", 1u}});
    ASSERT_TRUE(call("Engine.Id=\"t\"", "Start", parameters));
    PROVES("COM-063",
           EXPECT_THAT(providers.log, ElementsAre("load DerivedProvider",
                                                  "DerivedProvider: call Turbo.Id=\"t\" Start")));
    ASSERT_TRUE(call("Turbo.Id=\"t\"", "Stop"));
    EXPECT_THAT(providers.log,
                ElementsAre("load BaseProvider", "BaseProvider: call Engine.Id=\"t\" Stop"))
        << "redeclared without [Implemented], it stays the superclass's";
    ASSERT_TRUE(call("Turbo", "Create"));
    EXPECT_THAT(providers.log, ElementsAre("BaseProvider: call Engine Create"));
}

TEST_F(MethodsTest, bypassGoesStraightToTheProvider) {
    ASSERT_TRUE(call("Engine.Id=\"nobody\"", "Kick"));
    PROVES("COM-063",
           EXPECT_THAT(providers.log, ElementsAre("load BaseProvider",
                                                  "BaseProvider: call Engine.Id=\"nobody\" Kick")));
}

TEST_F(MethodsTest, aDynamicInstanceIsLookedUpWithItsProvider) {
    const auto live = session->schema()->find_class("Live");
    providers.behaviours["BaseProvider"].get = [&](const cim::ObjectPath& path) -> test::Objects {
        if (path.keys.at(0).value != cim::Value("a")) return fail(Status::NotFound, "no such one");
        cim::InstanceBuilder builder(live);
        WMI_TRY(builder.set("Id", "a"));
        return std::vector<cim::ObjectPtr>{builder.build()};
    };
    ASSERT_TRUE(call("Live.Id=\"a\"", "Poke"));
    EXPECT_THAT(providers.log, ElementsAre("load BaseProvider", "BaseProvider: get Live.Id=\"a\"",
                                           "BaseProvider: call Live.Id=\"a\" Poke"))
        << "one provider serves instances and methods";
    EXPECT_EQ(refusal("Live.Id=\"b\"", "Poke"), Status::NotFound);
}

TEST_F(MethodsTest, theProviderMustBeRegisteredForMethods) {
    EXPECT_EQ(refusal("Lonely", "Go"), Status::ProviderNotFound);
    EXPECT_THAT(message, HasSubstr("Unregistered"));
    EXPECT_EQ(refusal("Orphan", "Go"), Status::ProviderNotFound);
    EXPECT_THAT(message, HasSubstr("no Provider qualifier"));
}

TEST_F(MethodsTest, theProvidersFailureIsTheCallers) {
    auto& call_behaviour = providers.behaviours["BaseProvider"].call;
    call_behaviour = [](const auto&, const auto&, const auto&) -> test::Objects {
        return fail(Status::AccessDenied, "not you");
    };
    EXPECT_EQ(refusal("Engine.Id=\"e\"", "Stop"), Status::AccessDenied);
    call_behaviour = [&](const auto&, const auto&, const auto&) -> test::Objects {
        return std::vector<cim::ObjectPtr>{
            own({cim::test::property("Surprise", cim::CimType::String)})};
    };
    EXPECT_EQ(refusal("Engine.Id=\"e\"", "Kick"), Status::ProviderFailure);
    EXPECT_THAT(message, HasSubstr("no parameter Surprise; there are ReturnValue"));
    call_behaviour = nullptr;
    EXPECT_EQ(refusal("Engine.Id=\"e\"", "Stop"), Status::ProviderNotCapable);
    providers.behaviours["DerivedProvider"].load = [] {
        return Result<>(fail(Status::ProviderLoadFailure, "no such library"));
    };
    EXPECT_EQ(refusal("Turbo.Id=\"t\"", "Start", in("Start", {})), Status::ProviderLoadFailure);
}

}  // namespace
}  // namespace openwmi::core
