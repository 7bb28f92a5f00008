#include "scenarios/results.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenarios/parser.h"

namespace openwmi::scenarios {
namespace {

using testing::HasSubstr;
using Outcome = CheckResult::Outcome;

Scenario scenario() {
    auto parsed = parse(
        "namespace root\\test\n"
        "expect a nothing\n"
        "put A.Id=\"x\" {}\n"
        "expect a nothing  # GEN-001\n"
        "expect b nothing\n",
        "a&b.test");
    EXPECT_TRUE(parsed.mistakes.empty());
    return parsed.scenario;
}

std::vector<Outcome> outcomes(const std::optional<Failure>& failure) {
    std::vector<Outcome> all;
    for (const auto& each : results_of(scenario(), failure)) all.push_back(each.outcome);
    return all;
}

TEST(Results, EveryCheckIsToldOf) {
    EXPECT_EQ(outcomes({}), (std::vector{Outcome::Held, Outcome::Held, Outcome::Held}));
    EXPECT_EQ(outcomes(Failure{4, "nothing", "X{}"}),
              (std::vector{Outcome::Held, Outcome::Failed, Outcome::NotReached}));
    EXPECT_EQ(
        outcomes(Failure{3, "success", "no"}),
        (std::vector{Outcome::Held, Outcome::Failed, Outcome::NotReached, Outcome::NotReached}))
        << "a step that fails is told of, too";
}

TEST(Results, AScenarioWithoutChecksFails) {
    const auto parsed = parse("namespace root\\test\n", "x.test");
    const auto results = results_of(parsed.scenario, {});
    EXPECT_FALSE(all_held(results));
    EXPECT_THAT(to_tap(results), HasSubstr("not ok 1 - x.test:1"));
}

TEST(Results, Tap) {
    EXPECT_EQ(to_tap(results_of(scenario(), Failure{4, "nothing", "X{a=\"b\"}"})),
              "TAP version 14\n1..3\n"
              "ok 1 - a&b.test:2 expect a nothing\n"
              "not ok 2 - a&b.test:4 expect a nothing\n"
              "  ---\n  expected: \"nothing\"\n  got: \"X{a=\\\"b\\\"}\"\n  ...\n"
              "not ok 3 - a&b.test:5 expect b nothing\n"
              "  ---\n  message: \"an earlier step failed\"\n  ...\n");
}

TEST(Results, JUnit) {
    const auto text = to_junit(results_of(scenario(), Failure{4, "<nothing>", "X"}));
    EXPECT_THAT(text, HasSubstr("<testsuite name=\"a&amp;b.test\" tests=\"3\" failures=\"2\">"));
    EXPECT_THAT(text, HasSubstr("name=\"2 expect a nothing\"/>"));
    EXPECT_THAT(text, HasSubstr("<failure message=\"expected &lt;nothing&gt;; got X\"/>"));
}

}  // namespace
}  // namespace openwmi::scenarios
