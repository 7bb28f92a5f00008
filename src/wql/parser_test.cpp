#include "wql/parser.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/proves.h"
#include "wql/limits.h"
#include "wql/printer.h"

namespace openwmi::wql {
namespace {

// The canonical text of what was understood, or the status and message of the refusal.
std::string understood(std::string_view text) {
    const auto query = parse(text);
    if (query) return print(*query);
    return fmt::format("{}: {}", base::symbol(query.error().status), query.error().message);
}

bool refuses(std::string_view text, Status status = Status::UnparsableQuery) {
    const auto query = parse(text);
    return !query && query.error().status == status;
}

// Writing the tree and reading it again gives the same tree.
void expect_round_trip(std::string_view text) {
    const auto query = parse(text);
    ASSERT_TRUE(query) << text << "\n" << (query ? "" : query.error().message);
    const auto again = parse(print(*query));
    ASSERT_TRUE(again) << print(*query);
    EXPECT_EQ(*again, *query) << text << "\n" << print(*query);
}

TEST(ParserTest, UnderstandsTheMandatorySamples) {
    struct Case {
        const char* row;
        const char* text;
        const char* canonical;
    };
    const Case cases[] = {
        {"WQL-100",
         "SELECT * FROM __InstanceCreationEvent WITHIN 5 WHERE TargetInstance ISA 'Win32_Process' "
         "AND TargetInstance.Name = 'notepad.exe'",
         "SELECT * FROM __InstanceCreationEvent WITHIN 5 WHERE TargetInstance ISA "
         "\"Win32_Process\" AND TargetInstance.Name = \"notepad.exe\""},
        {"WQL-102",
         "SELECT * FROM __InstanceCreationEvent WHERE TargetInstance ISA \"Win32_NTLogEvent\" "
         "GROUP "
         "WITHIN 600 BY TargetInstance.SourceName HAVING NumberOfEvents > 25",
         "SELECT * FROM __InstanceCreationEvent WHERE TargetInstance ISA \"Win32_NTLogEvent\" "
         "GROUP "
         "WITHIN 600 BY TargetInstance.SourceName HAVING NumberOfEvents > 25"},
        {"WQL-103", "select * from __TimerEvent where TimerID=\"MyTimer\"",
         "SELECT * FROM __TimerEvent WHERE TimerID = \"MyTimer\""},
        {"WQL-104",
         R"(Select * from RegistryTreeChangeEvent where (Hive = "HKEY_LOCAL_MACHINE" and RootPath )"
         R"(= "Software\\Microsoft\\Windows\\CurrentVersion\\Run"))",
         R"(SELECT * FROM RegistryTreeChangeEvent WHERE Hive = "HKEY_LOCAL_MACHINE" AND RootPath )"
         R"(= "Software\\Microsoft\\Windows\\CurrentVersion\\Run")"},
        {"WQL-105", "SELECT * FROM EmailEvent GROUP WITHIN 300 BY Sender",
         "SELECT * FROM EmailEvent GROUP WITHIN 300 BY Sender"},
        {"WQL-106", "SELECT * FROM SecurityViolationEvent WHERE Building = 24;",
         "SELECT * FROM SecurityViolationEvent WHERE Building = 24"},
    };
    for (const auto& sample : cases) {
        EXPECT_EQ(understood(sample.text), sample.canonical) << sample.row;
        expect_round_trip(sample.text);
    }
}

TEST(ParserTest, PlacesSpellingsAndBlanksDoNotMatter) {
    const std::string canonical =
        "SELECT targetInstance FROM __InstanceCreationEvent WITHIN 2 WHERE targetinstance ISA "
        "\"Win32_Process\"";
    PROVES("WQL-108",
           EXPECT_EQ(understood("SELECT targetInstance FROM __InstanceCreationEvent within 2 WHERE "
                                "targetinstance isa \"Win32_Process\""),
                     canonical));
    PROVES("WQL-001", EXPECT_EQ(understood("sElEcT\n\ttargetInstance\r\nfRoM "
                                           "__InstanceCreationEvent WiThIn 2 wHeRe targetinstance "
                                           "iSa 'Win32_Process' ;"),
                                canonical));
    EXPECT_EQ(understood("Select* From A"), "SELECT * FROM A");
    EXPECT_EQ(understood("SELECT * FROM A WITHIN 5WHERE X=1AND Y=2"),
              "SELECT * FROM A WITHIN 5 WHERE X = 1 AND Y = 2");
    EXPECT_EQ(understood("\xEF\xBB\xBFSELECT\xC2\xA0* FROM A"), "SELECT * FROM A");
    EXPECT_EQ(understood("SELECT * FROM A WHERE T ISA Win32_Process"),
              "SELECT * FROM A WHERE T ISA \"Win32_Process\"");
}

TEST(ParserTest, PrecedenceAndParentheses) {
    const auto where = [](std::string_view condition) {
        return understood(fmt::format("SELECT * FROM A WHERE {}", condition)).substr(22);
    };
    PROVES("WQL-015", EXPECT_EQ(parse("SELECT * FROM A WHERE a=1 OR b=2 AND c=3"),
                                parse("SELECT * FROM A WHERE a=1 OR (b=2 AND c=3)")));
    PROVES("WQL-015", EXPECT_NE(parse("SELECT * FROM A WHERE a=1 OR b=2 AND c=3"),
                                parse("SELECT * FROM A WHERE (a=1 OR b=2) AND c=3")));
    EXPECT_EQ(where("(a=1 OR b=2) AND c=3"), "(a = 1 OR b = 2) AND c = 3");
    EXPECT_EQ(where("((a=1)) AND (b=2 AND (c=3))"), "a = 1 AND b = 2 AND c = 3");
    EXPECT_EQ(where("NOT a=1 AND NOT (b=2 OR c=3)"), "NOT a = 1 AND NOT (b = 2 OR c = 3)");
    EXPECT_EQ(where("NOT NOT a=1"), "NOT NOT a = 1");
    PROVES("WQL-031", EXPECT_EQ(where("Local=TRUE AND NOT PortName LIKE \"%10.%\""),
                                "Local = TRUE AND NOT PortName LIKE \"%10.%\""));
}

TEST(ParserTest, Predicates) {
    const auto where = [](std::string_view condition) {
        return understood(fmt::format("SELECT * FROM A WHERE {}", condition)).substr(22);
    };
    for (const char* op : {"=", "<>", "<", "<=", ">", ">="}) {
        PROVES("WQL-008", EXPECT_EQ(where(fmt::format("a{}1", op)), fmt::format("a {} 1", op)));
    }
    PROVES("WQL-008", EXPECT_EQ(where("a != 1"), "a <> 1"));
    PROVES("WQL-005", EXPECT_EQ(where("1000 > a"), "1000 > a"));
    EXPECT_EQ(where("a.b.c = b.c"), "a.b.c = b.c") << "the binder decides about two properties";
    EXPECT_EQ(where("a IS NULL OR a is not null"), "a IS NULL OR a IS NOT NULL");
    EXPECT_EQ(where("a = -5 OR a = .5 OR a = 1.50e3"), "a = -5 OR a = .5 OR a = 1.50e3");
    EXPECT_EQ(where("a = 18446744073709551615"), "a = 18446744073709551615");
    EXPECT_EQ(where("a = true AND b = FALSE"), "a = TRUE AND b = FALSE");
    PROVES("WQL-041", EXPECT_EQ(where("TargetInstance.__class = \"MyCmdLineConsumer\""),
                                "TargetInstance.__class = \"MyCmdLineConsumer\""));
}

TEST(ParserTest, Strings) {
    const auto value = [](std::string_view literal) {
        const auto query = parse(fmt::format("SELECT * FROM A WHERE a = {}", literal));
        if (!query) return query.error().message;
        const auto& comparison = std::get<Comparison>(query->select()->where->node);
        return std::get<Literal>(comparison.right).value.get<std::string>();
    };
    PROVES("WQL-004", EXPECT_EQ(value(R"('a\\b\'c\"d')"), R"(a\b'c"d)"));
    PROVES("WQL-004", EXPECT_EQ(value(R"("a\\b\'c\"d")"), R"(a\b'c"d)"));
    EXPECT_EQ(value(R"('say "hi"')"), R"(say "hi")");
    EXPECT_EQ(value("\"l'été\""), "l'été");
    PROVES("WQL-004", EXPECT_TRUE(refuses(R"(SELECT * FROM A WHERE a = 'C:\Windows')")));
    EXPECT_TRUE(refuses("SELECT * FROM A WHERE a = 'open"));
    EXPECT_TRUE(refuses("SELECT * FROM A WHERE a = \xE2\x80\x9Chi\xE2\x80\x9D"));
    expect_round_trip(R"(SELECT * FROM A WHERE a = '\\\"\'')");
}

TEST(ParserTest, KeywordsAreNamesWhereNothingElseFits) {
    const char* queries[] = {
        "SELECT Group, Where FROM From WHERE Like LIKE \"x\" AND Not = 5 AND NOT Not.Is IS NULL",
        "SELECT FROM, Within FROM Select WITHIN 5 WHERE Isa ISA \"Or\" OR And = 1",
        "SELECT * FROM Within GROUP WITHIN 5 BY Having, By HAVING NumberOfEvents > 1",
    };
    for (const char* text : queries) PROVES("WQL-002", EXPECT_EQ(understood(text), text));
    for (const char* text : {"SELECT NULL FROM A", "SELECT * FROM True", "SELECT a.FALSE FROM A"}) {
        PROVES("WQL-002", EXPECT_TRUE(refuses(text)) << text);
    }
}

TEST(ParserTest, Within) {
    const auto seconds = [](std::string_view number) {
        const auto query = parse(fmt::format("SELECT * FROM A WITHIN {} WHERE b = 1", number));
        return query ? query->select()->within->seconds : -1;
    };
    PROVES("WQL-048", EXPECT_EQ(seconds("10"), 10));
    PROVES("WQL-048", EXPECT_EQ(seconds("0.25"), 0.25));
    EXPECT_EQ(seconds(".025"), 0.025);
    PROVES("WQL-048", EXPECT_TRUE(refuses("SELECT * FROM A WHERE b = 1 WITHIN 10")));
    EXPECT_TRUE(refuses("SELECT * FROM A WITHIN WHERE b = 1"));
    EXPECT_TRUE(refuses("SELECT * FROM A WITHIN soon"));
}

TEST(ParserTest, Group) {
    PROVES("WQL-057", EXPECT_EQ(understood("SELECT * FROM A GROUP WITHIN 300"),
                                "SELECT * FROM A GROUP WITHIN 300"));
    PROVES("WQL-057", EXPECT_TRUE(refuses("SELECT * FROM A GROUP WITHIN 300 WHERE b = 1")));
    PROVES("WQL-059", EXPECT_TRUE(refuses("SELECT * FROM A GROUP WITHIN 1.5")));
    PROVES("WQL-059", EXPECT_TRUE(refuses("SELECT * FROM A GROUP WITHIN -1")));
    PROVES("WQL-059", EXPECT_TRUE(refuses("SELECT * FROM A GROUP WITHIN 4294967296")));
    PROVES("WQL-061", EXPECT_EQ(understood("SELECT * FROM A GROUP WITHIN 5 BY b , c.d"),
                                "SELECT * FROM A GROUP WITHIN 5 BY b, c.d"));
    PROVES("WQL-064", EXPECT_TRUE(refuses("SELECT * FROM A GROUP WITHIN 5 HAVING Other > 5")));
    PROVES("WQL-064",
           EXPECT_TRUE(refuses("SELECT * FROM A GROUP WITHIN 5 HAVING NumberOfEvents > 1.5")));
    PROVES("WQL-065", EXPECT_TRUE(refuses("SELECT * FROM A HAVING NumberOfEvents > 5")));
    PROVES("WQL-068", EXPECT_EQ(understood("SELECT * FROM A WITHIN 5 WHERE b = 1 GROUP WITHIN 300"),
                                "SELECT * FROM A WITHIN 5 WHERE b = 1 GROUP WITHIN 300"));
    EXPECT_EQ(understood("SELECT * FROM A GROUP BY b within 10 having NumberOfEvents<>3"),
              "SELECT * FROM A GROUP WITHIN 10 BY b HAVING NumberOfEvents <> 3");
    expect_round_trip("SELECT * FROM A GROUP BY *");
}

TEST(ParserTest, RefusesWhatTheDocumentationCallsInvalid) {
    const struct {
        const char* row;
        const char* text;
    } cases[] = {
        {"WQL-012", "SELECT * FROM A WHERE infraredsupported >= null"},
        {"WQL-012", "SELECT * FROM A WHERE ServerName = Null"},
        {"WQL-013", "SELECT * FROM A WHERE b IS 5"},
        {"WQL-013", "SELECT * FROM A WHERE b IS NOT \"NTFS\""},
        {"WQL-005", "SELECT * FROM A WHERE b = 1 + 2"},
        {"WQL-019", "SELECT * FROM A, B"},
        {"WQL-022", "SELECT * FROM A WHERE"},
        {"WQL-022", "SELECT FROM A"},
        {"WQL-022", "DELETE FROM A"},
        {"WQL-022", ""},
        {"WQL-022", "SELECT * FROM A WHERE (b = 1"},
        {"WQL-022", "SELECT * FROM A WHERE b = 1)"},
        {"WQL-022", "SELECT * FROM A WHERE a > 1 && b > 1"},
        {"WQL-022", "SELECT * FROM A WHERE 1 = 1"},
        {"WQL-022", "SELECT * FROM A WHERE b LIKE 5"},
        {"WQL-022", "SELECT * FROM A WHERE b NOT LIKE 'x'"},
        {"WQL-022", "SELECT * FROM A; SELECT * FROM B"},
        {"WQL-022", "SELECT * FROM \xFF"},
    };
    for (const auto& c : cases) {
        const support::Proof proof(c.row, c.text, __FILE__, __LINE__);
        EXPECT_TRUE(refuses(c.text)) << c.text << "\n" << understood(c.text);
    }
}

TEST(ParserTest, SaysWhatWasExpectedAndWhere) {
    const struct {
        const char* text;
        const char* message;
        base::Span span;
    } cases[] = {
        {"SELECT * FROM A WHER b = 1",
         "expected WITHIN, WHERE, GROUP or the end of the query, found 'WHER'",
         {16, 20}},
        {"SELECT FROM A",
         "expected '*' or the names of properties after SELECT, found 'FROM'",
         {7, 11}},
        {"SELECT * FROM A WHERE b",
         "expected =, <>, <, <=, >, >=, IS, ISA or LIKE after the property, found the end of the "
         "query",
         {23, 23}},
        {"SELECT * FROM A WHERE b NOT LIKE 'x'",
         "NOT stands before the property: NOT Name LIKE \"...\"",
         {24, 27}},
        {"SELECT * FROM A WHERE b = NULL",
         "NULL is compared with IS NULL or IS NOT NULL only",
         {26, 30}},
        {"SELECT * FROM A WHERE b & 1", "'&' has no meaning in a query", {24, 25}},
        {"SELECT * FROM A WHERE b = 'x\\y'",
         "expected \\\\, \\\" or \\' in the string: a backslash is written as \\\\",
         {28, 30}},
    };
    for (const auto& c : cases) {
        base::Diagnostics diagnostics;
        const auto query = parse(c.text, &diagnostics);
        ASSERT_FALSE(query) << c.text;
        ASSERT_EQ(diagnostics.size(), 1U);
        EXPECT_EQ(diagnostics[0].message, c.message);
        EXPECT_EQ(query.error().message, c.message);
        EXPECT_EQ(diagnostics[0].span, c.span)
            << c.text << " " << diagnostics[0].span.begin << " " << diagnostics[0].span.end;
    }
}

TEST(ParserTest, Limits) {
    const std::string query = "SELECT * FROM A WHERE b = '";
    const auto of_length = [&](std::size_t length) {
        return query + std::string(length - query.size() - 1, 'x') + "'";
    };
    PROVES("WQL-017", EXPECT_TRUE(parse(of_length(max_query_units))));
    PROVES("WQL-017", EXPECT_TRUE(refuses(of_length(max_query_units + 1), Status::QuotaViolation)));

    std::string many = "SELECT * FROM A WHERE b=1";
    for (std::size_t i = 1; i < max_terms; ++i) many += " OR b=1";
    EXPECT_TRUE(parse(many));
    many += "OR b=1";
    PROVES("WQL-016", EXPECT_TRUE(refuses(many, Status::QuotaViolation)));

    const auto nested = [](std::size_t depth) {
        return "SELECT * FROM A WHERE " + std::string(depth, '(') + "b=1" + std::string(depth, ')');
    };
    EXPECT_TRUE(parse(nested(max_depth)));
    PROVES("WQL-016", EXPECT_TRUE(refuses(nested(max_depth + 1), Status::QuotaViolation)));
    std::string nots = "SELECT * FROM A WHERE ";
    for (std::size_t i = 0; i <= max_depth; ++i) nots += "NOT ";
    EXPECT_TRUE(refuses(nots + "b=1", Status::QuotaViolation));

    std::string listed = "SELECT p";
    for (std::size_t i = 1; i < max_listed; ++i) listed += ",p";
    EXPECT_TRUE(parse(listed + " FROM A"));
    PROVES("WQL-016", EXPECT_TRUE(refuses(listed + ",p FROM A", Status::QuotaViolation)));
}

TEST(ParserTest, AQueryIsAboutItsOwnNamespace) {
    for (const char* text : {"SELECT * FROM root\\cimv2:A", "SELECT * FROM \\\\.\\root\\cimv2:A",
                             "SELECT * FROM //./root/cimv2:A", "SELECT * FROM root:A"}) {
        PROVES("WQL-020", EXPECT_FALSE(parse(text)) << text);
    }
}

TEST(ParserTest, Associations) {
    const char* queries[] = {
        "ASSOCIATORS OF {Win32_LogicalDisk.DeviceID=\"C:\"}",
        (R"(ASSOCIATORS OF {Win32_LogicalDisk="C:"} WHERE AssocClass = A ResultClass = B )"
         "ResultRole = R Role = S RequiredQualifier = Locale RequiredAssocQualifier = Association"),
        "ASSOCIATORS OF {Win32_LogicalDisk} WHERE SchemaOnly",
        "REFERENCES OF {Adapter=\"AHA-294X\"} WHERE ClassDefsOnly",
        "REFERENCES OF {A.b=\"}\"} WHERE ResultClass = B KeysOnly",
    };
    for (const char* text : queries) {
        PROVES("WQL-082", EXPECT_EQ(understood(text), text));
        expect_round_trip(text);
    }
    PROVES("WQL-088", EXPECT_EQ(understood("REFERENCES OF {Adapter=\"AHA-294X\"}"),
                                "REFERENCES OF {Adapter=\"AHA-294X\"}"));
    const struct {
        const char* row;
        const char* text;
    } refused[] = {
        {"WQL-081", "ASSOCIATORS OF Win32_LogicalDisk.DeviceID=\"C:\""},
        {"WQL-082", "ASSOCIATORS OF {A=\"b\"} WHERE ResultClass = B AND Role = C"},
        {"WQL-082", "ASSOCIATORS OF {A=\"b\"} WHERE ResultClass = B, Role = C"},
        {"WQL-082", "ASSOCIATORS OF {A=\"b\"} WHERE ResultClass > B"},
        {"WQL-084", "ASSOCIATORS OF {A=\"b\"} WHERE ClassDefsOnly ResultClass = B"},
        {"WQL-084", "REFERENCES OF {A=\"b\"} WHERE ClassDefsOnly ResultClass = B"},
        {"WQL-087", "REFERENCES OF {A=\"b\"} WHERE AssocClass = B"},
        {"WQL-087", "REFERENCES OF {A=\"b\"} WHERE ResultRole = B"},
        {"WQL-089", "ASSOCIATORS OF {A} WHERE SchemaOnly ClassDefsOnly"},
        {"WQL-089", "ASSOCIATORS OF {A=\"b\"} WHERE SchemaOnly"},
        {"WQL-091", "ASSOCIATORS OF {A} WHERE SchemaOnly KeysOnly"},
        {"WQL-091", "REFERENCES OF {A=\"b\"} WHERE KeysOnly ClassDefsOnly"},
        {"WQL-091", "ASSOCIATORS OF {A=\"b\"} WHERE"},
        {"WQL-091", "ASSOCIATORS OF {A=\"b\"} WHERE Role = B Role = C"},
        {"WQL-091", "ASSOCIATORS OF {A=\"b\""},
    };
    for (const auto& c : refused) {
        const support::Proof proof(c.row, c.text, __FILE__, __LINE__);
        const auto query = parse(c.text);
        EXPECT_FALSE(query) << c.text;
    }
    PROVES("WQL-091",
           EXPECT_TRUE(refuses("ASSOCIATORS OF {A=\"b\"} WHERE Nonsense", Status::InvalidQuery)));
}

}  // namespace
}  // namespace openwmi::wql
