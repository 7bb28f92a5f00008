#include "http/method_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/simulated_executor.h"
#include "cim/method_signature.h"
#include "core/service.h"
#include "core/session_target.h"
#include "mof/compiler.h"
#include "mof/parser.h"

namespace openwmi::http {
namespace {

using nlohmann::json;
using testing::HasSubstr;

// Adds up what it is given.
class Adder final : public provider::ProviderLoader {
  public:
    Result<std::shared_ptr<provider::Provider>> load(const provider::ProviderRegistration&,
                                                     const provider::ProviderScope&) override {
        return std::make_shared<Provider>(*this);
    }
    cim::ClassPtr cls;

  private:
    class Provider final : public provider::Provider {
      public:
        explicit Provider(const Adder& owner) : owner_(owner) {}
        Result<> exec_method(const cim::ObjectPath&, const cim::Name& method,
                             const cim::InstancePtr& in, provider::Call call) override {
            if (method == cim::Name("Reset")) {
                call.sink->complete({});
                return {};
            }
            std::uint64_t sum = 0;
            const auto values = in->find("Values").value_or(cim::Value());
            if (const auto* all = values.get_if<cim::Unsigneds>()) {
                for (const auto each : *all) sum += each;
            }
            cim::InstanceBuilder out(cim::signature_of(*owner_.cls->find_method(method))->out);
            WMI_TRY(out.set("ReturnValue", 0U));
            WMI_TRY(out.set("Sum", sum));
            const cim::ObjectPtr object = out.build();
            call.sink->indicate({&object, 1});
            call.sink->complete({});
            return {};
        }

      private:
        const Adder& owner_;
    };
};

constexpr const char* classes = R"(
instance of __Win32Provider as $P { Name = "P"; CLSID = "{11111111-2222-3333-4444-555555555555}"; };
instance of __MethodProviderRegistration { Provider = $P; };
[provider("P")] class Calculator {
  [key] string Id;
  [implemented, static] uint32 Add([in] uint32 Values[], [in, optional] string Remark, [out] uint64 Sum);
  [implemented, static] void Reset();
};
)";

class MethodRequestTest : public testing::Test {
  protected:
    void SetUp() override {
        service = std::move(
            *core::Service::start({.executor = &executor, .calls = &executor, .loader = &adder}));
        session = *service->open_session(security::Identity::of_service(),
                                         cim::NamespacePath::literal("root\\default"));
        core::SessionTarget target(session, executor);
        ASSERT_TRUE(mof::compile(mof::parse(classes, "test.mof"), target).ok());
        adder.cls = session->schema()->find_class("Calculator");
    }
    Result<std::string> call(const json& request) {
        return call_method(request, *session, executor);
    }
    Status refusal(const json& request) {
        const auto outcome = call(request);
        message = outcome ? "" : outcome.error().message;
        return outcome ? Status::Ok : outcome.error().status;
    }

    base::SimulatedExecutor executor{1};
    Adder adder;
    std::unique_ptr<core::Service> service;
    std::shared_ptr<core::Session> session;
    std::string message;
};

TEST_F(MethodRequestTest, GivesTheOutParameters) {
    const auto answer =
        call({{"path", "Calculator"}, {"method", "add"}, {"in", {{"values", {1, 2, 39}}}}});
    ASSERT_TRUE(answer) << to_text(answer.error());
    const auto read = json::parse(*answer);
    EXPECT_EQ(read["out"]["Sum"], 42);
    EXPECT_EQ(read["out"]["ReturnValue"], 0);
    EXPECT_EQ(read["out"]["__CLASS"], "__PARAMETERS");
    const auto none = call({{"path", "Calculator"}, {"method", "Reset"}});
    ASSERT_TRUE(none) << to_text(none.error());
    EXPECT_EQ(json::parse(*none)["out"], nullptr);
}

TEST_F(MethodRequestTest, CallsTheServicesOwn) {
    const auto answer = call({{"path", "__SystemSecurity=@"}, {"method", "GetCallerAccessRights"}});
    ASSERT_TRUE(answer) << to_text(answer.error());
    EXPECT_EQ(json::parse(*answer)["out"]["rights"], 0x6003F);
}

TEST_F(MethodRequestTest, RefusesWhatDoesNotFit) {
    EXPECT_EQ(refusal({{"method", "Add"}}), Status::InvalidParameter);
    EXPECT_EQ(refusal({{"path", "Calculator"}}), Status::InvalidParameter);
    EXPECT_EQ(refusal({{"path", "Missing"}, {"method", "Add"}}), Status::InvalidClass);
    EXPECT_EQ(refusal({{"path", "Calculator"}, {"method", "Divide"}}), Status::InvalidMethod);
    const auto add = [&](json in) {
        return refusal({{"path", "Calculator"}, {"method", "Add"}, {"in", std::move(in)}});
    };
    EXPECT_EQ(add({{"Values", "many"}}), Status::InvalidMethodParameters);
    EXPECT_THAT(message, HasSubstr("/Values"));
    EXPECT_EQ(add({{"Other", 1}}), Status::InvalidMethodParameters);
    EXPECT_EQ(add(json::array({1})), Status::InvalidMethodParameters);
    EXPECT_EQ(refusal({{"path", "Calculator"}, {"method", "Add"}}),
              Status::InvalidMethodParameters);
    EXPECT_THAT(message, HasSubstr("Values (uint32[]) is missing"));
    EXPECT_EQ(refusal({{"path", "Calculator"}, {"method", "Reset"}, {"in", {{"Hard", true}}}}),
              Status::InvalidMethodParameters);
}

}  // namespace
}  // namespace openwmi::http
