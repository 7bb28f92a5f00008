#include "core/explanation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/test_provider.h"
#include "support/proves.h"

namespace openwmi::core {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

// Filters that miss what they were made for, and what is said of each.
class ExplanationTest : public test::ServiceTest {
  protected:
    void SetUp() override {
        test::ServiceTest::SetUp();
        ASSERT_TRUE(compile(R"(
class Alarm : __ExtrinsicEvent { string Text; uint32 Level; object Detail; };
class LoudAlarm : Alarm { };
class Notice : __ExtrinsicEvent { string Text; };
class Sensor { [key] string Id; sint32 Temp; string Place; };
[dynamic, provider("Script")] class Fan { [key] string Id; uint32 Speed; };
class Recorder : __EventConsumer { [key] string Name; };
instance of __Win32Provider as $P { Name = "Script"; CLSID = "{11111111-2222-3333-4444-555555555555}"; };
instance of __InstanceProviderRegistration { Provider = $P; SupportsEnumeration = TRUE; SupportsGet = TRUE; };
instance of Recorder { Name = "taker"; };
)")
                        .ok());
    }
    void subscribe(const std::string& query, const std::string& more = "",
                   const std::string& consumer = "taker") {
        std::string escaped;
        for (const char c : query) {
            if (c == '"' || c == '\\') escaped += '\\';
            escaped += c;
        }
        const auto report = compile(fmt::format(
            "instance of __EventFilter {{ Name = \"f\"; QueryLanguage = \"WQL\"; Query = \"{}\"; "
            "{} "
            "}};\n"
            "instance of __FilterToConsumerBinding {{ Filter = \"__EventFilter.Name=\\\"f\\\"\"; "
            "Consumer = \"Recorder.Name=\\\"{}\\\"\"; }};",
            escaped, more, consumer));
        ASSERT_TRUE(report.ok()) << mof::summary(report);
    }
    void raise(const char* class_name, const Values& values) {
        ASSERT_TRUE(session->raise(make(class_name, values)));
        executor.drain();
    }
    FilterExplanation explain(const std::optional<SupposedEvent>& supposed = {}) {
        auto explained =
            session->explain_filter(*cim::ObjectPath::parse("__EventFilter.Name=\"f\""), supposed);
        EXPECT_TRUE(explained) << (explained ? "" : to_text(explained.error()));
        return explained ? std::move(*explained) : FilterExplanation();
    }
    // "code: text", but for what the consumer, which is none, says.
    static std::vector<std::string> causes(const FilterExplanation& explanation) {
        std::vector<std::string> all;
        for (const auto& cause : explanation.causes) {
            if (cause.code != "delivery") all.push_back(cause.code + ": " + cause.text);
        }
        return all;
    }
};

TEST_F(ExplanationTest, AFilterThatFiresHasNoCause) {
    subscribe("SELECT * FROM Alarm WHERE Level > 3");
    raise("Alarm", {{"Level", cim::Value(5U)}});
    const auto explanation = explain();
    EXPECT_EQ(explanation.filter.state, eventing::State::Active);
    EXPECT_EQ(explanation.filter.seen, 1U);
    PROVES("OD-010", EXPECT_EQ(explanation.filter.event_namespace, session->name_space()));
    EXPECT_EQ(explanation.passed, 1U);
    ASSERT_EQ(explanation.verdicts.size(), 1U);
    EXPECT_EQ(explanation.verdicts[0].why.truth, wql::Truth::True);
    EXPECT_THAT(causes(explanation), ElementsAre(HasSubstr("only a client can raise it")));
    ASSERT_EQ(explanation.filter.bindings.size(), 1U);
    EXPECT_EQ(explanation.filter.bindings[0].counters.matched, 1U);
}

TEST_F(ExplanationTest, NamesTheOperandThatWasFalse) {
    subscribe("SELECT * FROM Alarm WHERE Level > 3 AND Text = \"fire\"");
    raise("Alarm", {{"Level", cim::Value(2U)}, {"Text", cim::Value("fire")}});
    raise("Alarm", {{"Level", cim::Value(1U)}, {"Text", cim::Value("fire")}});
    EXPECT_THAT(causes(explain()),
                Contains("false: Level > 3 was FALSE for 2 of the last 2 events (Level = 1)"));
}

TEST_F(ExplanationTest, NamesTheWrongClass) {
    subscribe("SELECT * FROM LoudAlarm");
    raise("Alarm", {{"Level", cim::Value(2U)}});
    EXPECT_THAT(causes(explain()), Contains(HasSubstr("wrong-class: ")));
    EXPECT_THAT(causes(explain()), Contains(HasSubstr("there were: Alarm (1)")));
}

TEST_F(ExplanationTest, NamesTheWrongClassOfTheObject) {
    subscribe("SELECT * FROM __InstanceCreationEvent WHERE TargetInstance ISA \"Recorder\"");
    ASSERT_TRUE(compile("instance of Sensor { Id = \"a\"; };").ok());
    const auto explanation = explain();
    EXPECT_EQ(explanation.filter.seen, 0U);
    EXPECT_THAT(causes(explanation),
                Contains(HasSubstr("no __InstanceCreationEvent such as the filter asks for was "
                                   "seen; there were: __InstanceCreationEvent of Sensor (1)")));
    EXPECT_THAT(causes(explanation), Contains(HasSubstr("Sensor is not derived from Recorder")));
}

TEST_F(ExplanationTest, NamesAClassThatDoesNotExist) {
    subscribe("SELECT * FROM Alrm");
    EXPECT_EQ(explain().filter.state, eventing::State::Broken);
    EXPECT_THAT(causes(explain()),
                Contains("unknown-class: there is no class Alrm; did you mean Alarm?"));
}

TEST_F(ExplanationTest, NamesTheWrongNamespaceByTheClass) {
    subscribe("SELECT * FROM Alarm", "EventNamespace = \"root\\\\default\";");
    EXPECT_THAT(causes(explain()),
                Contains("wrong-namespace: root\\default has no class Alarm, but root\\cimv2 has: "
                         "EventNamespace says where a filter listens"));
}

TEST_F(ExplanationTest, NamesTheWrongNamespaceByTheEvents) {
    subscribe("SELECT * FROM __NamespaceCreationEvent",
              "EventNamespace = \"root\\\\subscription\";");
    ASSERT_TRUE(compile("instance of __Namespace { Name = \"new\"; };").ok());
    EXPECT_THAT(causes(explain()),
                Contains(HasSubstr("occurred in root\\cimv2, and the filter listens to "
                                   "root\\subscription")));
}

TEST_F(ExplanationTest, NamesTheNamespaceThatDoesNotExist) {
    subscribe("SELECT * FROM Alarm", "EventNamespace = \"root\\\\nowhere\";");
    EXPECT_THAT(causes(explain()),
                ElementsAre("wrong-namespace: the namespace root\\nowhere does not exist"));
}

TEST_F(ExplanationTest, NamesWhatBrokeItBesideWhatElseIsWrong) {
    subscribe("SELECT * FROM Alarm WITHIN 0.0001", "EventNamespace = \"rootcimv2\";");
    const auto found = causes(explain());
    ASSERT_FALSE(found.empty());
    EXPECT_THAT(found.front(), HasSubstr("broken: "));
    EXPECT_THAT(found.front(), HasSubstr("\"rootcimv2\" is not a namespace path"));
}

TEST_F(ExplanationTest, NamesTheNull) {
    subscribe("SELECT * FROM Alarm WHERE Text <> \"drill\"");
    raise("Alarm", {{"Level", cim::Value(2U)}});
    const auto explanation = explain();
    EXPECT_THAT(causes(explanation), Contains(HasSubstr("null: Text <> \"drill\" was NULL")));
    EXPECT_THAT(causes(explanation), Contains(HasSubstr("Text is NULL, and nothing compares")));
}

TEST_F(ExplanationTest, NamesTheCase) {
    subscribe("SELECT * FROM Alarm WHERE Text = \"STRASSE\"");
    raise("Alarm", {{"Text", cim::Value("straße")}});
    EXPECT_THAT(causes(explain()), Contains(HasSubstr("case: Text = \"STRASSE\" was FALSE")));
}

TEST_F(ExplanationTest, NamesTheTypeThatIsKnown) {
    subscribe("SELECT * FROM Alarm WHERE Level = \"high\"");
    EXPECT_EQ(explain().filter.state, eventing::State::Broken);
    EXPECT_THAT(causes(explain()), Contains(HasSubstr("type: Level = \"high\": it is a uint32")));
}

TEST_F(ExplanationTest, NamesTheTypeThatTheEventBrought) {
    subscribe("SELECT * FROM Alarm WHERE Detail.Temp = \"warm\"");
    raise("Alarm", {{"Detail", cim::Value(make("Sensor", {{"Temp", cim::Value(5)}}))}});
    EXPECT_THAT(causes(explain()),
                Contains(HasSubstr("type: Detail.Temp = \"warm\" was NULL for 1 of the last 1 "
                                   "events (Detail.Temp = 5): it is a sint32")));
}

TEST_F(ExplanationTest, NamesLikeWithoutAWildcard) {
    subscribe("SELECT * FROM Alarm WHERE Text LIKE \"fire\"");
    raise("Alarm", {{"Text", cim::Value("there is a fire")}});
    EXPECT_THAT(causes(explain()), Contains(HasSubstr("LIKE \"%fire%\" would be true")));
}

TEST_F(ExplanationTest, NamesTheMissingWithin) {
    subscribe("SELECT * FROM __InstanceModificationEvent WHERE TargetInstance ISA \"Fan\"");
    EXPECT_EQ(explain().filter.state, eventing::State::Broken);
    EXPECT_THAT(causes(explain()), ElementsAre(HasSubstr("within-missing: ")));
    EXPECT_THAT(causes(explain()), ElementsAre(HasSubstr("WITHIN 10")));
}

TEST_F(ExplanationTest, NamesTheUnknownProperty) {
    subscribe("SELECT * FROM Alarm WHERE Levl > 3");
    EXPECT_THAT(causes(explain()),
                ElementsAre("unknown-property: Alarm has no property Levl; did you mean Level?"));
}

TEST_F(ExplanationTest, NamesTheBindingToNoConsumer) {
    subscribe("SELECT * FROM Alarm", "", "takr");
    const auto found = causes(explain());
    EXPECT_THAT(found, Contains(HasSubstr("unbound: no binding leads from it")));
    EXPECT_THAT(found, Contains(HasSubstr("broken-binding: a binding leads to "
                                          "root\\cimv2:Recorder.Name=\"takr\", which does not "
                                          "exist; did you mean")));
}

TEST_F(ExplanationTest, NamesTheBindingThatNamesAnotherFilter) {
    ASSERT_TRUE(compile("instance of __EventFilter { Name = \"f\"; QueryLanguage = \"WQL\"; "
                        "Query = \"SELECT * FROM Alarm\"; };\n"
                        "instance of __FilterToConsumerBinding { Filter = "
                        "\"__EventFilter.Name=\\\"ff\\\"\"; Consumer = "
                        "\"Recorder.Name=\\\"taker\\\"\"; };")
                    .ok());
    EXPECT_THAT(causes(explain()), Contains(HasSubstr("names the filter "
                                                      "root\\cimv2:__EventFilter.Name=\"ff\", "
                                                      "which does not exist")));
}

TEST_F(ExplanationTest, NamesTheSwitch) {
    subscribe("SELECT * FROM Alarm");
    ASSERT_TRUE(session->enable_filter(*cim::ObjectPath::parse("__EventFilter.Name=\"f\""), false));
    executor.drain();
    EXPECT_THAT(causes(explain()), Contains("disabled: switched off by an administrator"));
}

TEST_F(ExplanationTest, NamesTheConditionThatNeverHolds) {
    subscribe("SELECT * FROM Alarm WHERE Level > 5 AND Level < 3");
    EXPECT_THAT(causes(explain()), Contains(HasSubstr("never-true: ")));
}

TEST_F(ExplanationTest, ASupposedEventIsJudgedAlone) {
    subscribe("SELECT * FROM Alarm WHERE Level > 3");
    raise("Alarm", {{"Level", cim::Value(9U)}});
    const auto explanation =
        explain(SupposedEvent{make("Alarm", {{"Level", cim::Value(3U)}}), session->name_space()});
    ASSERT_EQ(explanation.verdicts.size(), 1U);
    EXPECT_EQ(explanation.verdicts[0].why.truth, wql::Truth::False);
    EXPECT_THAT(causes(explanation), Contains("false: Level > 3 is FALSE (Level = 3)"));
    const auto elsewhere = explain(SupposedEvent{make("Alarm", {{"Level", cim::Value(4U)}}),
                                                 cim::NamespacePath::literal("root\\default")});
    EXPECT_THAT(causes(elsewhere), Contains(HasSubstr("wrong-namespace: it occurs in "
                                                      "root\\default")));
}

TEST_F(ExplanationTest, AMatchThatIsWithheldSaysWhy) {
    subscribe("SELECT * FROM Alarm", "EventAccess = \"O:BAG:BAD:(A;;0x80;;;S-1-22-1-12345)\";");
    raise("Alarm", {{"Level", cim::Value(9U)}});
    const auto explanation = explain();
    EXPECT_EQ(explanation.filter.bindings.at(0).counters.matched, 0U);
    EXPECT_EQ(explanation.passed, 1U);
    EXPECT_THAT(causes(explanation), Contains(HasSubstr("withheld: the filter's EventAccess")));
}

TEST_F(ExplanationTest, AnEventFromBeforeTheFilterIsMarked) {
    subscribe("SELECT * FROM Alarm WHERE Level > 3");
    raise("Alarm", {{"Level", cim::Value(9U)}});
    executor.advance(std::chrono::seconds(1));
    ASSERT_TRUE(compile("instance of __EventFilter { Name = \"f\"; QueryLanguage = \"WQL\"; Query "
                        "= \"SELECT * FROM Alarm WHERE Level > 2\"; };")
                    .ok());
    const auto explanation = explain();
    EXPECT_EQ(explanation.filter.seen, 0U);
    ASSERT_EQ(explanation.verdicts.size(), 1U);
    EXPECT_TRUE(explanation.verdicts[0].before);
}

TEST_F(ExplanationTest, APolledClassTellsWhatItCosts) {
    script.on_call = [&](const test::Asked& asked) {
        executor.advance(std::chrono::milliseconds(20));
        const cim::ObjectPtr fan = make("Fan", {{"Id", cim::Value("cpu")}});
        asked.call.sink->indicate({&fan, 1});
        asked.call.sink->complete({});
        return Result<>();
    };
    subscribe(
        "SELECT * FROM __InstanceModificationEvent WITHIN 10 WHERE TargetInstance ISA "
        "\"Fan\"");
    executor.advance(std::chrono::seconds(35));
    const auto explanation = explain();
    EXPECT_EQ(explanation.filter.coverage.by, eventing::Coverage::By::Poll);
    ASSERT_EQ(explanation.polls.size(), 1U);
    EXPECT_EQ(explanation.polls[0].class_name, cim::Name("Fan"));
    EXPECT_EQ(explanation.polls[0].interval, std::chrono::seconds(10));
    EXPECT_GE(explanation.polls[0].readings, 4U);
    EXPECT_GE(explanation.polls[0].last_reading, std::chrono::milliseconds(20));
    EXPECT_EQ(explanation.polls[0].instances, 1U);
    EXPECT_EQ(explanation.polls[0].filters, 1U);
}

TEST_F(ExplanationTest, WhatIsNotStoredIsNotExplained) {
    const auto explained =
        session->explain_filter(*cim::ObjectPath::parse("__EventFilter.Name=\"none\""));
    ASSERT_FALSE(explained);
    EXPECT_EQ(explained.error().status, Status::NotFound);
}

}  // namespace
}  // namespace openwmi::core
