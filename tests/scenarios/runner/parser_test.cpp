#include "scenarios/runner/parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenarios/runner/run.h"

namespace openwmi::scenarios {
namespace {

using testing::HasSubstr;

TEST(ScenarioParser, readsStepsBlocksAndRows) {
    const auto parsed = parse(
        "# A comment.\n"
        "namespace root\\test\n"
        "mof\n"
        "  class A { [key] string Id; };\n"
        "\n"
        "  #pragma flags\n"
        "subscribe a sync to b\n"
        "  SELECT * FROM __Event\n"
        "    WHERE x = '#'   # why\n"
        "expect a   # GEN-007, WQL-036\n"
        "  __InstanceCreationEvent: TargetInstance=A{Id=\"a,}\"}\n",
        "a.test");
    ASSERT_TRUE(parsed.mistakes.empty()) << parsed.mistakes[0].text;
    const auto& steps = parsed.scenario.steps;
    ASSERT_EQ(steps.size(), 4U);
    const auto& mof = std::get<CompileMof>(std::get<Action>(steps[1].what));
    EXPECT_EQ(mof.text, "\n\n\nclass A { [key] string Id; };\n\n#pragma flags");
    const auto& subscribe = std::get<Subscribe>(std::get<Action>(steps[2].what));
    EXPECT_EQ(subscribe.query, "SELECT * FROM __Event WHERE x = '#'");
    EXPECT_EQ(subscribe.quality, 0U);
    EXPECT_EQ(subscribe.to, "b");
    EXPECT_EQ(steps[3].line, 10U);
    EXPECT_EQ(steps[3].rows, (std::vector<std::string>{"GEN-007", "WQL-036"}));
}

TEST(ScenarioParser, namesTheLineOfEachMistake) {
    const struct {
        const char* text;
        std::size_t line;
        const char* message;
    } cases[] = {
        {"frobnicate", 1, "no verb"},
        {"\nadvance 5 parsecs", 2, "unit"},
        {"advance 5s\n  advance 5s", 1, "belong to nothing"},
        {"expect a", 1, "either 'nothing'"},
        {"expect a\n  Temp=", 1, "line 2, column 6"},
        {"put A.Id=\"a\"", 1, "'{'"},
        {"restart   # GEN-001", 1, "only a check"},
        {"together\n  expect a nothing", 1, "no checks"},
        {"expect-error WBEM_E_NOTHING\n  restart", 1, "no status"},
        {"    restart\n  restart", 2, "indentation"},
        {"# nothing", 1, "no step"},
    };
    for (const auto& each : cases) {
        const auto parsed = parse(each.text, "a.test");
        ASSERT_FALSE(parsed.mistakes.empty()) << each.text;
        EXPECT_EQ(parsed.mistakes[0].line, each.line) << each.text;
        EXPECT_THAT(parsed.mistakes[0].text, HasSubstr(each.message)) << each.text;
    }
}

std::optional<Failure> run(const char* text) {
    const auto parsed = parse(text, "a.test");
    EXPECT_TRUE(parsed.mistakes.empty());
    return Run(parsed.scenario, all_configurations().front(), 1).execute();
}

TEST(ScenarioRun, saysWhatWasExpectedAndWhatCame) {
    const auto failure =
        run("namespace root\\test\n"
            "mof\n"
            "  class A { [key] string Id; };\n"
            "subscribe a\n"
            "  SELECT * FROM __InstanceCreationEvent WHERE TargetInstance ISA 'A'\n"
            "put A.Id=\"x\" {}\n"
            "expect a\n"
            "  TargetInstance=A{Id=\"y\"}\n");
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->line, 7U);
    EXPECT_EQ(failure->expected, "a: TargetInstance=A{Id=\"y\"}");
    EXPECT_EQ(failure->got, "__InstanceCreationEvent{TargetInstance=A{Id=\"x\"}}");
}

TEST(ScenarioRun, failsWhereAnEventIsNotAccountedFor) {
    const auto failure =
        run("namespace root\\test\n"
            "subscribe a\n"
            "  SELECT * FROM __ClassCreationEvent\n"
            "mof\n"
            "  class A { [key] string Id; };\n");
    ASSERT_TRUE(failure);
    EXPECT_THAT(failure->expected, HasSubstr("nothing more for a"));
}

TEST(ScenarioRun, failsWhereAStepFailsOrAnErrorDoesNotCome) {
    EXPECT_THAT(run("namespace root\\test\nput B.Id=\"x\" {}\n")->got,
                HasSubstr("WBEM_E_INVALID_CLASS"));
    EXPECT_EQ(run("namespace root\\test\n"
                  "expect-error WBEM_E_INVALID_CLASS\n"
                  "  namespace root\\test\n")
                  ->got,
              "success");
}

}  // namespace
}  // namespace openwmi::scenarios
