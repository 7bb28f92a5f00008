#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "match/naive.h"
#include "match/snapshot.h"
#include "wql/query.h"
#include "wql/sample_schema.h"

namespace openwmi::match {
namespace {

using wql::test::SampleSchema;

const cim::NamespacePath cimv2 = cim::NamespacePath::literal("root\\cimv2");
const cim::NamespacePath other = cim::NamespacePath::literal("root\\other");

std::shared_ptr<const wql::BoundQuery> bound(const SampleSchema& schema, std::string_view text) {
    auto query = wql::parse(text);
    EXPECT_TRUE(query) << text;
    auto result = wql::bind(std::move(query.value()), schema, wql::BindFor::Event);
    EXPECT_TRUE(result) << text << "\n" << (result ? "" : result.error().message);
    return std::make_shared<const wql::BoundQuery>(std::move(result.value()));
}

Filter filter(const SampleSchema& schema, std::uint64_t id, std::string_view text,
              const cim::NamespacePath& ns = cimv2) {
    return {FilterId{id}, ns, bound(schema, text)};
}

std::vector<std::uint64_t> matched(const Snapshot& snapshot, const cim::NamespacePath& ns,
                                   const cim::InstancePtr& event) {
    std::vector<FilterId> found;
    snapshot.match(ns, *event, found);
    std::vector<std::uint64_t> ids;
    for (const auto id : found) ids.push_back(static_cast<std::uint64_t>(id));
    return ids;
}

using Ids = std::vector<std::uint64_t>;

class MatchTest : public testing::Test {
  protected:
    cim::InstancePtr created(const char* name, const char* class_name = "Win32_Process") const {
        return schema_.event("__InstanceCreationEvent", schema_.make(class_name, {{"Name", name}}));
    }
    SampleSchema schema_;
};

TEST_F(MatchTest, FindsByNamespaceAndClass) {
    const auto snapshot = Snapshot::make({
        filter(schema_, 1, "SELECT * FROM __InstanceCreationEvent"),
        filter(schema_, 2, "SELECT * FROM __Event"),
        filter(schema_, 3, "SELECT * FROM __InstanceDeletionEvent"),
        filter(schema_, 4, "SELECT * FROM __InstanceCreationEvent", other),
        filter(schema_, 5,
               "SELECT * FROM __InstanceOperationEvent WHERE TargetInstance ISA 'CIM_Process'"),
        filter(schema_, 6,
               "SELECT * FROM __InstanceOperationEvent WHERE TargetInstance ISA 'Win32_Service'"),
        filter(schema_, 7,
               "SELECT * FROM __InstanceCreationEvent WHERE TargetInstance.__CLASS = "
               "'CIM_Process'"),
    });
    EXPECT_EQ(matched(*snapshot, cimv2, created("a")), (Ids{1, 2, 5}));
    EXPECT_EQ(matched(*snapshot, cimv2, created("a", "CIM_Process")), (Ids{1, 2, 5, 7}));
    EXPECT_EQ(matched(*snapshot, other, created("a")), (Ids{4}));
    EXPECT_EQ(matched(*snapshot, cimv2, schema_.make("__InstanceCreationEvent")), (Ids{1, 2}));
    EXPECT_EQ(matched(*snapshot, cimv2.parent(), created("a")), Ids{});
}

TEST_F(MatchTest, AFilterIsFoundOnce) {
    const auto snapshot = Snapshot::make(
        {filter(schema_, 1,
                "SELECT * FROM __InstanceCreationEvent WHERE TargetInstance ISA 'CIM_Process' OR "
                "TargetInstance ISA 'Win32_Process' OR TargetInstance.__CLASS = 'Win32_Process'")});
    EXPECT_EQ(matched(*snapshot, cimv2, created("a")), (Ids{1}));
    EXPECT_EQ(matched(*snapshot->without(FilterId{1}), cimv2, created("a")), Ids{});
}

TEST_F(MatchTest, ValuesThatEqualInSeveralWaysAreFound) {
    const auto snapshot = Snapshot::make({
        filter(schema_, 1, "SELECT * FROM EmailEvent WHERE Importance = '3'"),
        filter(schema_, 2, "SELECT * FROM EmailEvent WHERE 3 = Importance"),
        filter(schema_, 3, "SELECT * FROM EmailEvent WHERE Urgent = 'true'"),
        filter(schema_, 4, "SELECT * FROM EmailEvent WHERE Urgent = -1"),
        filter(schema_, 5, "SELECT * FROM EmailEvent WHERE Sender = 'BOSS'"),
        filter(schema_, 6, "SELECT * FROM EmailEvent WHERE Sender = 'aunt'"),
        filter(schema_, 7, "SELECT * FROM EmailEvent WHERE Importance = TRUE"),
    });
    const auto email =
        schema_.make("EmailEvent", {{"Sender", "boss"}, {"Importance", 3U}, {"Urgent", true}});
    EXPECT_EQ(matched(*snapshot, cimv2, email), (Ids{1, 2, 3, 4, 5}));
    EXPECT_EQ(matched(*snapshot, cimv2, schema_.make("EmailEvent", {{"Importance", 1U}})),
              (Ids{7}));
    EXPECT_EQ(matched(*snapshot, cimv2, schema_.make("EmailEvent")), Ids{});
}

TEST_F(MatchTest, ValuesOfEmbeddedObjectsAreFoundWhateverTheirType) {
    const auto query = [](std::string_view condition) {
        return fmt::format("SELECT * FROM __InstanceCreationEvent WHERE TargetInstance.{}",
                           condition);
    };
    const auto snapshot = Snapshot::make({
        filter(schema_, 1, query("Letter = 'A'")),
        filter(schema_, 2, query("Letter = 97")),
        filter(schema_, 3, query("Small = TRUE")),
        filter(schema_, 4, query("Double = 2")),
        filter(schema_, 5, query("Moment = '20260101130000.000000+060'")),
        filter(schema_, 6, query("Link = 'E.Prop1=1'")),
        filter(schema_, 7, query("Nothing = 1")),
        filter(schema_, 8, query("Text = 2")),
    });
    const auto everything = schema_.make("Everything", {{"Letter", unsigned{'a'}},
                                                        {"Small", -1},
                                                        {"Double", 2.0},
                                                        {"Moment", "20260101120000.000000+000"},
                                                        {"Link", R"(\\HOST\root\cimv2:e.prop1=1)"},
                                                        {"Text", "2"}});
    EXPECT_EQ(matched(*snapshot, cimv2, schema_.event("__InstanceCreationEvent", everything)),
              (Ids{1, 2, 3, 4, 5, 6, 8}));
}

TEST_F(MatchTest, ChangesMakeNewSnapshots) {
    const auto empty = Snapshot::make({});
    const auto one = empty->with(filter(schema_, 1, "SELECT * FROM EmailEvent WHERE Sender = 'a'"));
    const auto replaced =
        one->with(filter(schema_, 1, "SELECT * FROM EmailEvent WHERE Sender = 'b'"));
    const auto gone = replaced->without(FilterId{1});
    const auto a = schema_.make("EmailEvent", {{"Sender", "a"}});
    const auto b = schema_.make("EmailEvent", {{"Sender", "b"}});
    EXPECT_EQ(matched(*empty, cimv2, a), Ids{});
    EXPECT_EQ(matched(*one, cimv2, a), Ids{1});
    EXPECT_EQ(matched(*one, cimv2, b), Ids{});
    EXPECT_EQ(matched(*replaced, cimv2, a), Ids{});
    EXPECT_EQ(matched(*replaced, cimv2, b), Ids{1});
    EXPECT_EQ(matched(*gone, cimv2, b), Ids{});
    EXPECT_EQ(replaced->size(), 1U);
    EXPECT_EQ(gone->size(), 0U);
    EXPECT_EQ(gone->without(FilterId{9})->size(), 0U);
    ASSERT_TRUE(one->find(FilterId{1}));
    EXPECT_FALSE(gone->find(FilterId{1}));
}

TEST_F(MatchTest, Wanted) {
    const auto snapshot =
        Snapshot::make({filter(schema_, 1, "SELECT * FROM RegistryEvent"),
                        filter(schema_, 2, "SELECT * FROM __InstanceCreationEvent")});
    const auto wanted = [&](const Snapshot& of, const cim::NamespacePath& ns, const char* name) {
        return of.wanted(ns, *schema_.find_class(name));
    };
    EXPECT_TRUE(wanted(*snapshot, cimv2, "RegistryEvent"));
    EXPECT_TRUE(wanted(*snapshot, cimv2, "RegistryTreeChangeEvent"));
    EXPECT_TRUE(wanted(*snapshot, cimv2, "__InstanceCreationEvent"));
    EXPECT_FALSE(wanted(*snapshot, cimv2, "__InstanceDeletionEvent"));
    EXPECT_FALSE(wanted(*snapshot, cimv2, "EmailEvent"));
    EXPECT_FALSE(wanted(*snapshot, other, "RegistryEvent"));
    EXPECT_FALSE(wanted(*snapshot->without(FilterId{1}), cimv2, "RegistryEvent"));
}

// Random conditions over few values, so that many are true.
class Generator {
  public:
    Generator(const SampleSchema& schema, std::uint64_t seed) : schema_(schema), random_(seed) {}

