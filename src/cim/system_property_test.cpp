#include "cim/system_property.h"

#include <gtest/gtest.h>

#include "cim/instance.h"
#include "cim/schema.h"
#include "support/proves.h"

namespace openwmi::cim {
namespace {

OriginPtr somewhere() {
    return std::make_shared<const Origin>(
        Origin{"SERVER", NamespacePath::literal("root\\subscription")});
}

InstancePtr filter(OriginPtr origin) {
    InstanceBuilder builder(find_system_class("__EventFilter"));
    EXPECT_TRUE(builder.set("Name", "hot"));
    builder.set_origin(std::move(origin));
    return builder.build();
}

Value read(const Object& object, const char* name, const Origin* origin = nullptr) {
    const auto value = system_property(object, name, origin);
    EXPECT_TRUE(value) << name;
    return value.value_or(Value());
}

TEST(SystemPropertyTest, OfAnInstance) {
    const auto instance = filter(somewhere());
    EXPECT_EQ(read(*instance, "__CLASS"), Value("__EventFilter"));
    PROVES("SYS-007", EXPECT_EQ(read(*instance, "__DERIVATION"),
                                Value(Strings{"__IndicationRelated", "__SystemClass"})));
    PROVES("SYS-008", EXPECT_EQ(read(*instance, "__DYNASTY"), Value("__SystemClass")));
    PROVES("SYS-009", EXPECT_EQ(read(*instance, "__GENUS"), Value(2)));
    PROVES("SYS-010", EXPECT_EQ(read(*instance, "__NAMESPACE"), Value("root\\subscription")));
    PROVES("SYS-011", EXPECT_EQ(read(*instance, "__PATH"),
                                Value(R"(\\SERVER\root\subscription:__EventFilter.Name="hot")")));
    PROVES("SYS-012", EXPECT_EQ(read(*instance, "__PROPERTY_COUNT"), Value(6)));
    PROVES("SYS-013",
           EXPECT_EQ(read(*instance, "__RELPATH"), Value(R"(__EventFilter.Name="hot")")));
    PROVES("SYS-014", EXPECT_EQ(read(*instance, "__SERVER"), Value("SERVER")));
    PROVES("SYS-015", EXPECT_EQ(read(*instance, "__SUPERCLASS"), Value("__IndicationRelated")));
    EXPECT_EQ(read(*instance, "__class"), Value("__EventFilter")) << "names ignore case";
}

TEST(SystemPropertyTest, OfAClass) {
    const auto cls = find_system_class("__SystemClass");
    const auto origin = somewhere();
    PROVES("SYS-009", EXPECT_EQ(read(*cls, "__GENUS"), Value(1)));
    PROVES("SYS-008", EXPECT_EQ(read(*cls, "__DYNASTY"), Value("__SystemClass")));
    PROVES("SYS-016", EXPECT_TRUE(read(*cls, "__SUPERCLASS").is_null()));
    PROVES("SYS-007", EXPECT_EQ(read(*cls, "__DERIVATION"), Value(Strings{})));
    PROVES("SYS-013", EXPECT_EQ(read(*cls, "__RELPATH"), Value("__SystemClass")));
    PROVES("SYS-016", EXPECT_TRUE(read(*cls, "__PATH").is_null()));
    PROVES("SYS-011", EXPECT_EQ(read(*cls, "__PATH", origin.get()),
                                Value(R"(\\SERVER\root\subscription:__SystemClass)")));
}

TEST(SystemPropertyTest, AnEventLivesNowhere) {
    InstanceBuilder builder(find_system_class("__InstanceCreationEvent"));
    EXPECT_TRUE(builder.set("TargetInstance", filter(somewhere())));
    builder.set_origin(somewhere());
    const auto event = builder.build();
    PROVES("SYS-009", EXPECT_EQ(read(*event, "__GENUS"), Value(2)));
    for (const char* name : {"__NAMESPACE", "__PATH", "__RELPATH", "__SERVER"}) {
        PROVES("SYS-018", EXPECT_TRUE(read(*event, name).is_null()) << name);
        PROVES("GEN-015", EXPECT_TRUE(read(*event, name).is_null()) << name);
    }
    const auto target = any_property(*event, "TargetInstance");
    ASSERT_TRUE(target);
    EXPECT_EQ(read(*target->value.get<ObjectPtr>(), "__SERVER"), Value("SERVER"));
}

TEST(SystemPropertyTest, WhatDoesNotApplyIsNull) {
    const auto keyless = InstanceBuilder(find_system_class("__EventFilter")).build();
    PROVES("SYS-016", EXPECT_TRUE(read(*keyless, "__RELPATH").is_null()));
    PROVES("SYS-016", EXPECT_TRUE(read(*keyless, "__PATH").is_null()));
    EXPECT_FALSE(system_property(*keyless, "__NOTHING"));
    EXPECT_FALSE(system_property(*keyless, "Name"));
}

TEST(SystemPropertyTest, AnyPropertyFindsBothKinds) {
    const auto instance = filter(somewhere());
    EXPECT_EQ(any_property(*instance, "NAME")->value, Value("hot"));
    EXPECT_EQ(any_property(*instance, "Name")->type, Type{CimType::String});
    EXPECT_EQ(any_property(*instance, "__GENUS")->value, Value(2));
    EXPECT_EQ(any_property(*instance, "__DERIVATION")->type, (Type{CimType::String, true}));
    EXPECT_FALSE(any_property(*instance, "Nothing"));
    const auto cls = find_system_class("__TimerInstruction");
    EXPECT_EQ(any_property(*cls, "SkipIfPassed")->value, Value(false));
}

TEST(SystemPropertyTest, ThereAreTen) {
    EXPECT_EQ(system_properties().size(), 10u);
    const auto instance = filter(somewhere());
    for (const auto& property : system_properties()) {
        EXPECT_TRUE(fits(read(*instance, property.name.text().c_str()), property.type))
            << property.name.text();
    }
}

}  // namespace
}  // namespace openwmi::cim
