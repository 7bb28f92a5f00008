#include "wql/binder.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/proves.h"
#include "wql/parser.h"
#include "wql/sample_schema.h"

namespace openwmi::wql {
namespace {

class BinderTest : public testing::Test {
  protected:
    Result<BoundQuery> bind(std::string_view text, BindFor purpose = BindFor::Event,
                            BindOptions options = {}) {
        auto query = parse(text);
        EXPECT_TRUE(query) << text << "\n" << (query ? "" : query.error().message);
        if (!query) return base::fail(query.error());
        return wql::bind(std::move(*query), schema_, purpose, options);
    }

    // "WBEM_E_INVALID_QUERY", or "ok".
    std::string outcome(std::string_view text, BindFor purpose = BindFor::Event) {
        const auto bound = bind(text, purpose);
        return bound ? "ok" : std::string(base::symbol(bound.error().status));
    }
    std::string event(std::string_view text) { return outcome(text); }
    std::string data(std::string_view text) { return outcome(text, BindFor::Data); }
    // A data query about the class that has a property of every type.
    std::string where(std::string_view condition) {
        return data(fmt::format("SELECT * FROM Everything WHERE {}", condition));
    }

    std::string targets(std::string_view condition) {
        const auto bound =
            bind(fmt::format("SELECT * FROM __InstanceOperationEvent WHERE {}", condition));
        std::string text;
        if (!bound) return bound.error().message;
        for (const auto& target : bound->target_classes()) {
            if (!text.empty()) text += ' ';
            text += target.reach == TargetClass::Reach::Exact ? "=" : "";
            text += target.name.text();
        }
        return text;
    }

