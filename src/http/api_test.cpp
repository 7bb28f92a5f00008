#include "http/api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/simulated_executor.h"
#include "http/client.h"

namespace openwmi::http {
namespace {

using nlohmann::json;
using testing::HasSubstr;

// Keeps what it is answered.
class RecordedReply final : public Reply {
  public:
    void send(unsigned code, std::string text) override {
        status = code;
        body = std::move(text);
    }
    void stream(std::shared_ptr<Outbox> lines) override {
        status = 200;
        outbox = std::move(lines);
    }
    json parsed() const { return json::parse(body, nullptr, false); }
    std::vector<json> lines() const {
        std::vector<json> all;
        std::string text = outbox ? outbox->take().text : "";
        for (std::size_t at = 0; at < text.size();) {
            const auto end = text.find('\n', at);
            all.push_back(json::parse(text.substr(at, end - at)));
            at = end + 1;
        }
        return all;
    }
    unsigned status = 0;
    std::string body;
    std::shared_ptr<Outbox> outbox;
};

class NoProviders final : public provider::ProviderLoader {
  public:
    Result<std::shared_ptr<provider::Provider>> load(const provider::ProviderRegistration&,
                                                     const provider::ProviderScope&) override {
        return fail(Status::ProviderLoadFailure, "no providers here");
    }
};

class ApiTest : public testing::Test {
  protected:
    void SetUp() override {
        auto started = core::Service::start(
            {.executor = &executor, .calls = &executor, .loader = &loader, .observer = &live});
        ASSERT_TRUE(started) << to_text(started.error());
        service = std::move(*started);
        api.emplace(
            *service, live, executor.clock(),
            Api::About{
                .version = "1.2.3", .started = executor.clock().wall(), .state_folder = "/state"});
    }
    std::shared_ptr<RecordedReply> ask(const std::string& method, const std::string& target,
                                       const json& body = nullptr) {
        Request request{
            security::Identity::of_service(), method, {}, {}, body.is_null() ? "" : body.dump()};
        EXPECT_TRUE(read_target(target, request));
        auto reply = std::make_shared<RecordedReply>();
        api->handle(request, reply);
        executor.drain();
        return reply;
    }
    std::shared_ptr<RecordedReply> compile(const std::string& text, json more = json::object()) {
        more["files"] = json::array({{{"name", "test.mof"}, {"text", text}}});
        return ask("POST", "/v1/mof", more);
    }

    base::SimulatedExecutor executor{1};
    NoProviders loader;
    LiveStream live{executor.clock()};
    std::unique_ptr<core::Service> service;
    std::optional<Api> api;
};

constexpr const char* sensors = R"(
#pragma namespace("\\\\.\\root\\subscription")
class Sensor { [key] string Id; sint32 Temp; };
instance of Sensor { Id = "a"; Temp = 5; };
)";
constexpr const char* filter = R"(
#pragma namespace("\\\\.\\root\\subscription")
instance of __EventFilter { Name = "hot"; QueryLanguage = "WQL";
  Query = "SELECT * FROM __InstanceOperationEvent WHERE TargetInstance ISA 'Sensor'"; };
)";

TEST_F(ApiTest, CompilesAndFindsWhatItStored) {
    const auto report = compile(sensors)->parsed();
    EXPECT_EQ(report["ok"], true);
    EXPECT_EQ(report["classes"], 1);
    EXPECT_EQ(report["instances"], 1);
    const auto reply =
        ask("POST", "/v1/query",
            {{"namespace", "root\\subscription"}, {"query", "SELECT * FROM Sensor"}});
    const auto lines = reply->lines();
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_EQ(lines[0]["Temp"], 5);
}

TEST_F(ApiTest, ReportsMistakesInAMofWithTheirPlace) {
    const auto report = compile("class X { [key] string Id }")->parsed();
    EXPECT_EQ(report["ok"], false);
    EXPECT_EQ(report["phase"], "parse");
    ASSERT_FALSE(report["diagnostics"].empty());
    EXPECT_EQ(report["diagnostics"][0]["line"], 1);
    EXPECT_THAT(report["diagnostics"][0]["text"].get<std::string>(), HasSubstr("test.mof:1:"));
}

TEST_F(ApiTest, SaysWhatWasStoredBeforeAMistake) {
    const auto report =
        compile("class A { [key] string Id; }; class B : Nothing { string Name; };")->parsed();
    EXPECT_EQ(report["phase"], "store");
    EXPECT_EQ(report["classes"], 1);
    EXPECT_EQ(report["object"]["number"], 2);
}

TEST_F(ApiTest, TakesFlagsOfMofcomp) {
    ASSERT_EQ(compile(sensors)->parsed()["ok"], true);
    const auto again = compile(sensors, {{"class", "createonly"}})->parsed();
    EXPECT_EQ(again["error"]["status"], "WBEM_E_ALREADY_EXISTS");
    EXPECT_EQ(compile(sensors, {{"class", "always"}})->status, 400u);
}

