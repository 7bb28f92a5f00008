#include "mof/standard_qualifiers.h"

#include <gtest/gtest.h>

#include "mof/check_target.h"
#include "mof/compiler.h"
#include "mof/parser.h"
#include "support/proves.h"

namespace openwmi::mof {
namespace {

std::string value_of(QualifierForm form) {
    switch (form) {
        case QualifierForm::Boolean: return "";
        case QualifierForm::Text: return "(\"x\")";
        case QualifierForm::Texts: return "{\"x\", \"y\"}";
        case QualifierForm::Number: return "(0)";
        case QualifierForm::Any: return "(5)";
    }
    return "";
}

// The qualifier and those it needs, with these flavors.
std::string written(const StandardQualifier& qualifier, const std::string& value,
                    const std::string& flavors) {
    std::string text = "[" + std::string(qualifier.name) + value + flavors;
    for (const QualifierCompany& company : qualifier_companies()) {
        if (company.name != qualifier.name || !company.needed) continue;
        const auto* other = find_standard_qualifier(cim::Name(company.other));
        text += ", " + std::string(other->name) + value_of(other->form);
    }
    return text + "]";
}

// A class with the qualifier on an element of that kind; of a string or of what the name asks for.
std::string placed(std::uint16_t scope, const std::string& qualifiers) {
    const std::string key = "string K;";
    switch (scope) {
        case ScopeClass: return qualifiers + " class A { " + key + " };";
        case ScopeAssociation:
            return "[Association, " + qualifiers.substr(1) + " class A { A ref L; A ref R; };";
        case ScopeIndication: return "[Indication, " + qualifiers.substr(1) + " class A {};";
        case ScopeProperty: return "class A { " + key + qualifiers + " string P; };";
        case ScopeReference: return "class A { " + key + qualifiers + " A ref P; };";
        case ScopeMethod: return "class A { " + key + qualifiers + " uint32 M(); };";
        case ScopeParameter:
            return "class A { uint32 M([in, " + qualifiers.substr(1) + " string P); };";
        case ScopeInstance: return "class A {" + key + "}; " + qualifiers + " instance of A {};";
        default: return "";
    }
}

Document document_of(const std::string& text) {
    return parse(text, "test.mof");
}

std::string all_diagnostics(const Document& document) {
    std::string text;
    for (const auto& each : document.diagnostics) text += document.render(each);
    return text;
}

const char* row_of(QualifierGroup group) {
    switch (group) {
        case QualifierGroup::Meta: return "MOF-052";
        case QualifierGroup::Standard: return "MOF-053";
        case QualifierGroup::Optional: return "MOF-054";
        case QualifierGroup::Wmi: return "MOF-055";
    }
    return "";
}

constexpr std::uint16_t scopes[] = {ScopeClass,     ScopeAssociation, ScopeIndication,
                                    ScopeProperty,  ScopeReference,   ScopeMethod,
                                    ScopeParameter, ScopeInstance};

// Written elsewhere on the same element, or of a meaning that a lone qualifier does not have.
bool stands_by_itself(const StandardQualifier& qualifier, std::uint16_t scope) {
    const std::string_view name = qualifier.name;
    const bool meta = name == "Association" || name == "Indication";
    const bool direction = name == "In";
    if (meta) return scope != ScopeAssociation && scope != ScopeIndication;
    return !direction || scope != ScopeParameter;
}

TEST(StandardQualifiers, AreTakenWhereTheyBelongWithAnyFlavor) {
    for (const StandardQualifier& qualifier : standard_qualifiers()) {
        for (const std::uint16_t scope : scopes) {
            if ((qualifier.scopes & scope) == 0 || !stands_by_itself(qualifier, scope)) continue;
            const bool of_instance = scope == ScopeInstance;
            for (const char* flavors : {"", " : ToInstance", " : ToSubClass DisableOverride"}) {
                if (of_instance && std::string_view(flavors).find("Sub") != std::string::npos) {
                    continue;
                }
                const Document document = document_of(
                    placed(scope, written(qualifier, value_of(qualifier.form), flavors)));
                PROVES(row_of(qualifier.group), EXPECT_TRUE(document.diagnostics.empty())
                                                    << all_diagnostics(document));
            }
        }
    }
}

TEST(StandardQualifiers, ElsewhereAWarningTells) {
    for (const StandardQualifier& qualifier : standard_qualifiers()) {
        for (const std::uint16_t scope : scopes) {
            const bool class_like = scope == ScopeAssociation || scope == ScopeIndication;
            if (class_like || (qualifier.scopes & scope) != 0) continue;
            // A reference is a property too; so are those of an instance, whose qualifiers are
            // judged with its own.
            const bool property_like = scope == ScopeReference || scope == ScopeInstance;
            if (property_like && (qualifier.scopes & ScopeProperty) != 0) continue;
            const Document document =
                document_of(placed(scope, written(qualifier, value_of(qualifier.form), "")));
            ASSERT_FALSE(document.diagnostics.empty()) << qualifier.name << " at " << scope;
            PROVES(row_of(qualifier.group), EXPECT_EQ(document.diagnostics.front().status,
                                                      Status::MofQualifierUsedOutsideScope));
            EXPECT_TRUE(document.ok()) << all_diagnostics(document);
        }
    }
}

TEST(StandardQualifiers, AValueOfAnotherTypeIsAWarning) {
    for (const StandardQualifier& qualifier : standard_qualifiers()) {
        if (qualifier.form == QualifierForm::Any) continue;
        const bool text = qualifier.form == QualifierForm::Text;
        for (const std::uint16_t scope : scopes) {
            if ((qualifier.scopes & scope) == 0 || !stands_by_itself(qualifier, scope)) continue;
            const Document document =
                document_of(placed(scope, written(qualifier, text ? "(5)" : "(\"x\")", "")));
            ASSERT_EQ(document.diagnostics.size(), 1U)
                << qualifier.name << " at " << scope << all_diagnostics(document);
            PROVES(row_of(qualifier.group), EXPECT_EQ(document.diagnostics.front().status,
                                                      Status::MofUnsupportedCimv22QualValue));
            EXPECT_TRUE(document.ok());
        }
    }
}

TEST(StandardQualifiers, CompanionsAreMissed) {
    for (const char* text :
         {"[CreateBy(\"F\")] class A {};", "[Revision(\"1\")] class A {};",
          "class A { [Syntax(\"x\")] string P; };", "class A { [Propagated(\"B.K\")] string P; };",
          "class A { [Nonlocal(\"x\"), NonlocalType(\"y\")] A ref P; };"}) {
        const Document document = document_of(text);
        ASSERT_EQ(document.diagnostics.size(), 1U) << text << all_diagnostics(document);
        PROVES("MOF-053",
               EXPECT_EQ(document.diagnostics.front().status, Status::MofInvalidQualifierSyntax));
    }
}

TEST(StandardQualifiers, AWarningIsSaidOnce) {
    EXPECT_EQ(document_of("class A { [Weak] string P; [Weak] string Q; };").diagnostics.size(), 1U);
    EXPECT_TRUE(document_of("Qualifier Weak : boolean = false, Scope(property);\n"
                            "class A { [Weak] string P; };")
                    .diagnostics.empty())
        << "a document that declares a qualifier decides for itself";
}

Report check(const std::string& text) {
    CheckTarget target;
    CompileOptions options;
    options.fragments = true;
    return compile(document_of(text), target, options);
}

// Who reads them acts on them, not WMI.
TEST(StandardQualifiers, MostAreInformation) {
    const std::string thing =
        "class Thing { [key] uint32 Id; [read] string R; [write(FALSE)] string W;"
        "[Required] string Q; [MaxLen(2)] string L; [MinValue(5), MaxValue(6)] sint32 V;"
        "[ValueMap{\"1\", \"2\"}, Values{\"one\", \"two\"}] uint8 M; };";
    const auto accepts = [&](const char* assignment) {
        return check(thing + "instance of Thing { Id = 1; " + assignment + " };").ok();
    };
    for (const char* assignment :
         {"R = \"x\";", "W = \"x\";", "Q = NULL;", "L = \"long\";", "V = 7;"}) {
        PROVES("MOF-051", EXPECT_TRUE(accepts(assignment)) << assignment);
    }
    PROVES("MOF-063", EXPECT_TRUE(accepts("M = 9;")));
    PROVES("MOF-051", EXPECT_EQ(check("[abstract] class A {}; instance of A {};").error.status,
                                Status::InvalidOperation));
}

TEST(StandardQualifiers, ADynamicPropertyNeedsItsContext) {
    const std::string cls = "class A { [key] string Id; string P; };\n";
    PROVES("MOF-059",
           EXPECT_EQ(check(cls + "instance of A { Id = \"x\"; [dynamic] P; };").error.status,
                     Status::MofInvalidQualifierSyntax));
    PROVES("MOF-059", EXPECT_TRUE(check(cls + "[DynProps] instance of A { Id = \"x\"; [dynamic, "
                                              "PropertyContext(\"c\")] P; };")
                                      .ok()));
}

TEST(StandardQualifiers, AnAssociationHasTwoReferences) {
    const struct {
        const char* body;
        bool accepted;
    } cases[] = {{"", false},
                 {"A ref L;", false},
                 {"A ref L; A ref R;", true},
                 {"A ref L; A ref M; A ref R;", false},
                 {"[key] A ref L; [key] object ref R; string Note;", true}};
    for (const auto& c : cases) {
        const auto report =
            check("class A {}; [Association] class B { " + std::string(c.body) + " };");
        PROVES("MOF-060", EXPECT_EQ(report.ok(), c.accepted) << c.body);
    }
    PROVES("MOF-060", EXPECT_TRUE(check("class A {}; [Association, Abstract] class B {};"
                                        "class C : B { A ref L; A ref R; };")
                                      .ok()));
}

}  // namespace
}  // namespace openwmi::mof
