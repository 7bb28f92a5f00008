#include "scenarios/parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mof/compiler.h"
#include "mof/parser.h"
#include "scenarios/run.h"
#include "support/temporary_folder.h"

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

World::Options world() {
    return {.make_entrance =
                [](TestProvider& provider, base::Executor&) {
                    return make_core_entrance(provider, Plays::Everybody);
                },
            .render =
                [](const cim::Name&, const std::string& text, const cim::InstancePtr& event) {
                    return text + "|" + event->class_of().name().text();
                },
            .raises_unasked = true};
}

std::optional<Failure> run(const char* text) {
    const auto parsed = parse(text, "a.test");
    EXPECT_TRUE(parsed.mistakes.empty());
    return Run(parsed.scenario, world()).execute();
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

std::string outcome(const std::string& text) {
    const auto failure = run(text.c_str());
    return failure ? fmt::format("{}: expected {}; got {}", failure->line, failure->expected,
                                 failure->got)
                   : "held";
}

constexpr const char* log_mof =
    "namespace root\\test\n"
    "mof\n"
    "  class Alarm : __ExtrinsicEvent { string Text; uint32 Level; };\n"
    "  class Log : __EventConsumer { [key] string Name; [Template] string Text; string File; };\n"
    "  instance of __Win32Provider as $P { Name = \"Another\"; CLSID = "
    "\"{11111111-2222-3333-4444-555555555555}\"; };\n"
    "  instance of __EventConsumerProviderRegistration { Provider = $P; ConsumerClassNames = "
    "{\"Log\"}; };\n"
    "  instance of __EventFilter as $F { Name = \"a b\"; QueryLanguage = \"WQL\"; Query = \"SELECT "
    "* FROM Alarm WHERE Level > 3\"; };\n"
    "  instance of Log as $C { Name = \"my log\"; Text = \"it burns\"; File = \"x\"; };\n"
    "  instance of __FilterToConsumerBinding { Filter = $F; Consumer = $C; };\n";

TEST(ScenarioRun, ConsumersOfOthersArePlayedAndRenderTheirTemplates) {
    const auto raised = std::string(log_mof) + "raise Alarm{Level=5}\nexpect \"my log\" 1 events\n";
    EXPECT_EQ(outcome(raised + "renders \"my log\"\n  Text=\"it burns|Alarm\" File=\"x\"\n"),
              "held");
    EXPECT_THAT(outcome(raised + "renders \"my log\"\n  Text=\"it burns\"\n"),
                HasSubstr("got Log{Text=\"it burns|Alarm\""));
    EXPECT_THAT(outcome(raised + "renders \"my log\" nothing\n"), HasSubstr("expected my log"));
}

TEST(ScenarioRun, AVerdictIsOfAnEventThatNobodyRaises) {
    const std::string mof = log_mof;
    EXPECT_EQ(outcome(mof + "verdict \"a b\" TRUE\n  Alarm{Level=5}\n"
                            "verdict \"a b\" FALSE\n  Alarm{Level=3}\n"
                            "verdict \"a b\" NULL\n  Alarm{Text=\"x\"}\n"
                            "expect \"my log\" nothing\n"),
              "held");
    EXPECT_THAT(outcome(mof + "verdict \"a b\" TRUE\n  Alarm{Level=3}\n"),
                HasSubstr("FALSE   Level > 3    [Level = 3]"));
    EXPECT_THAT(outcome(mof + "verdict none TRUE\n  Alarm{Level=3}\n"), HasSubstr("NOT_FOUND"));
}

TEST(ScenarioRun, FilesAreCompiledFromItsFolder) {
    const support::TemporaryFolder folder;
    const std::string text = log_mof;
    folder.write("alarm.mof", text.substr(text.find("  class")));
    auto parsed =
        parse("namespace root\\test\ncompile \"alarm.mof\"\nstate \"a b\" active\n", "a.test");
    ASSERT_TRUE(parsed.mistakes.empty());
    parsed.scenario.folder = folder.path();
    EXPECT_FALSE(scenarios::Run(parsed.scenario, world()).execute());
    parsed.scenario.folder = "/nowhere";
    EXPECT_TRUE(scenarios::Run(parsed.scenario, world()).execute());
}

TEST(ScenarioPattern, WhatIsWrittenIsReadAgain) {
    World there(world());
    ASSERT_TRUE(there.start());
    const auto ns = cim::NamespacePath::literal("root\\default");
    const auto compiled = mof::compile(
        mof::parse("class Part { string Name = \"d\"; };"
                   "class All : __ExtrinsicEvent { string Text; sint64 Big; uint64 Huge; real64 "
                   "Real; boolean Flag; string Names[]; sint32 Numbers[]; object Part; "
                   "datetime When; };",
                   "x"),
        there.door().objects(), {.name_space = ns});
    ASSERT_TRUE(compiled.ok());
    const auto make = [&](const char* name) {
        return cim::InstanceBuilder(there.door().objects().find_class(ns, name).value());
    };
    auto part = make("Part");
    ASSERT_TRUE(part.set("Name", cim::Value()));
    auto all = make("All");
    ASSERT_TRUE(all.set("Text", cim::Value("a\"b\\c\nd\te")));
    ASSERT_TRUE(all.set("Big", cim::Value(std::int64_t{-5})));
    ASSERT_TRUE(all.set("Huge", cim::Value(UINT64_MAX)));
    ASSERT_TRUE(all.set("Real", cim::Value(2.0)));
    ASSERT_TRUE(all.set("Flag", cim::Value(true)));
    ASSERT_TRUE(all.set("Names", cim::Value(cim::Strings{"x", "y,}"})));
    ASSERT_TRUE(all.set("Numbers", cim::Value(cim::Integers{1, -2})));
    ASSERT_TRUE(all.set("When", cim::Value("20260131120000.000000+060")));
    ASSERT_TRUE(all.set("Part", cim::Value(cim::ObjectPtr(part.build()))));
    const auto object = all.build();
    const auto text = write(*object);
    ASSERT_TRUE(text) << to_text(text.error());
    const auto read = parse_object(*text);
    ASSERT_TRUE(read) << *text << to_text(read.error());
    EXPECT_TRUE(matches(*read, *object, {})) << *text;
    EXPECT_THAT(*text, HasSubstr("Part=Part{Name=NULL}"));
}

}  // namespace
}  // namespace openwmi::scenarios