TEST_F(ApiTest, FindsIncludedFilesAmongThoseThatWereSent) {
    const auto reply =
        ask("POST", "/v1/mof",
            {{"files",
              {{{"name", "a.mof"},
                {"text", "#pragma include(\"sub\\\\b.mof\")\n"},
                {"includes", {{"sub\\b.mof", "/x/sub/b.mof"}}}},
               {{"name", "/x/sub/b.mof"}, {"text", "class Included { [key] string Id; };"}}}}});
    EXPECT_EQ(reply->parsed()["classes"], 1) << reply->body;
    const auto missing =
        ask("POST", "/v1/mof",
            {{"files", {{{"name", "a.mof"}, {"text", "#pragma include(\"/etc/passwd\")"}}}}});
    EXPECT_EQ(missing->parsed()["phase"], "parse") << "the service opens no files for clients";
}

TEST_F(ApiTest, AnswersAQueryThatFailsWithAStatus) {
    const auto bad = ask("POST", "/v1/query", {{"query", "SELECT FROM"}});
    EXPECT_EQ(bad->status, 400u);
    EXPECT_EQ(bad->parsed()["status"], "WBEM_E_INVALID_QUERY");
    EXPECT_EQ(
        ask("POST", "/v1/query", {{"query", "SELECT * FROM X"}, {"namespace", "root\\no"}})->status,
        404u);
}

TEST_F(ApiTest, WatchesUntilTheClientGoes) {
    ASSERT_EQ(compile(sensors)->parsed()["ok"], true);
    const auto reply = ask("POST", "/v1/watch",
                           {{"namespace", "root\\subscription"},
                            {"query",
                             "SELECT * FROM __InstanceModificationEvent WHERE "
                             "TargetInstance ISA 'Sensor'"}});
    ASSERT_TRUE(reply->outbox) << reply->body;
    ASSERT_EQ(compile("#pragma namespace(\"root\\\\subscription\")\n"
                      "instance of Sensor { Id = \"a\"; Temp = 90; };")
                  ->parsed()["ok"],
              true);
    const auto lines = reply->lines();
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_EQ(lines[0]["event"]["TargetInstance"]["Temp"], 90);
    reply->outbox->close();
    executor.drain();
}

TEST_F(ApiTest, RefusesToWatchWhatIsNoEvent) {
    const auto reply = ask("GET", "/v1/watch?query=SELECT%20*%20FROM%20__Namespace&namespace=root");
    EXPECT_EQ(reply->status, 400u);
    EXPECT_EQ(reply->outbox, nullptr);
}

TEST_F(ApiTest, ListsSubscriptionsAndSwitchesFiltersOff) {
    ASSERT_EQ(compile(filter)->parsed()["ok"], true);
    auto list = ask("GET", "/v1/subscriptions")->parsed()["subscriptions"];
    ASSERT_EQ(list.size(), 1u);
    EXPECT_EQ(list[0]["state"], "unbound");
    const auto path = list[0]["filter"].get<std::string>();
    EXPECT_EQ(ask("POST", "/v1/filters/enable", {{"path", path}, {"enabled", false}})->status,
              200u);
    list = ask("GET", "/v1/subscriptions")->parsed()["subscriptions"];
    EXPECT_EQ(list[0]["state"], "disabled");
    EXPECT_EQ(ask("POST", "/v1/filters/enable", {{"path", path}})->status, 400u);
}

TEST_F(ApiTest, ShowsAndDeletesObjects) {
    ASSERT_EQ(compile(filter)->parsed()["ok"], true);
    const auto target =
        Target("/v1/object").with("path", "root\\subscription:__EventFilter.Name=\"hot\"").text();
    const auto shown = ask("GET", target);
    EXPECT_EQ(shown->parsed()["object"]["Name"], "hot");
    EXPECT_THAT(shown->parsed()["mof"].get<std::string>(), HasSubstr("instance of __EventFilter"));
    EXPECT_EQ(ask("DELETE", target)->status, 200u);
    EXPECT_EQ(ask("GET", target)->status, 404u);
    EXPECT_EQ(ask("DELETE", target)->status, 404u);
}

TEST_F(ApiTest, TellsHowItIs) {
    const auto status = ask("GET", "/v1/status")->parsed();
    EXPECT_EQ(status["version"], "1.2.3");
    EXPECT_EQ(status["uptime_seconds"], 0);
    EXPECT_EQ(status["totals"]["matched"], 0);
}

TEST_F(ApiTest, KnowsWhatItDoesNotHave) {
    EXPECT_EQ(ask("GET", "/")->status, 404u);
    EXPECT_EQ(ask("GET", "/v2/status")->status, 404u);
    EXPECT_EQ(ask("POST", "/v1/status")->status, 405u);
    EXPECT_EQ(ask("POST", "/v1/query", json::array())->status, 400u);
    EXPECT_EQ(ask("POST", "/v1/mof", {{"files", "x"}})->status, 400u);
    EXPECT_EQ(ask("POST", "/v1/mof", {{"files", {1}}})->status, 400u);
    EXPECT_EQ(ask("POST", "/v1/query", {{"query", 5}})->status, 400u);
}

TEST_F(ApiTest, LetsNobodyInButTheOwnerAndRoot) {
    Request request{security::Identity::of_user(65534, 65534, {}),
                    "POST",
                    "/v1/query",
                    {},
                    R"({"query":"SELECT * FROM __Namespace","namespace":"root"})"};
    const auto reply = std::make_shared<RecordedReply>();
    api->handle(request, reply);
    EXPECT_EQ(reply->status, 403u);
}

}  // namespace
}  // namespace openwmi::http