    std::string query() {
        static constexpr const char* classes[] = {
            "__InstanceOperationEvent", "__InstanceCreationEvent", "__InstanceModificationEvent",
            "EmailEvent", "__Event"};
        const std::string from = classes[below(5)];
        std::string text = "SELECT * FROM " + from;
        if (from == "__Event") return text;
        text += " WHERE ";
        return text + (from == "EmailEvent" ? email(3) : intrinsic(from));
    }

    cim::InstancePtr event() {
        if (below(4) == 0) {
            return schema_.make(
                "EmailEvent",
                {{"Sender", text()}, {"Importance", number()}, {"Urgent", boolean()}});
        }
        static constexpr const char* classes[] = {
            "__InstanceCreationEvent", "__InstanceModificationEvent", "__InstanceDeletionEvent"};
        const auto kind = below(3);
        const auto target = below(20) == 0 ? nullptr : object();
        return schema_.event(classes[kind], target, kind == 1 ? object() : nullptr);
    }

    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  private:
    cim::Value null_or(cim::Value value) { return below(5) == 0 ? cim::Value() : std::move(value); }
    cim::Value text() {
        static constexpr const char* values[] = {"a", "A", "b", "1", "0", "true", ""};
        return null_or(cim::Value(values[below(7)]));
    }
    cim::Value number() { return null_or(cim::Value(below(4))); }
    cim::Value boolean() { return null_or(cim::Value(below(2) == 0)); }