    test::SampleSchema schema_;
};

TEST_F(BinderTest, TheClassAfterFrom) {
    PROVES("WQL-023", EXPECT_EQ(event("SELECT * FROM NoSuchClass"), "WBEM_E_INVALID_CLASS"));
    PROVES("WQL-023", EXPECT_EQ(data("SELECT * FROM NoSuchClass"), "WBEM_E_INVALID_CLASS"));
    PROVES("WQL-043", EXPECT_EQ(event("SELECT * FROM Win32_Process"), "WBEM_E_NOT_EVENT_CLASS"));
    EXPECT_EQ(event("SELECT * FROM __AggregateEvent"), "WBEM_E_NOT_EVENT_CLASS");
    EXPECT_EQ(event("SELECT * FROM __Event"), "ok");
    EXPECT_EQ(event("SELECT * FROM EmailEvent"), "ok");
    EXPECT_EQ(event("SELECT * FROM meta_class"), "WBEM_E_INVALID_CLASS");
    EXPECT_EQ(data("SELECT * FROM EmailEvent"), "ok");
    EXPECT_EQ(data("ASSOCIATORS OF {A=\"b\"}"), "WBEM_E_INVALID_QUERY");
}

TEST_F(BinderTest, PropertiesMustBeKnown) {
    PROVES("WQL-026", EXPECT_EQ(event("SELECT * FROM EmailEvent WHERE Nothing = 1"),
                                "WBEM_E_INVALID_PROPERTY"));
    PROVES("WQL-026", EXPECT_EQ(data("SELECT * FROM Win32_Process WHERE Nothing = 1"),
                                "WBEM_E_INVALID_PROPERTY"));
    EXPECT_EQ(event("SELECT Nothing FROM EmailEvent"), "WBEM_E_INVALID_PROPERTY");
    EXPECT_EQ(event("SELECT Sender, __CLASS FROM EmailEvent WHERE __class = 'EmailEvent'"), "ok");
    PROVES("WQL-024", EXPECT_EQ(event("SELECT * FROM EmailEvent WHERE Sender.Name = 'x'"),
                                "WBEM_E_PROPERTY_NOT_AN_OBJECT"));
    EXPECT_EQ(event("SELECT * FROM EmailEvent WHERE __CLASS.Name = 'x'"),
              "WBEM_E_PROPERTY_NOT_AN_OBJECT");
    PROVES("WQL-024", EXPECT_EQ(where("Text.Name = 'x'"), "ok"));
    PROVES("WQL-109", EXPECT_EQ(where("Everything.Text = 'x'"), "WBEM_E_INVALID_PROPERTY"));
    PROVES("WQL-109", EXPECT_EQ(where("Part.embedprop = 5"), "ok"));
}

TEST_F(BinderTest, EmbeddedPropertiesAreCheckedWhereTheClassIsKnown) {
    const auto with = [&](std::string_view condition) {
        return event(fmt::format("SELECT * FROM __InstanceModificationEvent WHERE {}", condition));
    };
    const std::string process = "TargetInstance ISA 'Win32_Process' AND ";
    EXPECT_EQ(with(process + "TargetInstance.Nothing = 1"), "WBEM_E_INVALID_PROPERTY");
    EXPECT_EQ(with(process + "PreviousInstance.Nothing = 1"), "WBEM_E_INVALID_PROPERTY");
    EXPECT_EQ(with(process + "TargetInstance.ProcessId = 'abc'"), "WBEM_E_INVALID_QUERY");
    EXPECT_EQ(with(process + "TargetInstance.Name.First = 'abc'"), "WBEM_E_PROPERTY_NOT_AN_OBJECT");
    EXPECT_EQ(with(process + "TargetInstance.Sandbox = 'a'"), "ok") << "a subclass has it";
    EXPECT_EQ(with("TargetInstance.Nothing = 1"), "ok") << "the object will tell";
    EXPECT_EQ(with("TargetInstance ISA 'NotInstalledYet' AND TargetInstance.Nothing = 1"), "ok");
    EXPECT_EQ(with("TargetInstance.__CLASS = 'Win32_Process' AND TargetInstance.Nothing = 1"),
              "WBEM_E_INVALID_PROPERTY");
    EXPECT_EQ(with("(TargetInstance ISA 'Win32_Process' AND TargetInstance.Name = 'a') OR "
                   "(TargetInstance ISA 'Win32_LogicalDisk' AND TargetInstance.DeviceID = 'C:')"),
              "ok");
    EXPECT_EQ(with("(TargetInstance ISA 'Win32_Process' AND TargetInstance.DeviceID = 'a') OR "
                   "TargetInstance ISA 'Win32_LogicalDisk'"),
              "WBEM_E_INVALID_PROPERTY");
    EXPECT_EQ(with("NOT (TargetInstance ISA 'Win32_Process') AND TargetInstance.DeviceID = 'a'"),
              "ok");
    EXPECT_EQ(event("SELECT * FROM MyEvent WHERE E1.Prop1 = 'abc'"), "WBEM_E_INVALID_QUERY")
        << "the declaration says of which class E1 is";
}

TEST_F(BinderTest, ConstantsMustSuitTheProperty) {
    const struct {
        const char* row;
        const char* condition;
        const char* outcome;
    } cases[] = {
        {"WQL-007", "Small = 1000.4", "WBEM_E_INVALID_QUERY"},
        {"WQL-007", "Natural < 1e3", "WBEM_E_INVALID_QUERY"},
        {"WQL-006", "Small = 'abc'", "WBEM_E_INVALID_QUERY"},
        {"WQL-006", "Flag = 'maybe'", "WBEM_E_INVALID_QUERY"},
        {"WQL-006", "Flag = 5", "WBEM_E_INVALID_QUERY"},
        {"WQL-006", "Text = TRUE", "WBEM_E_INVALID_QUERY"},
        {"WQL-006", "Moment = 5", "WBEM_E_INVALID_QUERY"},
        {"WQL-006", "Moment = 'soon'", "WBEM_E_INVALID_QUERY"},
        {"WQL-006", "Part = 'x'", "WBEM_E_INVALID_QUERY"},
        {"WQL-006", "Double = 'x'", "WBEM_E_INVALID_QUERY"},
        {"WQL-006", "Letter = 'xy'", "WBEM_E_INVALID_QUERY"},
        {"OD-082", "Small = '18'", "ok"},
        {"OD-082", "Double = '1.5'", "ok"},
        {"OD-082", "Flag = 'True'", "ok"},
        {"OD-082", "Text = 24", "ok"},
        {"OD-082", "Small = '18 '", "WBEM_E_INVALID_QUERY"},
        {"OD-082", "Small = '1.5'", "WBEM_E_INVALID_QUERY"},
        {"WQL-010", "Flag = TRUE", "ok"},
        {"WQL-010", "Flag != TRUE", "ok"},
        {"WQL-010", "Flag <> FALSE", "ok"},
        {"WQL-010", "Flag <= TRUE", "WBEM_E_INVALID_OPERATOR"},
        {"WQL-010", "Flag >= TRUE", "WBEM_E_INVALID_OPERATOR"},
        {"WQL-010", "Flag > TRUE", "WBEM_E_INVALID_OPERATOR"},
        {"WQL-025", "Flag < TRUE", "WBEM_E_INVALID_OPERATOR"},
        {"WQL-025", "Small LIKE 'x'", "WBEM_E_INVALID_OPERATOR"},
        {"WQL-025", "Text ISA 'x'", "WBEM_E_INVALID_OPERATOR"},
        {"WQL-025", "Link < 'x'", "WBEM_E_INVALID_OPERATOR"},
        {"WQL-011", "Flag = 1", "ok"},
        {"WQL-018", "Numbers = 5", "WBEM_E_INVALID_QUERY"},
        {"WQL-018", "Numbers IS NULL", "WBEM_E_INVALID_QUERY"},
        {"WQL-018", "Numbers LIKE '5'", "WBEM_E_INVALID_QUERY"},
        {"WQL-005", "Small = Big", "WBEM_E_INVALID_QUERY"},
        {"WQL-027", "Text LIKE '[abc'", "WBEM_E_INVALID_QUERY"},
    };
    for (const auto& c : cases) {
        const support::Proof proof(c.row, c.condition, __FILE__, __LINE__);
        EXPECT_EQ(where(c.condition), c.outcome) << c.condition;
    }
}

TEST_F(BinderTest, TwoPropertiesAreForEventQueries) {
    const auto with = [&](std::string_view condition) {
        return event(
            fmt::format("SELECT * FROM __InstanceModificationEvent WHERE TargetInstance "
                        "ISA 'Win32_Process' AND {}",
                        condition));
    };
    EXPECT_EQ(with("TargetInstance.ProcessId <> PreviousInstance.ProcessId"), "ok");
    EXPECT_EQ(with("TargetInstance.ProcessId <> PreviousInstance.WorkingSetSize"), "ok");
    EXPECT_EQ(with("TargetInstance.ProcessId <> PreviousInstance.Name"), "WBEM_E_INVALID_QUERY");
    EXPECT_EQ(with("TargetInstance = PreviousInstance"), "WBEM_E_INVALID_QUERY");
}

TEST_F(BinderTest, Within) {
    const auto interval = [&](std::string_view number) -> base::Duration {
        const auto bound =
            bind(fmt::format("SELECT * FROM __InstanceOperationEvent WITHIN {}", number));
        return bound ? *bound->within() : base::Duration(-1);
    };
    PROVES("WQL-048", EXPECT_EQ(interval("5"), std::chrono::seconds(5)));
    PROVES("WQL-048", EXPECT_EQ(interval("0.25"), std::chrono::milliseconds(250)));
    PROVES("WQL-049", EXPECT_EQ(event("SELECT * FROM __InstanceOperationEvent WITHIN 0.001"),
                                "WBEM_E_INVALID_QUERY"));
    PROVES("OD-020", EXPECT_EQ(event("SELECT * FROM __InstanceOperationEvent WITHIN 0.001"),
                               "WBEM_E_INVALID_QUERY"));
    PROVES("OD-020", EXPECT_EQ(interval("0.0011"), std::chrono::microseconds(1100)));
    EXPECT_EQ(interval("0"), base::Duration(-1));
    EXPECT_EQ(interval("-5"), base::Duration(-1));
    EXPECT_EQ(interval("1e300"), base::Duration(-1));
    PROVES("WQL-055", EXPECT_EQ(event("SELECT * FROM EmailEvent WITHIN 10"), "ok"));
    PROVES("OD-021", EXPECT_EQ(event("SELECT * FROM EmailEvent WITHIN 10"), "ok"));
    EXPECT_EQ(data("SELECT * FROM Win32_Process WITHIN 10"), "WBEM_E_INVALID_QUERY");
    const BindOptions slow{.polling_floor = std::chrono::seconds(2)};
    PROVES("OD-020", EXPECT_FALSE(bind("SELECT * FROM __InstanceOperationEvent WITHIN 1",
                                       BindFor::Event, slow)));
}

TEST_F(BinderTest, Group) {
    PROVES("WQL-058", EXPECT_EQ(event("SELECT * FROM EmailEvent GROUP BY Sender"),
                                "WBEM_E_MISSING_GROUP_WITHIN"));
    PROVES("WQL-067", EXPECT_EQ(event("SELECT * FROM EmailEvent GROUP WITHIN 5 BY *"),
                                "WBEM_E_MISSING_AGGREGATION_LIST"));
    PROVES(
        "WQL-063",
        EXPECT_EQ(event("SELECT * FROM __InstanceCreationEvent GROUP WITHIN 5 BY TargetInstance"),
                  "WBEM_E_AGGREGATING_BY_OBJECT"));
    PROVES("WQL-062", EXPECT_EQ(event("SELECT * FROM __InstanceCreationEvent WHERE TargetInstance "
                                      "ISA 'Win32_NTLogEvent' GROUP WITHIN 600 BY "
                                      "TargetInstance.SourceName HAVING NumberOfEvents > 25"),
                                "ok"));
    EXPECT_EQ(event("SELECT * FROM MyEvent GROUP WITHIN 5 BY List"), "WBEM_E_INVALID_QUERY");
    EXPECT_EQ(event("SELECT * FROM EmailEvent GROUP WITHIN 5 BY Nothing"),
              "WBEM_E_INVALID_PROPERTY");
    EXPECT_EQ(data("SELECT * FROM Win32_Process GROUP WITHIN 5 BY Name"), "WBEM_E_INVALID_QUERY");
    const auto bound = bind("SELECT * FROM EmailEvent WITHIN 5 GROUP WITHIN 300 BY Sender");
    ASSERT_TRUE(bound);
    PROVES("WQL-059", EXPECT_EQ(bound->group()->within, std::chrono::seconds(300)));
    PROVES("OD-018", EXPECT_EQ(bound->group()->within, std::chrono::seconds(300)));
    PROVES("WQL-068", EXPECT_EQ(*bound->within(), std::chrono::seconds(5)));
}

TEST_F(BinderTest, TargetClasses) {
    const struct {
        const char* condition;
        const char* targets;
    } cases[] = {
        {"TargetInstance ISA 'Win32_Process'", "Win32_Process"},
        {"TargetInstance.__CLASS = 'Win32_Process'", "=Win32_Process"},
        {"'Win32_Process' = TargetInstance.__CLASS", "=Win32_Process"},
        {"TargetInstance ISA 'CIM_Process' AND TargetInstance.Name = 'a'", "CIM_Process"},
        {"TargetInstance ISA 'CIM_Process' AND TargetInstance.__CLASS = 'Win32_Process'",
         "=Win32_Process"},
        {"TargetInstance ISA 'Win32_Process' OR TargetInstance ISA 'Win32_Service'",
         "Win32_Process Win32_Service"},
        {"(TargetInstance ISA 'Win32_Process' AND TargetInstance.Name = 'a') OR "
         "TargetInstance ISA 'Win32_Process'",
         "Win32_Process"},
        {"TargetInstance ISA 'Win32_Process' OR TargetInstance.Name = 'a'", ""},
        {"NOT TargetInstance ISA 'Win32_Process'", ""},
        {"TargetInstance.Name = 'a'", ""},
        {"TargetInstance.__CLASS <> 'Win32_Process'", ""},
        {"PreviousInstance ISA 'Win32_Process'",
         "__InstanceOperationEvent has no property "
         "PreviousInstance"},
    };
    for (const auto& c : cases) {
        PROVES("WQL-047", EXPECT_EQ(targets(c.condition), c.targets) << c.condition);
    }
    const auto extrinsic = bind("SELECT * FROM EmailEvent");
    EXPECT_TRUE(extrinsic->target_property().empty());
    const auto created = bind("SELECT * FROM __NamespaceCreationEvent");
    EXPECT_EQ(created->target_property(), cim::Name("TargetNamespace"));
    ASSERT_EQ(created->target_classes().size(), 1U);
    EXPECT_EQ(created->target_classes()[0].name, cim::Name("__Namespace"));
}

TEST_F(BinderTest, NamesTheClassesThatAreNotThere) {
    const auto bound = bind(
        "SELECT * FROM __InstanceCreationEvent WHERE TargetInstance ISA 'NotYet' OR TargetInstance "
        "ISA 'Win32_Process' OR TargetInstance ISA 'notyet' OR TargetInstance.__CLASS = 'Neither'");
    ASSERT_TRUE(bound);
    EXPECT_EQ(bound->unknown_classes(), (std::vector<cim::Name>{"NotYet", "Neither"}));
}

TEST_F(BinderTest, SchemaQueries) {
    EXPECT_EQ(data("SELECT * FROM Meta_Class"), "ok");
    PROVES("WQL-075", EXPECT_EQ(data("SELECT __CLASS FROM meta_class"), "WBEM_E_INVALID_QUERY"));
    EXPECT_EQ(data("SELECT * FROM meta_class WHERE __this ISA 'CIM_Process'"), "ok");
    EXPECT_EQ(data("SELECT * FROM meta_class WHERE __Superclass IS NULL"), "ok");
    EXPECT_EQ(data("SELECT * FROM meta_class WHERE Name = 'x'"), "WBEM_E_INVALID_PROPERTY");
}

TEST_F(BinderTest, FindsEveryMistakeAndItsPlace) {
    base::Diagnostics diagnostics;
    const std::string text = "SELECT Nothing FROM EmailEvent WHERE Urgent > TRUE AND None = 1";
    const auto bound = bind(text, BindFor::Event, {.diagnostics = &diagnostics});
    ASSERT_FALSE(bound);
    ASSERT_EQ(diagnostics.size(), 3U);
    const auto marked = [&](const base::Diagnostic& diagnostic) {
        return text.substr(diagnostic.span.begin, diagnostic.span.end - diagnostic.span.begin);
    };
    EXPECT_EQ(diagnostics[0].message, "EmailEvent has no property Nothing");
    EXPECT_EQ(marked(diagnostics[0]), "Nothing");
    EXPECT_EQ(diagnostics[1].message, "Urgent > TRUE: a boolean knows = and <> only, not >");
    EXPECT_EQ(marked(diagnostics[1]), "Urgent > TRUE");
    EXPECT_EQ(marked(diagnostics[2]), "None");
    EXPECT_EQ(bound.error().status, Status::InvalidProperty);
    EXPECT_EQ(bound.error().message, diagnostics[0].message);
}

}  // namespace
}  // namespace openwmi::wql
