#include "core/apply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/simulated_executor.h"
#include "core/line_diff.h"
#include "core/service.h"

namespace openwmi::core {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using What = AppliedChange::What;

TEST(LineDiffTest, ShowsWhatGoesAndWhatComes) {
    EXPECT_THAT(line_diff("a\nb\nc\n", "a\nx\nc\n"), ElementsAre("-b", "+x"));
    EXPECT_THAT(line_diff("", "a\nb"), ElementsAre("+a", "+b"));
    EXPECT_THAT(line_diff("a\n", ""), ElementsAre("-a"));
    EXPECT_THAT(line_diff("a\nb\n", "a\nb\n"), IsEmpty());
    EXPECT_THAT(line_diff("a\nb\n", "b\n"), ElementsAre("-a"));
    EXPECT_THAT(line_diff("a\n\nb", "\n"), ElementsAre("-a", "-b"));
}

constexpr const char* sensors = R"(
#pragma namespace("\\\\.\\root")
instance of __Namespace { Name = "Plant"; };
#pragma namespace("\\\\.\\root\\Plant")
class Sensor { [key] string Id; sint32 Temp = 20; };
instance of Sensor { Id = "a"; Temp = 1; };
instance of Sensor { Id = "b"; };
#pragma namespace("\\\\.\\root\\subscription")
instance of __EventFilter
{
    Name = "f"; QueryLanguage = "WQL"; EventNamespace = "root\\Plant";
    Query = "SELECT * FROM __InstanceCreationEvent WHERE TargetInstance ISA 'Sensor'";
};
)";
constexpr const char* fewer = R"(
#pragma namespace("\\\\.\\root")
instance of __Namespace { Name = "Plant"; };
#pragma namespace("\\\\.\\root\\Plant")
class Sensor { [key] string Id; sint32 Temp = 20; };
instance of Sensor { Id = "a"; Temp = 7; };
)";

class ApplyTest : public testing::Test {
  protected:
    void SetUp() override {
        auto started = Service::start({.executor = &executor, .calls = &executor});
        ASSERT_TRUE(started) << to_text(started.error());
        service = std::move(*started);
        session =
            *service->open_session(security::Identity::of_service(), cim::NamespacePath::root());
    }
    Applied apply_text(const char* text, bool prune = false, bool dry_run = false,
                       const char* source = "/etc/wmi") {
        const std::vector<mof::Document> documents{mof::parse(text, "test.mof")};
        auto applied = apply(documents, session, executor,
                             {.source = source, .dry_run = dry_run, .prune = prune});
        executor.drain();
        EXPECT_TRUE(applied) << to_text(applied.error());
        if (!applied) return {};
        EXPECT_TRUE(applied->ok()) << mof::summary(*applied->failed);
        return std::move(*applied);
    }
    static std::vector<std::string> paths(const Applied& applied, What what) {
        std::vector<std::string> result;
        for (const auto& each : applied.changes) {
            if (each.what == what) result.push_back(each.path);
        }
        return result;
    }
    cim::Value temperature(const char* id) const {
        const auto& store = **service->administer(security::Identity::of_service());
        const auto path = cim::ObjectPath::parse(fmt::format("Sensor.Id=\"{}\"", id));
        const auto found =
            store.get_instance(cim::NamespacePath::literal("root\\Plant"), path.value());
        return found ? (*found)->find("Temp").value_or("?") : cim::Value("gone");
    }

    base::SimulatedExecutor executor{1};
    std::unique_ptr<Service> service;
    std::shared_ptr<Session> session;
};

TEST_F(ApplyTest, TheSecondTimeThereIsNothingToDo) {
    EXPECT_THAT(paths(apply_text(sensors), What::Created),
                ElementsAre("root:__Namespace.Name=\"Plant\"", "root\\Plant:Sensor",
                            "root\\Plant:Sensor.Id=\"a\"", "root\\Plant:Sensor.Id=\"b\"",
                            "root\\subscription:__EventFilter.Name=\"f\""));
    const auto again = apply_text(sensors);
    EXPECT_THAT(again.changes, IsEmpty());
    EXPECT_EQ(again.unchanged, 5u);
}

