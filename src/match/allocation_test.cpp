#include <gtest/gtest.h>

#include <vector>

#include "base/published.h"
#include "match/snapshot.h"
#include "support/allocations.h"
#include "wql/query.h"
#include "wql/sample_schema.h"

namespace openwmi::match {
namespace {

TEST(AllocationTest, MatchingAllocatesNothing) {
    const wql::test::SampleSchema schema;
    const auto ns = cim::NamespacePath::literal("root\\cimv2");
    const char* queries[] = {
        "SELECT * FROM __InstanceCreationEvent WITHIN 5 WHERE TargetInstance ISA 'Win32_Process' "
        "AND TargetInstance.Name = 'notepad.exe'",
        "SELECT * FROM __InstanceOperationEvent WHERE TargetInstance ISA 'CIM_Process' AND "
        "TargetInstance.CommandLine LIKE '%[Ss]ecret_%'",
        "SELECT * FROM __InstanceOperationEvent WHERE TargetInstance.Priority > 10 AND NOT "
        "TargetInstance.__CLASS = 'CIM_Process' AND TargetInstance.CreationDate > "
        "'20260101000000.000000+000'",
        "SELECT * FROM __InstanceModificationEvent WHERE TargetInstance ISA 'Win32_Process' AND "
        "TargetInstance.Name <> PreviousInstance.Name",
        "SELECT * FROM EmailEvent WHERE Sender = 'a'",
    };
    std::vector<Filter> filters;
    for (const char* text : queries) {
        auto query = wql::bind(wql::parse(text).value(), schema, wql::BindFor::Event);
        filters.push_back({FilterId{filters.size()}, ns,
                           std::make_shared<const wql::BoundQuery>(std::move(query.value()))});
    }
    base::Published<Snapshot> cell(Snapshot::make(filters));
    const auto process =
        schema.make("Win32_Process", {{"Name", "a name that fits into no short string buffer"},
                                      {"CommandLine", "/usr/bin/nothing --of interest"},
                                      {"Priority", 5U},
                                      {"CreationDate", "20260102000000.000000+000"}});
    const auto event = schema.event("__InstanceModificationEvent", process, process);
    std::vector<FilterId> found;
    {
        const base::Published<Snapshot>::Reading warm(cell);
    }  // the thread introduces itself to the cell

    const std::size_t before = support::allocations();
    for (int i = 0; i < 100; ++i) {
        const base::Published<Snapshot>::Reading snapshot(cell);
        if (snapshot->wanted(ns, event->class_of())) snapshot->match(ns, *event, found);
    }
    EXPECT_EQ(support::allocations() - before, 0U);
    EXPECT_TRUE(found.empty());
}

}  // namespace
}  // namespace openwmi::match
