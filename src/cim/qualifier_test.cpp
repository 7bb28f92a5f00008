#include "cim/qualifier.h"

#include <gtest/gtest.h>

#include "cim/test_classes.h"
#include "support/proves.h"

namespace openwmi::cim {
namespace {

using namespace test;

constexpr Flavor travels{.to_instance = true, .to_subclass = true};
constexpr Flavor fixed{.to_instance = true, .to_subclass = true, .overridable = false};

TEST(Flavor, HasTheBitsOfTheHeaders) {
    const struct {
        Flavor flavor;
        std::uint32_t bits;
    } rows[] = {{{}, 0},
                {{.to_instance = true}, 1},
                {{.to_subclass = true}, 2},
                {{.overridable = false}, 0x10},
                {{.amended = true}, 0x80},
                {fixed, 0x13}};
    for (const auto& row : rows) {
        EXPECT_EQ(row.flavor.bits(), row.bits);
        EXPECT_EQ(Flavor::of_bits(row.bits), row.flavor);
    }
}

TEST(QualifierSet, KeepsOneOfEachNameInOrder) {
    auto set = qualifiers({{"A", Value(1)}, {"B", Value(false)}});
    set.put({.name = "a", .type = {}, .value = Value(2), .flavor = {}});
    ASSERT_EQ(set.all().size(), 2U);
    EXPECT_EQ(set.all()[0].value, Value(2));
    EXPECT_TRUE(set.is_true("A"));
    EXPECT_FALSE(set.is_true("B"));
    EXPECT_FALSE(set.is_true("C"));
    EXPECT_TRUE(set.remove("A"));
    EXPECT_FALSE(set.remove("A"));
    EXPECT_EQ(set.find("A"), nullptr);
}

TEST(Inherit, WithoutAFlavorAQualifierStaysWhereItIs) {
    const auto merged = inherit_to_subclass(qualifiers({{"Q", Value("x")}}), {}).value();
    PROVES("MOF-046", EXPECT_TRUE(merged.empty()));
    PROVES("MOF-046",
           EXPECT_TRUE(inherit_to_instance(qualifiers({{"Q", Value("x")}}), {}).empty()));
}

TEST(Inherit, WhatTravelsIsPropagatedAndCanBeOverridden) {
    const auto base = qualifiers({{"Q", Value("x"), travels}, {"R", Value("r"), travels}});
    const auto local = qualifiers({{"q", Value("y")}});
    const auto merged = inherit_to_subclass(base, local).value();
    PROVES("MOF-046", EXPECT_EQ(merged.find("Q")->value, Value("y")));
    EXPECT_FALSE(merged.find("Q")->propagated);
    EXPECT_EQ(merged.find("R")->value, Value("r"));
    EXPECT_TRUE(merged.find("R")->propagated);
    EXPECT_EQ(inherit_to_instance(base, local), merged);
}

TEST(Inherit, DisableOverrideHoldsAllTheWayDown) {
    const auto base = qualifiers({{"Q", Value("x"), fixed}});
    const auto error = inherit_to_subclass(base, qualifiers({{"Q", Value("y")}})).error();
    EXPECT_EQ(error.status, Status::OverrideNotAllowed);
    EXPECT_EQ(error.message,
              "qualifier Q is x in the superclass, which does not allow to override it with y");
    const auto restated = inherit_to_subclass(base, qualifiers({{"Q", Value("x")}})).value();
    EXPECT_FALSE(inherit_to_subclass(restated, qualifiers({{"Q", Value("y")}})).has_value());
    const auto on_instance = inherit_to_instance(base, qualifiers({{"Q", Value("y")}}));
    EXPECT_EQ(on_instance.find("Q")->value, Value("x"));
}

}  // namespace
}  // namespace openwmi::cim