TEST_F(ApplyTest, OnlyWhatDiffersIsStoredAndShown) {
    apply_text(sensors);
    const auto changed = apply_text(fewer);
    ASSERT_THAT(paths(changed, What::Changed), ElementsAre("root\\Plant:Sensor.Id=\"a\""));
    EXPECT_EQ(changed.changes.size(), 1u);
    EXPECT_THAT(changed.changes[0].lines,
                ElementsAre(AllOf(HasSubstr("-"), HasSubstr("Temp = 1;")),
                            AllOf(HasSubstr("+"), HasSubstr("Temp = 7;"))));
    EXPECT_EQ(temperature("a"), cim::Value(7));
    EXPECT_EQ(temperature("b"), cim::Value(20)) << "without prune nothing goes";
}

TEST_F(ApplyTest, ADryRunSaysTheSameAndDoesNothing) {
    const auto dry = apply_text(sensors, true, true);
    EXPECT_EQ(dry.changes.size(), 5u);
    const auto& store = **service->administer(security::Identity::of_service());
    EXPECT_FALSE(store.has_namespace(cim::NamespacePath::literal("root\\Plant")));
    EXPECT_FALSE(store.has_namespace(cim::NamespacePath::literal("root\\openwmi")));
    const auto real = apply_text(sensors, true);
    ASSERT_EQ(real.changes.size(), dry.changes.size());
    for (std::size_t i = 0; i < real.changes.size(); ++i) {
        EXPECT_EQ(real.changes[i].path, dry.changes[i].path);
        EXPECT_EQ(real.changes[i].lines, dry.changes[i].lines);
    }
}

TEST_F(ApplyTest, PruneDeletesOnlyWhatThisSourceCreated) {
    apply_text(R"(
        #pragma namespace("\\\\.\\root\\subscription")
        class Mine { [key] string Id; };
        instance of Mine { Id = "other source"; };
    )",
               false, false, "/other");
    apply_text(sensors);
    const auto dry = apply_text(fewer, true, true);
    EXPECT_THAT(
        paths(dry, What::Deleted),
        ElementsAre("root\\Plant:Sensor.Id=\"b\"", "root\\subscription:__EventFilter.Name=\"f\""));
    EXPECT_EQ(temperature("b"), cim::Value(20)) << "it was a dry run";
    const auto pruned = apply_text(fewer, true);
    EXPECT_EQ(paths(pruned, What::Deleted), paths(dry, What::Deleted));
    EXPECT_EQ(temperature("b"), cim::Value("gone"));
    EXPECT_THAT(apply_text(fewer, true).changes, IsEmpty());
    const auto all = apply_text("", true);
    EXPECT_THAT(paths(all, What::Deleted),
                ElementsAre("root\\Plant:Sensor.Id=\"a\"", "root\\Plant:Sensor",
                            "root:__Namespace.Name=\"Plant\""))
        << "and nothing of the other source";
}

TEST_F(ApplyTest, WhatWasThereBeforeIsNotPruned) {
    apply_text(sensors, false, false, "/first");
    apply_text(sensors, false, false, "/second");
    EXPECT_THAT(apply_text("", true, false, "/second").changes, IsEmpty());
    EXPECT_EQ(temperature("a"), cim::Value(1));
}

TEST_F(ApplyTest, MistakesAreFoundBeforeAnythingIsDone) {
    const std::vector<mof::Document> documents{mof::parse(sensors, "a.mof"),
                                               mof::parse("class {", "b.mof")};
    const auto applied = apply(documents, session, executor, {.source = "x"});
    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().status, Status::InvalidParameter);
    EXPECT_THAT(applied.error().message, HasSubstr("b.mof"));
    EXPECT_EQ(temperature("a"), cim::Value("gone"));
}

TEST_F(ApplyTest, AnObjectWithoutAKeyCannotBeApplied) {
    const std::vector<mof::Document> documents{mof::parse(
        "#pragma namespace(\"\\\\\\\\.\\\\root\\\\cimv2\")\nclass K { [key] string Id; };\n"
        "instance of K { };\n",
        "k.mof")};
    const auto applied = apply(documents, session, executor, {.source = "x"});
    ASSERT_TRUE(applied);
    ASSERT_TRUE(applied->failed);
    EXPECT_THAT(applied->failed->error.message, HasSubstr("each time"));
    EXPECT_EQ(applied->failed_file, "k.mof");
}

}  // namespace
}  // namespace openwmi::core