    cim::InstancePtr object() {
        switch (below(4)) {
            case 0:
                return schema_.make(
                    "Win32_Process",
                    {{"Name", text()}, {"Priority", number()}, {"CommandLine", text()}});
            case 1:
                return schema_.make("Sandboxed_Process", {{"Name", text()}, {"Sandbox", text()}});
            case 2: return schema_.make("CIM_Process", {{"Name", text()}, {"Priority", number()}});
            default:
                return schema_.make("Everything",
                                    {{"Small", number()},
                                     {"Double", number()},
                                     {"Flag", boolean()},
                                     {"Text", text()},
                                     {"Natural", number()},
                                     {"Letter", cim::Value(unsigned{'a'})},
                                     {"Moment", cim::Value("20260101120000.000000+000")}});
        }
    }

    std::string literal() {
        static constexpr const char* values[] = {"'a'", "'B'",  "1",     "0",  "2",
                                                 "'1'", "TRUE", "FALSE", "-1", "1.0"};
        return values[below(10)];
    }
    std::string text_literal() { return below(2) == 0 ? "'a'" : "'b'"; }
    std::string relation() {
        static constexpr const char* values[] = {"=", "=", "=", "<>", "<", ">="};
        return values[below(6)];
    }

    std::string email(unsigned depth) {
        switch (depth == 0 ? below(4) : below(7)) {
            case 0: return "Sender " + relation() + " " + text_literal();
            case 1: return fmt::format("Importance {} {}", relation(), below(4));
            case 2: return below(2) == 0 ? "Urgent = TRUE" : "Urgent <> 1";
            case 3: return below(2) == 0 ? "Sender IS NULL" : "Sender LIKE '[ab]%'";
            case 4: return "NOT (" + email(depth - 1) + ")";
            case 5: return "(" + email(depth - 1) + ") AND (" + email(depth - 1) + ")";
            default: return "(" + email(depth - 1) + ") OR (" + email(depth - 1) + ")";
        }
    }

