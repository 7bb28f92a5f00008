#include "http/api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "base/base64.h"
#include "base/simulated_executor.h"
#include "http/client.h"
#include "mof/binary.h"
#include "support/proves.h"
#include "support/temporary_folder.h"

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

TEST_F(ApiTest, ShowsRetriesAndPurgesDeadLetters) {
    compile(R"(
#pragma namespace("\\\\.\\root\\subscription")
class Alarm : __ExtrinsicEvent { string Text; };
class Deaf : __EventConsumer { [key] string Name; };
instance of __EventFilter as $F { Name = "hot"; QueryLanguage = "WQL"; Query = "SELECT * FROM Alarm"; };
instance of Deaf as $C { Name = "deaf"; };
instance of __FilterToConsumerBinding { Filter = $F; Consumer = $C; DeliveryQoS = 2; };
)");
    EXPECT_EQ(ask("GET", "/v1/dead-letters")->parsed()["letters"], json::array());
    EXPECT_EQ(ask("GET", "/v1/dead-letters?id=1")->status, 404U);
    EXPECT_EQ(ask("GET", "/v1/dead-letters?id=x")->status, 400U);
    EXPECT_EQ(ask("POST", "/v1/dead-letters/retry", {{"id", "all"}})->parsed()["retried"],
              json::array());
    EXPECT_EQ(ask("DELETE", "/v1/dead-letters?id=7")->status, 404U);

    const auto in = service
                        ->open_session(security::Identity::of_service(),
                                       cim::NamespacePath::literal("root\\subscription"))
                        .value();
    cim::InstanceBuilder builder(in->schema()->find_class("Alarm"));
    ASSERT_TRUE(builder.set("Text", cim::Value("fire")));
    ASSERT_TRUE(in->raise(builder.build()));
    executor.drain();
    const auto list = ask("GET", "/v1/subscriptions")->parsed()["subscriptions"];
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(list[0]["guaranteed"], true);
    EXPECT_EQ(list[0]["waiting"], 1);
    EXPECT_EQ(list[0]["retried"], 1);
    EXPECT_EQ(list[0]["drops"], json::object());
    EXPECT_EQ(ask("GET", "/v1/status")->parsed()["totals"]["waiting"], 1);
    const auto history = ask("GET", "/v1/history?text=deaf&limit=5")->parsed()["history"];
    ASSERT_EQ(history.size(), 1U);
    EXPECT_EQ(history[0]["outcome"], "will_retry");
    EXPECT_EQ(history[0]["class"], "Alarm");
    EXPECT_EQ(history[0]["attempt"], 1);
    EXPECT_TRUE(history[0]["error"].contains("message")) << history[0].dump();
    EXPECT_EQ(ask("GET", "/v1/history?limit=x")->status, 400U);
}

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

