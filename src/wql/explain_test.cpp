#include "wql/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wql/binder.h"
#include "wql/parser.h"
#include "wql/sample_schema.h"

namespace openwmi::wql {
namespace {

std::string explained(const test::SampleSchema& schema, std::string_view text,
                      const cim::InstancePtr& event) {
    const auto bound = bind(parse(text).value(), schema, BindFor::Event);
    EXPECT_TRUE(bound);
    return render(explain(*bound, *event));
}

TEST(ExplainTest, ShowsEveryPartWithItsValues) {
    const test::SampleSchema schema;
    const auto event =
        schema.event("__InstanceCreationEvent",
                     schema.make("Win32_Process", {{"Name", "calc.exe"}, {"ProcessId", 42U}}));
    EXPECT_EQ(explained(schema,
                        "SELECT * FROM __InstanceOperationEvent WHERE TargetInstance ISA "
                        "'CIM_Process' AND (TargetInstance.Name LIKE 'note%' OR NOT "
                        "TargetInstance.ProcessId <> 42) AND TargetInstance.CommandLine = 'x' AND "
                        "TargetInstance.Sandbox IS NULL",
                        event),
              R"(NULL    FROM __InstanceOperationEvent    [__CLASS = "__InstanceCreationEvent"]
  NULL    all of
    TRUE    TargetInstance ISA "CIM_Process"    [TargetInstance = an object of class Win32_Process]
    TRUE    any of
      FALSE   TargetInstance.Name LIKE "note%"    [TargetInstance.Name = "calc.exe"]
      TRUE    not
        FALSE   TargetInstance.ProcessId <> 42    [TargetInstance.ProcessId = 42]
    NULL    TargetInstance.CommandLine = "x"    [TargetInstance.CommandLine = NULL]    TargetInstance.CommandLine is NULL, and nothing compares with NULL (IS NULL asks for it)
    NULL    TargetInstance.Sandbox IS NULL    [TargetInstance.Sandbox = no such property]    TargetInstance.Sandbox does not exist here
)");
}

TEST(ExplainTest, SaysWhenTheClassIsAnother) {
    const test::SampleSchema schema;
    const auto explanation = explained(schema, "SELECT * FROM EmailEvent", schema.make("MyEvent"));
    EXPECT_EQ(explanation,
              "FALSE   FROM EmailEvent    [__CLASS = \"MyEvent\"]    MyEvent is not derived from "
              "EmailEvent\n");
}

// A condition that looks right and is not met, and what the explanation says of it.
struct Missed {
    const char* condition;
    Truth truth;
    Miss miss;
    const char* says;
};

class MissTest : public testing::TestWithParam<Missed> {};

TEST_P(MissTest, NamesTheOperandAndTheCause) {
    test::SampleSchema schema;
    const auto event = schema.event(
        "__InstanceModificationEvent",
        schema.make("Win32_Process", {{"Name", "C:\\Straße\\calc.exe"}, {"ProcessId", 42U}}));
    const auto& [condition, truth, miss, says] = GetParam();
    const auto bound = bind(
        parse(std::string("SELECT * FROM __InstanceModificationEvent WHERE ") + condition).value(),
        schema, BindFor::Event);
    ASSERT_TRUE(bound) << to_text(bound.error());
    const auto explanation = explain(*bound, *event);
    EXPECT_EQ(explanation.truth, truth);
    const auto found = culprits(explanation);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(to_text(found[0]->miss), to_text(miss));
    EXPECT_THAT(found[0]->reason, testing::HasSubstr(says));
    ASSERT_FALSE(found[0]->operands.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, MissTest,
    testing::Values(
        Missed{"TargetInstance.ProcessId = 43", Truth::False, Miss::None, ""},
        Missed{"NOT TargetInstance.ProcessId = 42", Truth::False, Miss::None, ""},
        Missed{"TargetInstance ISA 'Win32_Service'", Truth::False, Miss::Class,
               "Win32_Process is not derived from Win32_Service"},
        Missed{"TargetInstance ISA 'Win32_Servise'", Truth::False, Miss::Class,
               "there is no class Win32_Servise"},
        Missed{"TargetInstance.__CLASS = 'CIM_Process'", Truth::False, Miss::ExactClass, "ISA"},
        Missed{"TargetInstance.CommandLine LIKE '%x%'", Truth::Unknown, Miss::Null,
               "TargetInstance.CommandLine is NULL"},
        Missed{"PreviousInstance.ProcessId <> 42", Truth::Unknown, Miss::Null,
               "PreviousInstance is NULL"},
        Missed{"TargetInstance.Sandbox = 'x'", Truth::Unknown, Miss::NoProperty,
               "TargetInstance.Sandbox does not exist here"},
        Missed{"TargetInstance.ProcessId = 'calc'", Truth::Unknown, Miss::Type, "it is a uint32"},
        Missed{"TargetInstance.Name LIKE 'calc'", Truth::False, Miss::LikeWithoutWildcard,
               "LIKE \"%calc%\" would be true"},
        Missed{"TargetInstance.Name LIKE '*calc_exe'", Truth::False, Miss::LikeWithoutWildcard,
               "* and ? are no wildcards"},
        Missed{"TargetInstance.Name = '%calc.exe'", Truth::False, Miss::WildcardWithoutLike,
               "LIKE knows wildcards"},
        Missed{"TargetInstance.Name = 'c:\\\\STRASSE\\\\CALC.EXE'", Truth::False, Miss::Case,
               "case is ignored letter by letter"},
        Missed{"TargetInstance.Name = 'c:\\\\\\\\straße\\\\\\\\calc.exe'", Truth::False,
               Miss::Backslashes, "backslashes"},
        Missed{"TargetInstance.Name = ' C:\\\\Straße\\\\calc.exe'", Truth::False, Miss::Blanks,
               "blanks"}));

TEST(MissInTextTest, NumbersInStringsAreComparedAsText) {
    const test::SampleSchema schema;
    const auto bound =
        bind(parse("SELECT * FROM EmailEvent WHERE Sender > 10").value(), schema, BindFor::Event);
    ASSERT_TRUE(bound);
    EXPECT_TRUE(culprits(explain(*bound, *schema.make("EmailEvent", {{"Sender", "9"}}))).empty());
    const auto explanation = explain(*bound, *schema.make("EmailEvent", {{"Sender", "099"}}));
    const auto found = culprits(explanation);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0]->miss, Miss::TextOrder);
}

TEST(MissInTextTest, CaseAloneIsNoMiss) {
    const test::SampleSchema schema;
    const auto bound = bind(parse("SELECT * FROM EmailEvent WHERE Sender = 'BOB'").value(), schema,
                            BindFor::Event);
    const auto explanation = explain(*bound, *schema.make("EmailEvent", {{"Sender", "bob"}}));
    EXPECT_EQ(explanation.truth, Truth::True);
    EXPECT_TRUE(culprits(explanation).empty());
}

}  // namespace
}  // namespace openwmi::wql
