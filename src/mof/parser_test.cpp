#include "mof/parser.h"

#include <gtest/gtest.h>

#include "support/proves.h"

namespace openwmi::mof {
namespace {

std::string rendered(const Document& document) {
    std::string text;
    for (const auto& diagnostic : document.diagnostics) text += document.render(diagnostic) + "\n";
    return text;
}

Document parsed(std::string_view text, const ParseOptions& options = {}) {
    Document document = parse(text, "test.mof", options);
    EXPECT_TRUE(document.ok()) << text << "\n" << rendered(document);
    return document;
}

std::vector<Status> errors(std::string_view text, const ParseOptions& options = {}) {
    std::vector<Status> statuses;
    for (const auto& diagnostic : parse(text, "test.mof", options).diagnostics) {
        if (diagnostic.severity == base::Severity::Error) statuses.push_back(diagnostic.status);
    }
    return statuses;
}

const ClassNode& class_at(const Document& document, std::size_t item) {
    return std::get<ClassNode>(document.items.at(item).node);
}

const InstanceNode& instance_at(const Document& document, std::size_t item) {
    return std::get<InstanceNode>(document.items.at(item).node);
}

TEST(Parser, ReadsAClassWithEverything) {
    const Document document = parsed(R"(
        [Description("a " "sensor") : Amended ToSubClass, Abstract]
        Class Sensor as $S : CIM_Sensor
        {
            [key, MaxLen(8)] string Id = "x";
            uint8 Bytes[4] = {1, 0x2, 03};
            CIM_Thing ref Owner;
            object ref Any;
            Inner Embedded = instance of Inner { A = 1; };
            Object Objects[];
            char16 Letter = 'A';
            [implemented] uint32 Reset([in] sint32 Level = 3, [out] string Text[]);
            void Stop();
        };)");
    const ClassNode& node = class_at(document, 0);
    EXPECT_EQ(node.name.text, "Sensor");
    EXPECT_EQ(node.alias->text, "S");
    EXPECT_EQ(node.superclass->text, "CIM_Sensor");
    ASSERT_EQ(node.qualifiers.size(), 2u);
    PROVES("MOF-004", EXPECT_EQ(*node.qualifiers[0].value->get_if<std::string>(), "a sensor"));
    PROVES("MOF-026", EXPECT_FALSE(node.qualifiers[1].value.has_value()));
    ASSERT_EQ(node.properties.size(), 7u);
    EXPECT_EQ(node.properties[1].bound, 4u);
    EXPECT_EQ(node.properties[2].type.type.element, cim::CimType::Reference);
    PROVES("MOF-011", EXPECT_EQ(node.properties[2].type.class_name, "CIM_Thing"));
    PROVES("MOF-011", EXPECT_EQ(node.properties[3].type.class_name, ""));
    EXPECT_EQ(node.properties[4].type.class_name, "Inner");
    EXPECT_EQ(node.properties[5].type.type, (cim::Type{cim::CimType::Object, true}));
    ASSERT_EQ(node.methods.size(), 2u);
    EXPECT_EQ(node.methods[0].parameters.size(), 2u);
    PROVES("MOF-013", EXPECT_EQ(node.methods[1].return_type.type.element, cim::CimType::Empty));
}

TEST(Parser, KeywordsHaveNoCase) {
    const Document document = parsed(
        "CLASS a { [KEY] STRING b; Boolean c = tRue; Object REF d; };\n"
        "InStance OF a AS $x { b = \"1\"; c = NULL; };\n#PRAGMA AUTORECOVER\n");
    PROVES("MOF-003", EXPECT_EQ(document.items.size(), 2u));
    EXPECT_TRUE(document.autorecover);
}

TEST(Parser, ReadsAnInstance) {
    const Document document = parsed(R"(
        [Locale(0x409)] instance of Sensor as $A
        {
            Id = "a" "b";
            Levels = {1, -2};
            Names = {};
            Inner = instance of Inner { Deep = instance of Deep {}; };
            [Description("q")] Noted;
        };
        instance of Binding { Consumer = $Later; Filter = $A; };
        instance of Sensor as $later {};)");
    const InstanceNode& node = instance_at(document, 0);
    ASSERT_EQ(node.assignments.size(), 5u);
    PROVES("MOF-012",
           EXPECT_TRUE(node.assignments[2].value->get_if<std::vector<Literal>>()->empty()));
    EXPECT_FALSE(node.assignments[4].value.has_value());
    PROVES("MOF-020",
           EXPECT_EQ(instance_at(document, 1).assignments[0].value->get_if<AliasUse>()->name,
                     "Later"));
}

TEST(Parser, ReadsBothFormsOfQualifierDeclarations) {
    const Document document = parsed(R"(
        Qualifier Description : ToSubClass Amended;
        Qualifier Key : boolean = false, Scope(property, reference), Flavor(DisableOverride);
        Qualifier Values : string[], Scope(any), Flavor(Translatable, ToSubclass);
        Qualifier Max : uint32;)");
    const auto& first = std::get<QualifierNode>(document.items.at(0).node);
    EXPECT_FALSE(first.type.has_value());
    EXPECT_EQ(first.flavors.size(), 2u);
    const auto& second = std::get<QualifierNode>(document.items.at(1).node);
    EXPECT_EQ(second.scopes, ScopeProperty | ScopeReference);
    EXPECT_EQ(*second.value->get_if<bool>(), false);
    EXPECT_TRUE(std::get<QualifierNode>(document.items.at(2).node).type->type.array);
}

TEST(Parser, ReadsThePragmas) {
    const Document document = parsed(R"(
        #pragma namespace("\\\\.\\root\\cimv2")
        #pragma namespace ("\\root\\subscription")
        #pragma namespace("root/test")
        #pragma classflags("updateonly", "forceupdate")
        #pragma classflags(64)
        #pragma instanceflags("createonly")
        #pragma deleteclass("Old", NOFAIL)
        #pragma deleteinstance("Old.A='x'", fail)
        #pragma autorecover
        #pragma amendment("MS_409")
        #pragma locale ("en_US"))");
    const auto name_space = [&](std::size_t item) {
        return std::get<NamespaceNode>(document.items.at(item).node).path.text();
    };
    PROVES("MOF-019", EXPECT_EQ(name_space(0), "root\\cimv2"));
    PROVES("MOF-019", EXPECT_EQ(name_space(1), "root\\subscription"));
    EXPECT_EQ(name_space(2), "root\\test");
    const auto& flags = std::get<ClassFlagsNode>(document.items.at(3).node).flags;
    PROVES("MOF-037", EXPECT_EQ(flags, (PutFlags{PutMode::UpdateOnly, UpdateMode::Force})));
    PROVES("MOF-041", EXPECT_EQ(std::get<InstanceFlagsNode>(document.items.at(5).node).flags.mode,
                                PutMode::CreateOnly));
    PROVES("MOF-042",
           EXPECT_FALSE(std::get<DeleteClassNode>(document.items.at(6).node).must_exist));
    PROVES("MOF-043",
           EXPECT_TRUE(std::get<DeleteInstanceNode>(document.items.at(7).node).must_exist));
    EXPECT_EQ(document.amendment, "MS_409");
    EXPECT_TRUE(document.autorecover);
}

TEST(Parser, IgnoresTheDmtfsOwnPragmasWithAWarning) {
    const Document document = parsed("#pragma instancelocale(\"en\")\n#pragma source(\"x\")");
    EXPECT_EQ(document.diagnostics.size(), 2u);
    EXPECT_TRUE(document.items.empty());
}

// Every error number of the parser, with the shortest text that has it.
TEST(Parser, ReachesEveryErrorNumber) {
    struct Case {
        Status status;
        const char* text;
    };
    const Case cases[] = {
        {Status::MofExpectedQualifierName, "[,key] class A {};"},
        {Status::MofExpectedQualifierName, "[_key] class A {};"},
        {Status::MofExpectedSemi, "class A { string a };"},
        {Status::MofExpectedSemi, "class A {}"},
        {Status::MofExpectedSemi, "instance of A { a \"x\"; };"},
        {Status::MofExpectedOpenBrace, "class A : B string a; };"},
        {Status::MofExpectedCloseBrace, "class A { string a;"},
        {Status::MofExpectedCloseBrace, "instance of A { a = {1, {2}}; };"},
        {Status::MofExpectedCloseBracket, "[key class A {};"},
        {Status::MofExpectedCloseBracket, "class A { string a[3; };"},
        {Status::MofExpectedCloseParen, "[Max(3] class A {};"},
        {Status::MofExpectedCloseParen, "#pragma namespace(\"root\""},
        {Status::MofIllegalConstantValue, "instance of A { a = text; };"},
        {Status::MofIllegalConstantValue, "instance of A { a = 99999999999999999999; };"},
        {Status::MofExpectedTypeIdentifier, "class A { [key] 5 a; };"},
        {Status::MofExpectedOpenParen, "#pragma namespace \"root\""},
        {Status::MofUnrecognizedToken, "interface A {};"},
        {Status::MofUnrecognizedToken, "class A { @string a; };"},
        {Status::MofUnrecognizedType, "class A { void a; };"},
        {Status::MofUnrecognizedType, "Qualifier A : integer = 5;"},
        {Status::MofExpectedPropertyName, "class A { string ; };"},
        {Status::MofTypedefNotSupported, "typedef string Name;"},
        {Status::MofTypedefNotSupported, "enum Colour { Red };"},
        {Status::MofUnexpectedAlias, "class A as $a {}; class B { string b = $a; };"},
        {Status::MofUnexpectedArrayInit, "class A { string a = {\"x\"}; };"},
        {Status::MofInvalidAmendmentSyntax, "#pragma amendment(5)"},
        {Status::MofInvalidDuplicateAmendment,
         "#pragma amendment(\"MS_409\")\n#pragma amendment(\"MS_407\")"},
        {Status::MofInvalidPragma, "#pragma junkname(\"junkvalue\")"},
        {Status::MofInvalidPragma, "#pragma locale(\"junkvalue\")"},
        {Status::MofInvalidNamespaceSyntax, "#pragma namespace(\"\")"},
        {Status::MofInvalidNamespaceSyntax, "#pragma namespace(5)"},
        {Status::MofExpectedClassName, "class {};"},
        {Status::MofExpectedClassName, "class A : {};"},
        {Status::MofExpectedClassName, "instance of {};"},
        {Status::MofTypeMismatch, "class A { string a = 23; };"},
        {Status::MofExpectedAliasName, "class A as 5 {};"},
        {Status::MofExpectedAliasName, "instance of A as $ {};"},
        {Status::MofInvalidClassDeclaration, "class A;"},
        {Status::MofInvalidClassDeclaration, "class A : B, C {};"},
        {Status::MofInvalidInstanceDeclaration, "instance A {};"},
        {Status::MofExpectedDollar, "instance of A as a {};"},
        {Status::MofCimtypeQualifier, "class A { [CIMTYPE(\"string\")] string a; };"},
        {Status::MofDuplicateProperty, "class A { string a; uint8 A; };"},
        {Status::MofDuplicateProperty, "instance of A { a = 1; A = 2; };"},
        {Status::MofInvalidNamespaceSpecification, "#pragma namespace(\"\\\\\\\\srv\\\\root\")"},
        {Status::MofOutOfRange, "class A { uint8 a = 256; };"},
        {Status::MofInvalidFile, "\xff\xfe\x61"},
        {Status::MofAliasesInEmbedded, "instance of A { a = instance of B as $b {}; };"},
        {Status::MofNullArrayElem, "class A { string a[] = {\"x\", NULL}; };"},
        {Status::MofDuplicateQualifier, "[abstract, Abstract] class A {};"},
        {Status::MofExpectedFlavorType, "[Max(3) : Sometimes] class A {};"},
        {Status::MofIncompatibleFlavorTypes,
         "[Max(3) : ToSubClass EnableOverride DisableOverride] class A {};"},
        {Status::MofMultipleAliases, "class A as $a as $b {};"},
        {Status::MofMultipleAliases, "class A as $a {}; class B as $A {};"},
        {Status::MofIncompatibleFlavorTypes2, "[Max(3) : Restricted ToSubClass] class A {};"},
        {Status::MofNoArraysReturned, "class A { sint32 f[](); };"},
        {Status::MofNoArraysReturned, "class A { sint32[] f(); };"},
        {Status::MofInvalidFlagsSyntax, "#pragma classflags(\"always\")"},
        {Status::MofInvalidFlagsSyntax, "#pragma classflags(\"createonly\", \"updateonly\")"},
        {Status::MofExpectedBraceOrBadType, "class A { 5 a; };"},
        {Status::MofUnsupportedCimv22QualValue, "[Max(instance of B {})] class A {};"},
        {Status::MofUnsupportedCimv22DataType, "Qualifier A : object = NULL;"},
        {Status::MofInvalidDeleteinstanceSyntax, "#pragma deleteinstance(\"A.b=1\")"},
        {Status::MofInvalidQualifierSyntax, "Qualifier A;"},
        {Status::MofQualifierUsedOutsideScope,
         "Qualifier Q : boolean, Scope(method);\nclass A { [Q] string a; };"},
        {Status::MofErrorInvalidIncludeFile, "#include(\"none.mof\")"},
        {Status::MofInvalidDeleteclassSyntax, "#pragma deleteclass(\"A\", maybe)"},
    };
    for (const Case& c : cases) {
        const std::vector<Status> found = errors(c.text);
        PROVES("MOF-075", ASSERT_EQ(found.size(), 1u) << c.text << "\n"
                                                      << rendered(parse(c.text, "test.mof")));
        PROVES("MOF-075", EXPECT_EQ(found[0], c.status) << c.text);
    }
    ParseOptions strict;
    strict.strict = true;
    const char* undirected = "class A { void f(string a); };";
    PROVES("OD-059",
           EXPECT_EQ(errors(undirected, strict), std::vector<Status>{Status::MofMustBeInOrOut}));
    EXPECT_TRUE(errors(undirected).empty());
    const char* wql_keyword = "class A { string Group; };";
    PROVES("MOF-010", EXPECT_EQ(errors(wql_keyword, strict),
                                std::vector<Status>{Status::MofExpectedPropertyName}));
    EXPECT_TRUE(errors(wql_keyword).empty());
    for (const char* word : {"select", "From", "WHERE", "group", "having", "within"}) {
        const auto text = fmt::format("class A {{ string {}; }};", word);
        PROVES("WQL-003", EXPECT_EQ(errors(text, strict),
                                    std::vector<Status>{Status::MofExpectedPropertyName}));
        PROVES("WQL-003", EXPECT_EQ(parse(text, "test.mof").diagnostics.size(), 1u) << word);
    }
}

TEST(Parser, KnowsTheLocaleCodes) {
    for (const char* code :
         {"401", "416", "804", "404", "405", "406", "413", "409", "40b", "40c", "407", "408",
          "40d", "40e", "410", "411", "412", "414", "415", "816", "419", "c0a", "41D", "41f"}) {
        const Document document =
            parse(fmt::format("#pragma amendment(\"MS_{}\")", code), "test.mof");
        PROVES("MOF-062", EXPECT_TRUE(document.ok()) << code);
        EXPECT_EQ(document.amendment, fmt::format("MS_{}", code));
    }
}

TEST(Parser, RowsThatRefuse) {
    struct Case {
        const char* row;
        const char* text;
    };
    const std::string long_name(256, 'a');
    const std::string long_class = "class " + long_name + " {};";
    const Case cases[] = {
        {"SYS-002", "class __Mine {};"},
        {"MOF-009", "class __Mine {};"},
        {"MOF-008", "class _Mine {};"},
        {"MOF-008", "class Mine_ {};"},
        {"MOF-008", "class 1Mine {};"},
        {"MOF-010", "class A { string class; };"},
        {"MOF-010", "class A { string datetime; };"},
        {"MOF-023", "class A : B, C {};"},
        {"MOF-025", "[Terminal, Abstract] class A {};"},
        {"MOF-027", "[a_] class A {};"},
        {"MOF-027", "[1a] class A {};"},
        {"MOF-027", "[a&b] class A {};"},
        {"MOF-028", "[cimtype(\"x\")] class A {};"},
        {"MOF-029", "typedef string T;"},
        {"MOF-045", "#pragma unheard(\"of\")"},
        {"MOF-038", "#pragma classflags(\"createonly\", \"updateonly\")"},
        {"MOF-047", "[Max(1) : DisableOverride] class A {};"},
        {"MOF-048", "[Locale(1) : ToSubClass] instance of A {};"},
        {"MOF-049", "[Max(1) : Restricted ToInstance] class A {};"},
        {"MOF-052", "[Association, Indication] class A {};"},
        {"MOF-021", "instance of A as $x {}; instance of A as $x {};"},
        {"MOF-021", "instance of A as x {};"},
        {"MOF-020", "instance of A as $x { a = $y; }; instance of A as $y { a = $x; };"},
        {"MOF-012", "class A { sint32 a[] = {1, NULL}; };"},
        {"MOF-013", "class A { sint32[] f(); };"},
        {"MOF-015", "class A { void f([in] string a, [in] string a); };"},
        {"MOF-015", "class A { void f([in] string a, [out] uint8 a); };"},
        {"OD-064", long_class.c_str()},
        {"OD-106", "class A { string a = 23; };"},
    };
    for (const Case& c : cases) {
        PROVES(c.row, EXPECT_FALSE(parse(c.text, "test.mof").ok()) << c.text);
    }
}

TEST(Parser, RowsThatAccept) {
    ParseOptions system;
    system.system_classes = true;
    EXPECT_TRUE(parse("class __Mine { string __P; };", "test.mof", system).ok());
    struct Case {
        const char* row;
        const char* text;
    };
    const Case cases[] = {
        {"MOF-006", "class A { sint32 a = 2.5; };"},
        {"MOF-007", "class A { uint64 a = \"0xFFFFFFFFFFFFFFFF\"; sint64 b = \"-5\"; };"},
        {"MOF-007", "class A { datetime a = \"19940107140332.000000-300\"; };"},
        {"MOF-012", "class A { string a[5]; string b[] = {}; };"},
        {"MOF-015", "class A { void f([in] string a, [out] string a); };"},
        {"MOF-016", "class A { B b = instance of B{c=3;}; B d = NULL; };"},
        {"MOF-047", "[Max(1) : ToSubClass DisableOverride] class A {};"},
        {"MOF-004", "class A { char16 a = 65; char16 b = 'b'; char16 c = '\\x4133'; };"},
    };
    for (const Case& c : cases) {
        PROVES(c.row, EXPECT_TRUE(parse(c.text, "test.mof").ok())
                          << c.text << rendered(parse(c.text, "test.mof")));
    }
}

TEST(Parser, ReportsAllMistakesOfAFileInOrder) {
    const Document document = parse(R"(class A
{
    string a
    [key] string b;
    5 c;
    string d = unquoted;
    string e;
};
instance A { x = 1; };
class B { [Max(] uint8 x; string y; };
#pragma nothing
class C { string Ok; };
class D { string f;
class E {};
)",
                                    "test.mof");
    std::string seen;
    for (const auto& d : document.diagnostics) {
        seen += fmt::format("{} {}\n", base::position(document.files[0].text, d.span.begin).line,
                            base::symbol(d.status));
    }
    EXPECT_EQ(seen,
              "3 WBEMMOF_E_EXPECTED_SEMI\n"
              "5 WBEMMOF_E_EXPECTED_BRACE_OR_BAD_TYPE\n"
              "6 WBEMMOF_E_ILLEGAL_CONSTANT_VALUE\n"
              "9 WBEMMOF_E_INVALID_INSTANCE_DECLARATION\n"
              "10 WBEMMOF_E_ILLEGAL_CONSTANT_VALUE\n"
              "11 WBEMMOF_E_INVALID_PRAGMA\n"
              "14 WBEMMOF_E_EXPECTED_CLOSE_BRACE\n");
    ASSERT_EQ(document.items.size(), 4u);  // A, B, C, E
    EXPECT_EQ(class_at(document, 0).properties.size(), 3u);
}

TEST(Parser, MistakesHavePositionsAndRenderThem) {
    const Document document = parse("class A\n{\n    string Name }\n", "sample.mof");
    ASSERT_FALSE(document.diagnostics.empty());
    const std::string text = document.render(document.diagnostics[0]);
    EXPECT_EQ(text.substr(0, text.find('\n')),
              "sample.mof:3:17: error: expected ';' after the property Name, found '}'  "
              "[WBEMMOF_E_EXPECTED_SEMI]");
}

TEST(Parser, StopsAtAHundredMistakes) {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += "class ;\n";
    EXPECT_EQ(errors(text).size(), 100u);
}

TEST(Parser, LimitsTheNumberOfTokens) {
    ParseOptions options;
    options.limits.tokens = 10;
    EXPECT_FALSE(errors("class A {}; class B {};", options).empty());
    EXPECT_TRUE(errors("class A {};", options).empty());
}

TEST(Parser, LimitsTheNestingOfEmbeddedObjects) {
    const auto nested = [](int depth) {
        std::string text = "instance of A { ";
        for (int i = 0; i < depth; ++i) text += "a = instance of A { ";
        for (int i = 0; i < depth; ++i) text += "}; ";
        return text + "};";
    };
    EXPECT_TRUE(errors(nested(64)).empty());
    PROVES("OD-065", EXPECT_FALSE(errors(nested(65)).empty()));
    EXPECT_FALSE(errors(nested(100000)).empty());
}

TEST(Parser, AnAliasThatIsNowhereDefinedIsRefused) {
    EXPECT_EQ(errors("instance of A { a = $b; };"),
              std::vector<Status>{Status::MofUnexpectedAlias});
}

TEST(Parser, InAFragmentAnUnknownAliasIsAWarning) {
    ParseOptions options;
    options.fragments = true;
    EXPECT_TRUE(errors("instance of A { a = $b; };", options).empty());
}

TEST(Parser, AMissingBlankBetweenStringsStaysMissing) {
    const Document document = parsed(
        "instance of CommandLineEventConsumer { CommandLineTemplate = \"c:\\\\x.exe\" \"-a\"; };");
    PROVES("OD-095",
           EXPECT_EQ(*instance_at(document, 0).assignments[0].value->get_if<std::string>(),
                     "c:\\x.exe-a"));
}

}  // namespace
}  // namespace openwmi::mof