TEST_F(ApiTest, RefusesToObserveWhatIsNoBinding) {
    ASSERT_EQ(compile(filter)->parsed()["ok"], true);
    const json request{{"path", "root\\subscription:__EventFilter.Name=\"hot\""},
                       {"observed", true}};
    const auto reply = ask("POST", "/v1/bindings/observe", request);
    EXPECT_EQ(reply->status, 400u);
    EXPECT_THAT(reply->parsed()["message"].get<std::string>(), HasSubstr("is no binding"));
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

TEST_F(ApiTest, CompilesABinaryMof) {
    const auto bytes = mof::write_binary(mof::parse("class Binary { [key] string Id; };", "b.mof"));
    const auto sent = [&](const std::string& binary) {
        return ask("POST", "/v1/mof", {{"files", {{{"name", "b.bmof"}, {"binary", binary}}}}});
    };
    EXPECT_EQ(sent(base::to_base64(bytes))->parsed()["classes"], 1);
    EXPECT_EQ(sent("no base64")->status, 400u);
    const auto damaged = sent(base::to_base64(bytes.substr(0, 40)))->parsed();
    EXPECT_EQ(damaged["phase"], "parse");
    EXPECT_EQ(damaged["error"]["status"], "WBEMMOF_E_INVALID_FILE");
}

TEST_F(ApiTest, TakesTheWordsOfSwitches) {
    constexpr const char* text = "class A { [key] string Id; };";
    const auto report = compile(text, {{"class", {"updateonly", "forceupdate"}}})->parsed();
    EXPECT_EQ(report["error"]["status"], "WBEM_E_NOT_FOUND");
    EXPECT_EQ(compile(text, {{"class", "createonly"}})->parsed()["ok"], true);
    EXPECT_EQ(compile(text, {{"class", {"createonly", "updateonly"}}})->status, 400u);
    EXPECT_EQ(compile(text, {{"instance", "forceupdate"}})->status, 400u);
    EXPECT_EQ(compile(text, {{"autorecover", "yes"}})->status, 400u);
    const auto remote = compile(text, {{"namespace", "\\\\elsewhere.example\\root\\default"}});
    EXPECT_THAT(remote->body, HasSubstr("another computer"));
}

TEST_F(ApiTest, ListsFilesThatAreToBeRecovered) {
    const support::TemporaryFolder folder;
    constexpr const char* text = "#pragma autorecover\nclass A { [key] string Id; };";
    const auto file = folder.write("a.mof", text).string();
    EXPECT_FALSE(compile(text)->parsed().contains("autorecover")) << "it lies nowhere";
    EXPECT_EQ(compile(text, {{"path", file + ".gone"}})->parsed()["autorecover"]["listed"], false);
    PROVES("MOF-034",
           EXPECT_EQ(compile(text, {{"path", file}})->parsed()["autorecover"]["listed"], true));
    const auto other = folder.write("b.mof", "class B : A { };").string();
    const auto said = compile("class B : A { };", {{"path", other}, {"autorecover", true}});
    EXPECT_EQ(said->parsed()["autorecover"]["listed"], true);
    EXPECT_FALSE(compile("class C : Missing { };", {{"path", file}, {"autorecover", true}})
                     ->parsed()
                     .contains("autorecover"));
    EXPECT_EQ(ask("GET", "/v1/autorecover")->parsed()["files"], json({file, other}));

    ask("DELETE", "/v1/object?path=root%5Cdefault:A");
    folder.write("c.mof", "class C {");
    compile(text, {{"path", (folder / "c.mof").string()}});
    const auto recovered = ask("POST", "/v1/recover")->parsed()["files"];
    ASSERT_EQ(recovered.size(), 3u);
    PROVES("MOF-035", EXPECT_EQ(recovered[1]["ok"], true) << recovered.dump());
    EXPECT_EQ(recovered[2]["ok"], false);
    EXPECT_THAT(recovered[2]["mistakes"].dump(), HasSubstr("c.mof:1:"));

    EXPECT_EQ(ask("DELETE", "/v1/autorecover", {{"path", other}})->status, 200u);
    EXPECT_EQ(ask("DELETE", "/v1/autorecover", {{"path", other}})->status, 404u);
    EXPECT_EQ(ask("GET", "/v1/autorecover")->parsed()["files"].size(), 2u);
}

// Takes lines as they come, as a client does.
class TakingReply final : public Reply {
  public:
    void send(unsigned, std::string) override { FAIL() << "not a list"; }
    void stream(std::shared_ptr<Outbox> lines) override {
        lines->on_ready([this, taken = lines.get()] {
            while (true) {
                const auto batch = taken->take();
                if (batch.text.empty()) return;
                text += batch.text;
            }
        });
        outbox = std::move(lines);
    }
    std::shared_ptr<Outbox> outbox;
    std::string text;
};

TEST_F(ApiTest, StoresFiftyThousandInstancesInBatchesAndTellsHowFarItHasCome) {
    constexpr std::size_t count = 50'000;
    ASSERT_EQ(compile("class A { [key] uint32 Id; };")->parsed()["ok"], true);
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += fmt::format("instance of A{{Id={};}};", i);
    Request request{
        security::Identity::of_service(),
        "POST",
        {},
        {},
        json{{"files", {{{"name", "many.mof"}, {"text", text}}}}, {"progress", true}}.dump()};
    ASSERT_TRUE(read_target("/v1/mof", request));
    const auto reply = std::make_shared<TakingReply>();
    api->handle(request, reply);

    std::size_t batches = 0;
    std::size_t done = 0;
    json report;
    std::istringstream lines(reply->text);
    for (std::string line; std::getline(lines, line);) {
        auto parsed = json::parse(line);
        if (!parsed.contains("progress")) {
            report = std::move(parsed);
            continue;
        }
        ++batches;
        EXPECT_GT(parsed["progress"]["done"], done);
        done = parsed["progress"]["done"];
        EXPECT_EQ(parsed["progress"]["total"], count);
    }
    EXPECT_EQ(report["instances"], count) << report.dump().substr(0, 500);
    EXPECT_EQ(done, count);
    EXPECT_LE(batches, count / 500 + 1) << "each is one transaction";
    EXPECT_GT(batches, 50u);
}

constexpr const char* alarm = R"(
#pragma namespace("\\\\.\\root\\subscription")
class Taker : __EventConsumer { [key] string Name; };
class Alarm : __ExtrinsicEvent { string Text; uint32 Level; };
instance of __EventFilter as $F { Name = "loud"; QueryLanguage = "WQL";
  Query = "SELECT * FROM Alarm WHERE Level > 3 AND Text LIKE 'fire'"; };
instance of Taker as $T { Name = "t"; };
instance of __FilterToConsumerBinding { Filter = $F; Consumer = $T; };
)";
constexpr const char* loud = "root\\subscription:__EventFilter.Name=\"loud\"";

