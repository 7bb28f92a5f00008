#include "cli/explanation_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/recorded_terminal.h"
#include "cli/scenario_text.h"

namespace openwmi::cli {
namespace {

using Json = nlohmann::ordered_json;
using testing::HasSubstr;
using testing::Not;

Json explanation() {
    return Json::parse(R"json({
"filter": "root\\subscription:__EventFilter.Name=\"loud one\"",
"query": "SELECT * FROM Alarm WHERE Level > 3 AND Text LIKE 'fire'",
"event_namespace": "root\\cimv2", "state": "active", "reason": "",
"served_by": "poll", "coverage": "polled every 10 s: Fan",
"polls": [{"class": "Fan", "interval_seconds": 10.0, "readings": 4, "last_reading_seconds": 0.02,
           "instances": 3, "bytes": 300, "filters": 2}],
"seen": 7, "passed": 1, "live_since": "2026-01-31T23:59:59.123456Z",
"bindings": [{"consumer": "root\\subscription:Taker.Name=\"t\"", "matched": 1, "delivered": 0,
              "failed": 1, "dropped": 0, "queued_events": 0, "last_error": "it says no"}],
"causes": [{"code": "like-without-wildcard", "text": "Text LIKE \"fire\" was FALSE", "certain": true}],
"verdicts": [
  {"truth": "TRUE", "id": 9, "time": "2026-01-31T23:59:59.123456Z", "event": {"__CLASS": "Alarm", "Level": 9, "Text": "fire"},
   "rendered": "TRUE    FROM Alarm\n"},
  {"truth": "FALSE", "id": 8, "time": "2026-01-31T23:59:58.123456Z", "event": {"__CLASS": "Alarm", "Level": 5, "Text": "a fire"},
   "rendered": "FALSE   FROM Alarm\n  FALSE   all of\n    TRUE    Level > 3    [Level = 5]\n"}],
"classes": "class Alarm : __ExtrinsicEvent\n{\n\tstring Text;\n\tuint32 Level;\n};\n"
})json");
}

TEST(ExplanationText, TellsStateCostCountsAndTheNewestMiss) {
    RecordedTerminal recorded;
    print_explanation(recorded.terminal(), explanation(), 1);
    EXPECT_THAT(recorded.out, HasSubstr("State      active"));
    EXPECT_THAT(recorded.out, HasSubstr("Fan is read every 10 s: 4 readings, the last took 20 ms; "
                                        "3 instances, 300 bytes, shared by 2 filters"));
    EXPECT_THAT(recorded.out, HasSubstr("1 matched, 0 delivered, 1 failed, 0 dropped, 0 queued"));
    EXPECT_THAT(recorded.out, HasSubstr("it says no"));
    EXPECT_THAT(recorded.out, HasSubstr("7 seen since it is live; of the last 2 of its class 1"));
    EXPECT_THAT(recorded.out, HasSubstr("[like-without-wildcard]"));
    EXPECT_THAT(recorded.out, HasSubstr("#8 "));
    EXPECT_THAT(recorded.out, HasSubstr("      TRUE    Level > 3    [Level = 5]"));
    EXPECT_THAT(recorded.out, Not(HasSubstr("#9 "))) << "what passed explains itself";
}

TEST(ExplanationText, TellsWhatBecameOfGuaranteedEventsAndWhyABindingIsNotWell) {
    auto told = explanation();
    auto& binding = told["bindings"][0];
    binding["waiting"] = 2;
    binding["refused"] = 3;
    binding["dead_lettered"] = 4;
    binding["lost_at_crash"] = 0;
    binding["state"] = "degraded";
    binding["reason"] = "nothing can be guaranteed: the disk is full";
    RecordedTerminal recorded;
    print_explanation(recorded.terminal(), told, 1);
    EXPECT_THAT(recorded.out, HasSubstr("0 queued, 2 waiting in the log, 3 refused, 4 "
                                        "dead-lettered\n"));
    EXPECT_THAT(recorded.out, HasSubstr("degraded: nothing can be guaranteed: the disk is full"));
}

TEST(ExplanationText, AnErrorThatIsOverIsSaidToBe) {
    auto told = explanation();
    RecordedTerminal before;
    print_explanation(before.terminal(), told, 1);
    EXPECT_THAT(before.out, Not(HasSubstr("delivered since this error")));
    told["bindings"][0]["recovered"] = true;
    RecordedTerminal after;
    print_explanation(after.terminal(), told, 1);
    EXPECT_THAT(after.out, HasSubstr("delivered since this error: it says no"));
}

TEST(ExplanationText, WrapsWhatItSaysAtTheTerminalsEdge) {
    auto told = explanation();
    told["causes"][0] = {
        {"code", "false"}, {"text", "one two three four five six"}, {"certain", true}};
    RecordedTerminal recorded;
    print_explanation(recorded.terminal({.width = 43}), told, 1);
    EXPECT_THAT(recorded.out, HasSubstr("Why        ✗ one two three four\n"
                                        "             five six [false]\n"));
    RecordedTerminal wide;
    print_explanation(wide.terminal(), told, 1);
    EXPECT_THAT(wide.out, HasSubstr("Why        ✗ one two three four five six [false]\n"));
}

TEST(ExplanationText, SaysThatAPushNeedsNoWithin) {
    auto told = explanation();
    told["polls"] = Json::array();
    told["served_by"] = "provider";
    told["query"] = "SELECT * FROM __InstanceCreationEvent WITHIN 5 WHERE TargetInstance ISA 'X'";
    RecordedTerminal recorded;
    print_explanation(recorded.terminal(), told, 1);
    EXPECT_THAT(recorded.out, HasSubstr("pushed as they happen: nothing is read, WITHIN 5 waits "
                                        "for nothing"));
}

TEST(ExplanationText, WhatAStrangerWroteMovesNoCursor) {
    auto told = explanation();
    told["verdicts"][1]["rendered"] = "FALSE   \x1b[2J\n";
    told["causes"][0]["text"] = "\x1b[2J";
    RecordedTerminal recorded;
    print_explanation(recorded.terminal(), told, 5);
    EXPECT_THAT(recorded.out, Not(HasSubstr("\x1b")));
}

TEST(ScenarioText, ShowsTheSameVerdict) {
    auto told = explanation();
    told["verdicts"].erase(0);
    const auto text = scenario_of(told);
    ASSERT_TRUE(text) << to_text(text.error());
    EXPECT_THAT(*text, HasSubstr("subscribe loud_one\n  SELECT * FROM Alarm WHERE Level > 3 AND "
                                 "Text LIKE \"fire\"\n"));
    EXPECT_THAT(*text, HasSubstr("verdict loud_one FALSE\n  Alarm{"));
    EXPECT_THAT(*text, HasSubstr("expect loud_one nothing\n"));
}

TEST(ScenarioText, AnEventThatPassesIsExpected) {
    const auto text = scenario_of(explanation());
    ASSERT_TRUE(text) << to_text(text.error());
    EXPECT_THAT(*text, HasSubstr("expect loud_one 1 events\n"));
}

TEST(ScenarioText, WhatDoesNotComeOutTheSameIsNotWritten) {
    auto told = explanation();
    told["verdicts"][0]["truth"] = "NULL";
    const auto text = scenario_of(told);
    ASSERT_FALSE(text);
    EXPECT_THAT(text.error().message, HasSubstr("does not show the same"));
    told["verdicts"] = Json::array();
    EXPECT_EQ(scenario_of(told).error().status, Status::NotFound);
}

TEST(ScenarioText, ABrokenFilterIsBrokenThere) {
    auto told = explanation();
    told["verdicts"] = Json::array();
    told["state"] = "broken";
    told["reason"] = "Alarm has no property Levl";
    told["query"] = "SELECT * FROM Alarm WHERE Levl > 3";
    const auto text = scenario_of(told);
    ASSERT_TRUE(text) << to_text(text.error());
    EXPECT_THAT(*text, HasSubstr("# Alarm has no property Levl\n"));
    EXPECT_THAT(*text, HasSubstr("state loud_one broken\n"));
    told["query"] = "SELECT * FROM Alarm WHERE Level > 3";
    EXPECT_THAT(scenario_of(told).error().message, HasSubstr("not in its query"));
}

TEST(ScenarioText, AnIntrinsicEventIsJudgedToo) {
    auto told = explanation();
    told["query"] =
        "SELECT * FROM __InstanceModificationEvent WITHIN 5 WHERE TargetInstance ISA 'Sensor' AND "
        "PreviousInstance.Temp < 80";
    told["classes"] = "class Sensor { [key] string Id; sint32 Temp; };";
    told["verdicts"] = Json::parse(
        R"([{"truth": "NULL", "id": 3, "event": {"__CLASS": "__InstanceModificationEvent",
             "TargetInstance": {"__CLASS": "Sensor", "Id": "a", "Temp": 90}, "PreviousInstance": null}}])");
    const auto text = scenario_of(told);
    ASSERT_TRUE(text) << to_text(text.error());
    EXPECT_THAT(*text, HasSubstr("TargetInstance=Sensor{Id=\"a\",Temp=90}"));
}

}  // namespace
}  // namespace openwmi::cli
