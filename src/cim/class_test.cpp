#include "cim/class.h"

#include <gtest/gtest.h>

#include "cim/limits.h"
#include "cim/test_classes.h"
#include "support/proves.h"

namespace openwmi::cim {
namespace {

using namespace test;
using enum CimType;

// The status and the sentence of a derivation that must fail.
Error refused(ClassDeclaration declaration, ClassPtr superclass = nullptr) {
    auto cls = Class::derive(std::move(declaration), std::move(superclass));
    EXPECT_FALSE(cls.has_value());
    return cls ? Error{} : cls.error();
}

Method method(const char* name, CimType returns, std::vector<Parameter> parameters = {}) {
    Method method;
    method.name = name;
    method.return_type = {returns, false};
    method.parameters = std::move(parameters);
    return method;
}

Parameter parameter(const char* name, CimType type, const char* direction) {
    Parameter parameter;
    parameter.name = name;
    parameter.type = {type, false};
    parameter.qualifiers = qualifiers({{direction}});
    return parameter;
}

TEST(Derive, InheritsPropertiesInTheOrderOfTheSuperclass) {
    const auto base = make_class("Base", {key("Id", String), property("N", Sint32, Value(5))});
    const auto derived = subclass(base, "Derived", {property("Own", Boolean)});
    ASSERT_EQ(derived->properties().size(), 3U);
    EXPECT_EQ(derived->properties()[0].name, Name("id"));
    EXPECT_EQ(derived->properties()[1].default_value, Value(5));
    EXPECT_EQ(derived->properties()[1].origin, Name("Base"));
    EXPECT_FALSE(derived->properties()[1].local);
    EXPECT_EQ(derived->properties()[2].origin, Name("Derived"));
    EXPECT_TRUE(derived->properties()[2].local);
    ASSERT_EQ(derived->keys().size(), 1U) << "a key stays one without any flavor";
    EXPECT_EQ(derived->find_property("OWN"), std::optional<std::size_t>(2));
    EXPECT_FALSE(derived->find_property("other").has_value());
    EXPECT_EQ(derived->layout()->slots()[0].offset, base->layout()->slots()[0].offset);
}

TEST(Derive, KnowsItsAncestors) {
    const auto a = make_class("A", {});
    const auto b = subclass(a, "B", {});
    const auto c = subclass(b, "C", {});
    const std::vector<Name> expected{"B", "A"};
    const std::vector<Name> ancestors(c->derivation().begin(), c->derivation().end());
    PROVES("SYS-007", EXPECT_EQ(ancestors, expected));
    PROVES("SYS-008", EXPECT_EQ(c->dynasty(), Name("A")); EXPECT_EQ(a->dynasty(), Name("A")));
    EXPECT_TRUE(c->is_a("a") && c->is_a("C") && !a->is_a("C"));
}

TEST(Derive, RedeclarationChangesDefaultAndQualifiersOnly) {
    const auto base =
        make_class("Base", {property("N", Sint32, Value(5), qualifiers({{"Units", Value("a")}})),
                            property("M", Sint32, Value(6))});
    const auto derived =
        subclass(base, "Derived",
                 {property("n", Sint32, Value(7), qualifiers({{"Units", Value("b")}})),
                  property("M", Sint32, {}, qualifiers({{"Units", Value("c")}}))});
    PROVES("MOF-024", EXPECT_EQ(derived->properties()[0].default_value, Value(7));
           EXPECT_EQ(derived->properties()[0].qualifiers.find("units")->value, Value("b")));
    EXPECT_EQ(derived->properties()[0].origin, Name("Base"));
    EXPECT_TRUE(derived->properties()[0].local);
    EXPECT_EQ(derived->properties()[1].default_value, Value(6)) << "nothing said: it stays";
}

TEST(Derive, RefusesAnotherTypeAndNamesBoth) {
    const auto base = make_class("Base", {property("N", Sint32), array("L", String)});
    const auto error = refused(declared("Derived", "Base", {property("N", Uint32)}), base);
    PROVES("COM-044", EXPECT_EQ(error.status, Status::UpdateTypeMismatch));
    EXPECT_EQ(error.message,
              "class Derived: property N is redeclared as uint32, but in class Base it is sint32");
    EXPECT_EQ(refused(declared("Derived", "Base", {property("L", String)}), base).status,
              Status::UpdateTypeMismatch);
}

TEST(Derive, ReferencesMayBecomeNarrower) {
    auto strong = property("R", Reference);
    strong.class_name = "CIM_Element";
    const auto base = make_class("Base", {strong});
    auto narrower = strong;
    narrower.class_name = "CIM_Disk";
    EXPECT_EQ(subclass(base, "D", {narrower})->properties()[0].class_name, Name("CIM_Disk"));
    EXPECT_EQ(refused(declared("D", "Base", {property("R", Reference)}), base).status,
              Status::UpdateTypeMismatch);
}

TEST(Derive, ReportsStructuralConflicts) {
    const auto plain = make_class("Plain", {});
    const auto keyed = make_class("Keyed", {key("Id", String)}, qualifiers({{"abstract"}}));
    const auto locked = make_class(
        "Locked", {}, qualifiers({{"Q", Value("x"), {.to_subclass = true, .overridable = false}}}));
    const auto terminal = make_class("End", {}, qualifiers({{"terminal"}}));
    struct Case {
        ClassDeclaration declaration;
        ClassPtr superclass;
        Status expected;
    };
    const Case cases[] = {
        {declared("D", "Plain", {}, qualifiers({{"abstract"}})), plain, Status::CannotBeAbstract},
        {declared("D", "Plain", {}, qualifiers({{"singleton"}})), plain, Status::CannotBeSingleton},
        {declared("D", "Keyed", {}, qualifiers({{"singleton"}})), keyed, Status::CannotBeSingleton},
        {declared("Plain", "Plain", {}), plain, Status::CircularReference},
        {declared("D", "D", {}), nullptr, Status::CircularReference},
        {declared("D", "Nowhere", {}), nullptr, Status::InvalidSuperclass},
        {declared("D", "Locked", {}, qualifiers({{"q", Value("y")}})), locked,
         Status::UpdateOverrideNotAllowed},
    };
    for (const Case& c : cases) {
        PROVES("COM-044", EXPECT_EQ(refused(c.declaration, c.superclass).status, c.expected)
                              << c.declaration.name.text());
    }
    const auto b = subclass(plain, "B", {});
    EXPECT_EQ(refused(declared("plain", "B", {}), b).status, Status::CircularReference);
    EXPECT_EQ(refused(declared("D", "Keyed", {}), plain).status, Status::InvalidSuperclass);
    PROVES(
        "MOF-025",
        EXPECT_EQ(refused(declared("D", "End", {}), terminal).status, Status::InvalidSuperclass);
        EXPECT_EQ(refused(declared("D", "", {}, qualifiers({{"terminal"}, {"Abstract"}}))).status,
                  Status::CannotBeAbstract));
}

TEST(Derive, SingletonsUnderAbstractClassesAreSingletonsFurtherDown) {
    const auto base = make_class("Cache", {}, qualifiers({{"abstract"}}));
    const auto one = subclass(base, "One", {}, qualifiers({{"singleton"}}));
    EXPECT_TRUE(one->is_singleton());
    EXPECT_FALSE(one->is_abstract());
    EXPECT_TRUE(subclass(one, "Below", {})->is_singleton());
    PROVES("MOF-056", EXPECT_EQ(refused(declared("D", "One", {key("K", String)}), one).status,
                                Status::CannotBeKey));
}

TEST(Derive, MethodsKeepTheirSignature) {
    auto declaration = declared("Base", "", {});
    declaration.methods = {
        method("Start", Uint32, {parameter("A", String, "in"), parameter("B", Uint8, "out")}),
        method("Stop", Empty)};
    const auto base = derive(declaration);
    ASSERT_EQ(base->methods().size(), 2U);

    auto same = declared("Derived", "Base", {});
    same.methods = {declaration.methods[0]};
    same.methods[0].qualifiers = qualifiers({{"implemented"}});
    const auto derived = derive(same, base);
    EXPECT_EQ(derived->find_method("START")->origin, Name("Base"));
    EXPECT_TRUE(derived->find_method("Start")->local);
    EXPECT_TRUE(derived->find_method("Start")->qualifiers.is_true("Implemented"));
    EXPECT_FALSE(derived->find_method("Stop")->local);

    auto other = same;
    other.methods[0].parameters[1].type = {Uint16, false};
    const auto error = refused(other, base);
    PROVES("COM-044", EXPECT_EQ(error.status, Status::UpdatePropagatedMethod));
    EXPECT_EQ(
        error.message,
        "class Derived: method Start is redeclared as uint32 (in string A, out uint16 B), but "
        "in class Base it is uint32 (in string A, out uint8 B)");
    other = same;
    other.methods[0].return_type = {};
    EXPECT_EQ(refused(other, base).status, Status::UpdatePropagatedMethod);
    other.methods = {declaration.methods[0], declaration.methods[0]};
    EXPECT_EQ(refused(other, base).status, Status::InvalidMethod);
}

TEST(Derive, AParameterMayBeBothInAndOutOnlyWhenIdentical) {
    auto declaration = declared("C", "", {});
    declaration.methods = {
        method("M", Empty, {parameter("A", String, "in"), parameter("A", String, "out")})};
    EXPECT_TRUE(Class::derive(declaration, nullptr).has_value());
    declaration.methods[0].parameters[1].type = {Uint8, false};
    EXPECT_EQ(refused(declaration).status, Status::InvalidDuplicateParameter);
}

TEST(Derive, KeysHaveTheTypesThatKeysCanHave) {
    for (const CimType type : {Real32, Real64, Object}) {
        PROVES("MOF-056",
               EXPECT_EQ(refused(declared("C", "", {key("K", type)})).status, Status::CannotBeKey));
    }
    auto list = key("K", String);
    list.type.array = true;
    EXPECT_EQ(refused(declared("C", "", {list})).status, Status::CannotBeKey);
    for (const CimType type : {String, Datetime, Reference, Sint8, Uint64, Boolean, Char16}) {
        EXPECT_EQ(make_class("C", {key("K", type)})->keys().size(), 1U);
    }
}

TEST(Derive, KeysAreSettledInTheFirstClassThatHasSome) {
    const auto base = make_class("Base", {property("Name", String)}, qualifiers({{"abstract"}}));
    const auto keyed = subclass(base, "Keyed", {key("Name", String)});
    PROVES("MOF-056", EXPECT_EQ(keyed->keys().size(), 1U));
    const auto error = refused(declared("D", "Keyed", {key("More", String)}), keyed);
    PROVES("MOF-056", EXPECT_EQ(error.status, Status::CannotBeKey));
    EXPECT_EQ(error.message,
              "class D: property More (string) cannot be a key: the keys were settled in the "
              "superclass Keyed");
    const auto no_key = property("Name", String, {}, qualifiers({{"key", Value(false)}}));
    PROVES("MOF-056", EXPECT_EQ(refused(declared("D", "Keyed", {no_key}), keyed).status,
                                Status::UpdateOverrideNotAllowed));
    EXPECT_EQ(subclass(keyed, "D", {property("Name", String, Value("x"))})->keys().size(), 1U);
}

TEST(Derive, NamesAndNumbersHaveLimits) {
    const std::string widest(255, 'n');
    const std::string wider(256, 'n');
    EXPECT_EQ(make_class(widest.c_str(), {property(widest.c_str(), Uint8)})->name().text(), widest);
    PROVES("COM-045",
           EXPECT_EQ(refused(declared(wider.c_str(), "", {})).status, Status::ClassNameTooWide);
           EXPECT_EQ(refused(declared("C", "", {property(wider.c_str(), Uint8)})).status,
                     Status::PropertyNameTooWide);
           EXPECT_EQ(refused(declared("C", "", {}, qualifiers({{wider.c_str()}}))).status,
                     Status::QualifierNameTooWide));
    auto with_method = declared("C", "", {});
    with_method.methods = {method(wider.c_str(), Empty)};
    PROVES("COM-045", EXPECT_EQ(refused(with_method).status, Status::MethodNameTooWide));

    std::vector<Property> many;
    for (std::size_t i = 0; i < max_properties; ++i) {
        many.push_back(property(("P" + std::to_string(i)).c_str(), Uint8));
    }
    const auto full = make_class("Full", many);
    PROVES("COM-043", EXPECT_EQ(refused(declared("D", "Full", {property("X", Uint8)}), full).status,
                                Status::TooManyProperties));
    std::vector<Property> keys;
    for (std::size_t i = 0; i <= max_keys; ++i) {
        keys.push_back(key(("K" + std::to_string(i)).c_str(), Uint8));
    }
    PROVES("COM-043",
           EXPECT_EQ(refused(declared("C", "", keys)).status, Status::TooManyProperties));
    keys.pop_back();
    EXPECT_EQ(make_class("C", keys)->keys().size(), max_keys);
}

TEST(Derive, RefusesWhatIsNoName) {
    for (const char* name : {"", "1a", "a b", "a.b", "a\"", "a:b"}) {
        EXPECT_EQ(refused(declared(name, "", {})).status, Status::InvalidClass) << name;
        EXPECT_EQ(refused(declared("C", "", {property(name, Uint8)})).status,
                  Status::InvalidProperty)
            << name;
    }
    EXPECT_EQ(refused(declared("C", "", {property("A", Uint8), property("a", Uint8)})).status,
              Status::InvalidProperty);
    EXPECT_EQ(make_class("__System", {})->name(), Name("__SYSTEM"));
    EXPECT_EQ(make_class("Größe", {})->name(), Name("GRÖßE"));
}

TEST(Derive, DefaultsFitTheirProperty) {
    EXPECT_EQ(make_class("C", {property("P", Uint8, Value(7))})->properties()[0].default_value,
              Value(7U));
    const auto error = refused(declared("C", "", {property("P", Uint8, Value(300))}));
    EXPECT_EQ(error.status, Status::ValueOutOfRange);
    EXPECT_EQ(error.message, "class C: property P: 300 (sint32) is out of the range of uint8");
    EXPECT_EQ(refused(declared("C", "", {property("P", Uint8, Value("x"))})).status,
              Status::TypeMismatch);
    EXPECT_EQ(refused(declared("C", "", {property("P", Empty)})).status,
              Status::InvalidPropertyType);
}

TEST(Derive, QualifiersHaveTheTypesThatQualifiersCanHave) {
    const auto cls = make_class("C", {},
                                qualifiers({{"I", Value(1)},
                                            {"R", Value(1.5)},
                                            {"S", Value("s")},
                                            {"B", Value(true)},
                                            {"L", Value(Strings{"a"})}}));
    EXPECT_EQ(cls->qualifiers().find("i")->type, (Type{Sint32, false}));
    EXPECT_EQ(cls->qualifiers().find("l")->type, (Type{String, true}));
    EXPECT_EQ(refused(declared("C", "", {}, qualifiers({{"I", Value(INT64_MAX)}}))).status,
              Status::InvalidQualifierType);
    EXPECT_EQ(refused(declared("C", "", {}, qualifiers({{"O", Value(ObjectPtr(cls))}}))).status,
              Status::InvalidQualifierType);
}

TEST(Derive, PropertiesThatMustHaveAValueSaySo) {
    const auto cls = make_class(
        "C", {key("K", String), property("I", String, {}, qualifiers({{"Indexed"}})),
              property("N", String, {}, qualifiers({{"Not_Null"}})), property("P", String)});
    PROVES("MOF-057", EXPECT_TRUE(cls->properties()[0].not_null());
           EXPECT_TRUE(cls->properties()[1].not_null());
           EXPECT_TRUE(cls->properties()[2].not_null());
           EXPECT_FALSE(cls->properties()[3].not_null()));
    EXPECT_TRUE(subclass(cls, "D", {})->properties()[1].not_null());
}

TEST(Derive, AssociationAndProvider) {
    const auto base =
        make_class("A", {property("L", CimType::Reference), property("R", CimType::Reference)},
                   qualifiers({{"association"}, {"dynamic"}, {"provider", Value("P")}}));
    EXPECT_TRUE(base->is_association() && base->is_dynamic());
    EXPECT_EQ(base->provider(), "P");
    const auto derived = subclass(base, "B", {});
    EXPECT_TRUE(derived->is_association());
    EXPECT_FALSE(derived->is_dynamic()) << "it did not travel";
    EXPECT_EQ(derived->provider(), "");
}

}  // namespace
}  // namespace openwmi::cim