    // What the binder cannot check: any property against any constant.
    std::string loose() {
        static constexpr const char* properties[] = {
            "Name", "Priority", "Text", "Flag", "Double", "Small", "Natural", "Letter", "Nothing"};
        const std::string property = properties[below(9)];
        if (below(6) == 0) return fmt::format("TargetInstance.{} IS NULL", property);
        if (below(8) == 0) return "TargetInstance.Moment = '20260101130000.000000+060'";
        return fmt::format("TargetInstance.{} {} {}", property, relation(), literal());
    }
    std::string strict(const std::string& from) {
        static constexpr const char* conditions[] = {
            "TargetInstance ISA 'CIM_Process'",      "TargetInstance ISA 'Win32_Process'",
            "TargetInstance.__CLASS = 'Everything'", "TargetInstance ISA 'Sandboxed_Process'",
            "TargetInstance ISA 'NotInstalled'",     "NOT TargetInstance ISA 'CIM_Process'"};
        if (from == "__InstanceModificationEvent" && below(4) == 0) {
            return "TargetInstance.Name <> PreviousInstance.Name";
        }
        return conditions[below(6)];
    }
    std::string intrinsic(const std::string& from) {
        switch (below(5)) {
            case 0: return loose();
            case 1: return fmt::format("{} AND {}", loose(), loose());
            case 2: return strict(from);
            case 3: return fmt::format("{} OR {}", strict(from), strict(from));
            // The ISA is within a NOT NOT here, so that the binder leaves the rest to the event.
            default:
                return fmt::format("NOT NOT ({}) AND {} AND {}", strict(from), loose(), loose());
        }
    }

    const SampleSchema& schema_;
    std::mt19937_64 random_;
};

// Decision 7: what the index finds is what evaluating every filter finds, while filters come and
// go.
TEST_F(MatchTest, TheIndexFindsWhatTheNaiveMatcherFinds) {
    const std::uint64_t seed =
        testing::UnitTest::GetInstance()->random_seed() != 0
            ? static_cast<std::uint64_t>(testing::UnitTest::GetInstance()->random_seed())
            : std::random_device{}();
    RecordProperty("seed", std::to_string(seed));
    SCOPED_TRACE(fmt::format("seed {} (again with --gtest_random_seed)", seed));
    Generator generator(schema_, seed);
    std::vector<Filter> filters;
    auto snapshot = Snapshot::make({});
    std::uint64_t next_id = 1;
    std::size_t matches = 0;
    for (int round = 0; round < 50; ++round) {
        for (int i = 0; i < 6; ++i) {
            const auto& ns = generator.below(5) == 0 ? other : cimv2;
            filters.push_back(filter(schema_, next_id++, generator.query(), ns));
            snapshot = snapshot->with(filters.back());
        }
        for (int i = 0; i < 2; ++i) {
            const auto gone = static_cast<std::ptrdiff_t>(generator.below(filters.size()));
            snapshot = snapshot->without(filters[static_cast<std::size_t>(gone)].id);
            filters.erase(filters.begin() + gone);
        }
        const NaiveMatcher naive(filters);
        const auto built = round % 2 == 0 ? snapshot : Snapshot::make(filters);
        for (int i = 0; i < 200; ++i) {
            const auto event = generator.event();
            const auto& ns = generator.below(5) == 0 ? other : cimv2;
            std::vector<FilterId> expected;
            std::vector<FilterId> found;
            naive.match(ns, *event, expected);
            built->match(ns, *event, found);
            matches += found.size();
            ASSERT_EQ(found, expected) << "round " << round << ", event " << i;
        }
        ASSERT_EQ(snapshot->size(), filters.size());
    }
    EXPECT_GT(matches, 1000U) << "the generator is too strict to prove anything";
}

}  // namespace
}  // namespace openwmi::match