class ExplainApiTest : public ApiTest {
  protected:
    void SetUp() override {
        ApiTest::SetUp();
        ASSERT_EQ(compile(alarm)->parsed()["ok"], true);
    }
    void raise(unsigned level, const char* text) {
        const auto session = *service->open_session(
            security::Identity::of_service(), cim::NamespacePath::literal("root\\subscription"));
        cim::InstanceBuilder event(session->schema()->find_class("Alarm"));
        ASSERT_TRUE(event.set("Level", cim::Value(level)) && event.set("Text", cim::Value(text)));
        ASSERT_TRUE(session->raise(event.build()));
        executor.drain();
    }
};

TEST_F(ExplainApiTest, TellsWhyAFilterDidNotFire) {
    raise(5, "there is a fire");
    const auto reply = ask("POST", "/v1/explain", {{"path", loud}});
    ASSERT_EQ(reply->status, 200U) << reply->body;
    const auto told = reply->parsed();
    EXPECT_EQ(told["state"], "active");
    EXPECT_EQ(told["served_by"], "nobody");
    EXPECT_EQ(told["seen"], 1);
    EXPECT_EQ(told["passed"], 0);
    ASSERT_EQ(told["bindings"].size(), 1U);
    ASSERT_EQ(told["verdicts"].size(), 1U);
    const auto& verdict = told["verdicts"][0];
    EXPECT_EQ(verdict["truth"], "FALSE");
    EXPECT_EQ(verdict["event"]["Level"], 5);
    const auto& terms = verdict["explanation"]["terms"][0]["terms"];
    ASSERT_EQ(terms.size(), 2U);
    EXPECT_EQ(terms[0]["truth"], "TRUE");
    EXPECT_EQ(terms[0]["operands"][0]["value"], "5");
    EXPECT_EQ(terms[1]["truth"], "FALSE");
    EXPECT_EQ(terms[1]["miss"], "like-without-wildcard");
    bool named = false;
    for (const auto& cause : told["causes"]) named |= cause["code"] == "like-without-wildcard";
    EXPECT_TRUE(named) << told["causes"];
    EXPECT_FALSE(told.contains("classes"));
}

TEST_F(ExplainApiTest, JudgesASupposedEvent) {
    const auto ask_about = [&](const json& event) {
        return ask("POST", "/v1/explain", {{"path", loud}, {"event", event}, {"classes", true}});
    };
    const auto told = ask_about({{"__CLASS", "Alarm"}, {"Level", 7}, {"Text", "FIRE"}})->parsed();
    ASSERT_EQ(told["verdicts"].size(), 1U);
    EXPECT_EQ(told["verdicts"][0]["truth"], "TRUE");
    EXPECT_EQ(told["verdicts"][0]["id"], 0);
    EXPECT_THAT(told["classes"].get<std::string>(), HasSubstr("class Alarm : __ExtrinsicEvent"));
    EXPECT_EQ(ask_about({{"__CLASS", "Nothing"}})->status, 400U);
    EXPECT_EQ(ask_about({{"__CLASS", "Alarm"}, {"Level", "high"}})->status, 400U);
    const auto elsewhere =
        ask_about({{"__CLASS", "__NamespaceCreationEvent"}, {"__NAMESPACE", "root\\default"}});
    EXPECT_THAT(elsewhere->body, HasSubstr("it occurs in root"));
}

TEST_F(ExplainApiTest, ThereIsNothingToTellOfWhatIsNotThere) {
    EXPECT_EQ(
        ask("POST", "/v1/explain", {{"path", "root\\subscription:__EventFilter.Name=\"none\""}})
            ->status,
        404U);
    EXPECT_EQ(ask("POST", "/v1/explain", json::object())->status, 400U);
}

TEST_F(ExplainApiTest, AWatchTellsTheClassesThatItsEventsNeed) {
    const auto reply = ask(
        "POST", "/v1/watch",
        {{"namespace", "root\\subscription"}, {"query", "SELECT * FROM Alarm"}, {"classes", true}});
    raise(5, "a");
    raise(6, "b");
    const auto lines = reply->lines();
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_THAT(lines[0]["classes"].get<std::string>(), HasSubstr("class Alarm : "));
    EXPECT_EQ(lines[1]["event"]["Level"], 5);
    EXPECT_EQ(lines[2]["event"]["Level"], 6);
    reply->outbox->close();
}

TEST_F(ExplainApiTest, LintFindsWhatIsWrong) {
    ASSERT_EQ(compile(R"(
#pragma namespace("\\\\.\\root\\subscription")
instance of __EventFilter { Name = "typo"; QueryLanguage = "WQL"; Query = "SELECT * FROM Alrm"; };
)")
                  ->parsed()["ok"],
              true);
    const auto told = ask("GET", "/v1/lint")->parsed();
    bool typo = false;
    bool like = false;
    for (const auto& each : told["findings"]) {
        typo |= each["code"] == "unknown-class" &&
                each["subject"] == "root\\subscription:__EventFilter.Name=\"typo\"";
        like |= each["code"] == "like-without-wildcard" && each["certain"] == false;
    }
    EXPECT_TRUE(typo && like) << told;
}

}  // namespace
}  // namespace openwmi::http
