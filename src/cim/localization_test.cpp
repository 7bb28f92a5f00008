#include "cim/localization.h"

#include <gtest/gtest.h>

#include "cim/test_classes.h"
#include "support/proves.h"

namespace openwmi::cim {
namespace {

using namespace test;

constexpr Flavor amended{.to_instance = true, .to_subclass = true, .amended = true};

Flagged text(const char* name, const char* value) {
    return {name, Value(value), amended};
}

FindLocalized in(std::vector<ClassPtr> classes) {
    return [classes = std::move(classes)](const Name& name) -> ClassPtr {
        for (const ClassPtr& cls : classes) {
            if (cls->name() == name) return cls;
        }
        return nullptr;
    };
}

const Qualifier* of_property(const Class& cls, const char* name, const char* qualifier) {
    return cls.properties()[*cls.find_property(name)].qualifiers.find(qualifier);
}

TEST(Localization, AddsAmendedQualifiersAndNothingElse) {
    const auto neutral = make_class(
        "Disk", {key("Id", CimType::String), property("Size", CimType::Uint64, Value(7U))});
    auto declaration = declared(
        "Disk", "",
        {property("Id", CimType::String, {}, qualifiers({text("Description", "der Name")})),
         property("Size", CimType::Uint64, Value(9U),
                  qualifiers({text("DisplayName", "Größe"), {"Units", Value("Byte")}})),
         property("Other", CimType::String, {}, qualifiers({text("Description", "x")}))},
        qualifiers({text("Description", "eine Platte"), {"Locale", Value(0x407)}}));
    const auto merged = localize(neutral, in({derive(declaration)}));
    PROVES("MOF-061",
           EXPECT_EQ(merged->qualifiers().find("description")->value, Value("eine Platte")));
    EXPECT_EQ(merged->qualifiers().find("locale")->value, Value(0x407));
    PROVES("MOF-061",
           EXPECT_EQ(of_property(*merged, "Size", "DisplayName")->value, Value("Größe")));
    EXPECT_EQ(of_property(*merged, "Size", "Units"), nullptr) << "it is not amended";
    EXPECT_TRUE(merged->properties()[0].is_key());
    EXPECT_EQ(merged->properties()[1].default_value, Value(7U));
    EXPECT_FALSE(merged->find_property("Other"));
    EXPECT_EQ(merged->layout()->hash(), neutral->layout()->hash());
}

TEST(Localization, OfASuperclassReachesTheSubclass) {
    const auto base = make_class("Base", {property("Id", CimType::String)});
    const auto sub = derive(declared("Sub", "Base", {property("Own", CimType::String)}), base);
    const auto localized = derive(declared(
        "Base", "", {property("Id", CimType::String, {}, qualifiers({text("Description", "d")}))}));
    const auto merged = localize(sub, in({localized}));
    ASSERT_NE(of_property(*merged, "Id", "Description"), nullptr);
    EXPECT_EQ(localize(sub, in({})), sub);
}

TEST(Localization, OfAnInheritedPropertyMayStandInTheSubclass) {
    const auto base = make_class("Base", {property("Id", CimType::String)});
    const auto sub = derive(declared("Sub", "Base", {}), base);
    const auto localized = derive(declared(
        "Sub", "", {property("Id", CimType::String, {}, qualifiers({text("Description", "d")}))}));
    const auto merged = localize(sub, in({localized}));
    ASSERT_NE(of_property(*merged, "Id", "Description"), nullptr);
    EXPECT_EQ(merged->properties()[0].origin, Name("Base"));
}

TEST(Localization, OfMethodsAndTheirParameters) {
    const auto with_method = [](const QualifierSet& on_method, const QualifierSet& on_parameter) {
        auto declaration = declared("Service", "", {});
        Method method;
        method.name = "Stop";
        method.return_type = {CimType::Uint32, false};
        method.qualifiers = on_method;
        Parameter parameter;
        parameter.name = "Force";
        parameter.type = {CimType::Boolean, false};
        parameter.qualifiers = on_parameter;
        parameter.qualifiers.put({"in", {}, Value(true), {}, false});
        parameter.qualifiers.put({"ID", {CimType::Sint32, false}, Value(0), {}, false});
        method.parameters.push_back(parameter);
        declaration.methods.push_back(method);
        return derive(declaration);
    };
    const auto merged = localize(with_method({}, {}),
                                 in({with_method(qualifiers({text("Description", "hält an")}),
                                                 qualifiers({text("Description", "sofort")}))}));
    const Method* stop = merged->find_method("Stop");
    EXPECT_EQ(stop->qualifiers.find("Description")->value, Value("hält an"));
    EXPECT_EQ(stop->parameters[0].qualifiers.find("Description")->value, Value("sofort"));
}

TEST(Localization, AnInstanceShowsItAndKeepsItsValues) {
    const auto neutral = make_class("Disk", {key("Id", CimType::String)});
    const auto localized =
        derive(declared("Disk", "", {}, qualifiers({text("Description", "eine Platte")})));
    const auto merged = localize(neutral, in({localized}));
    const auto instance = localize(*make_instance(neutral, {{"Id", Value("c")}}), merged);
    EXPECT_EQ(*instance->find("Id"), Value("c"));
    EXPECT_NE(instance->class_of().qualifiers().find("Description"), nullptr);
}

}  // namespace
}  // namespace openwmi::cim
