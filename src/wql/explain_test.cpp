#include "wql/explain.h"

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
              R"(UNKNOWN FROM __InstanceOperationEvent    [__CLASS = "__InstanceCreationEvent"]
  UNKNOWN all of
    TRUE    TargetInstance ISA "CIM_Process"    [TargetInstance = an object of class Win32_Process]
    TRUE    any of
      FALSE   TargetInstance.Name LIKE "note%"    [TargetInstance.Name = "calc.exe"]
      TRUE    not
        FALSE   TargetInstance.ProcessId <> 42    [TargetInstance.ProcessId = 42]
    UNKNOWN TargetInstance.CommandLine = "x"    [TargetInstance.CommandLine = NULL]    TargetInstance.CommandLine is NULL
    UNKNOWN TargetInstance.Sandbox IS NULL    [TargetInstance.Sandbox = no such property]    TargetInstance.Sandbox does not exist here
)");
}

TEST(ExplainTest, SaysWhenTheClassIsAnother) {
    const test::SampleSchema schema;
    const auto explanation = explained(schema, "SELECT * FROM EmailEvent", schema.make("MyEvent"));
    EXPECT_EQ(explanation,
              "FALSE   FROM EmailEvent    [__CLASS = \"MyEvent\"]    MyEvent is not derived from "
              "EmailEvent\n");
}

}  // namespace
}  // namespace openwmi::wql
