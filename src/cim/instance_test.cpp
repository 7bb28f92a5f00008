#include "cim/instance.h"

#include <gtest/gtest.h>

#include "cim/limits.h"
#include "cim/test_classes.h"
#include "support/proves.h"

namespace openwmi::cim {
namespace {

using namespace test;
using enum CimType;

ClassPtr sensor() {
    return make_class("Sensor", {key("Id", String), property("Temp", Sint32, Value(20)),
                                 array("Tags", String), property("Serial", Uint64)});
}

TEST(Instance, ReadsWhatWasSet) {
    const auto cls = sensor();
    const auto instance = make_instance(
        cls, {{"id", Value("a")}, {"Tags", Value(Strings{"x", ""})}, {"Serial", Value("0x10")}});
    EXPECT_EQ(instance->get(0), Value("a"));
    EXPECT_EQ(instance->get(2), Value(Strings{"x", ""}));
    EXPECT_EQ(*instance->find("serial"), Value(16U));
    EXPECT_FALSE(instance->find("Other").has_value());
    const auto view = instance->view(0);
    EXPECT_EQ(view.text, "a");
    EXPECT_EQ(static_cast<const void*>(view.text.data()),
              static_cast<const void*>(instance->view(0).text.data()));
    EXPECT_EQ(instance->view(2).kind, ValueView::Kind::Array);
}

TEST(Instance, WhatIsNotSetIsTheDefaultOfTheClass) {
    const auto instance = make_instance(sensor());
    EXPECT_TRUE(instance->is_default(1));
    EXPECT_EQ(instance->get(1), Value(20));
    EXPECT_EQ(instance->view(1).signed_integer, 20);
    EXPECT_TRUE(instance->is_default(0) && instance->is_null(0));
    const auto null = make_instance(sensor(), {{"Temp", Value()}});
    EXPECT_FALSE(null->is_default(1));
    EXPECT_TRUE(null->is_null(1));
}

TEST(Instance, AProjectionHidesWithoutACopy) {
    const auto instance = make_instance(sensor(), {{"Id", Value("a")}, {"Temp", Value(1)}});
    const auto part = instance->with_projection({false, true, true, false});
    EXPECT_EQ(part->block(), instance->block());
    EXPECT_TRUE(part->is_hidden(0) && part->is_null(0) && part->get(0).is_null());
    EXPECT_EQ(part->view(0).kind, ValueView::Kind::Null);
    EXPECT_FALSE(part->is_default(0));
    EXPECT_EQ(part->get(1), Value(1));
    EXPECT_TRUE(part->with_projection({true, true, true, true})->is_hidden(0));
    EXPECT_EQ(InstanceBuilder(*part).build()->get(0), Value("a"));
}

TEST(Instance, HasThePathOfItsKeys) {
    const auto cls = make_class("C", {key("B", Uint32), key("A", String), property("P", String)});
    const auto instance = make_instance(cls, {{"A", Value("x\"y")}, {"B", Value(7)}});
    EXPECT_EQ(instance->path().value().relative_text(), "C.B=7,A=\"x\\\"y\"");
    EXPECT_EQ(instance->key().value(), instance_key(instance->path().value(), *cls).value());
    EXPECT_EQ(make_instance(cls, {{"A", Value("x")}})->path().error().status, Status::IllegalNull);
    EXPECT_EQ(instance->with_projection({true, false, true})->path().error().status,
              Status::IllegalNull);
    EXPECT_EQ(make_instance(make_class("E", {}))->path().error().status, Status::NoKey);
    const auto one = make_class("One", {}, qualifiers({{"singleton"}}));
    EXPECT_EQ(make_instance(one)->path().value().relative_text(), "One=@");
}

TEST(Instance, NamesThePropertyThatMustHaveAValue) {
    const auto cls = make_class(
        "C", {key("K", String), property("I", String, {}, qualifiers({{"indexed"}})),
              property("N", Uint8, {}, qualifiers({{"not_null"}})), property("P", String)});
    const auto complete =
        make_instance(cls, {{"K", Value("k")}, {"I", Value("i")}, {"N", Value(1)}});
    EXPECT_TRUE(complete->check_not_null().has_value());
    for (const char* name : {"K", "I", "N"}) {
        InstanceBuilder builder(*complete);
        ASSERT_TRUE(builder.set(name, Value()).has_value());
        const auto error = builder.build()->check_not_null().error();
        PROVES("MOF-057", EXPECT_EQ(error.status, Status::IllegalNull) << name);
        EXPECT_EQ(error.message, std::string("C.") + name + " must have a value");
    }
}

TEST(InstanceBuilder, RefusesWhatDoesNotFit) {
    InstanceBuilder builder(sensor());
    EXPECT_EQ(builder.set("Other", Value(1)).error().status, Status::NotFound);
    EXPECT_EQ(builder.set("Id", Value(1)).error().status, Status::TypeMismatch);
    const auto error = builder.set("Temp", Value(std::int64_t{1} << 40)).error();
    EXPECT_EQ(error.status, Status::ValueOutOfRange);
    EXPECT_EQ(error.message, "Sensor.Temp: 1099511627776 (sint64) is out of the range of sint32");
}

TEST(InstanceBuilder, ObjectsAreOfTheDeclaredClass) {
    const auto base = make_class("Base", {});
    auto part = property("Part", Object);
    part.class_name = "base";
    auto parts = array("Parts", Object);
    parts.class_name = "Base";
    InstanceBuilder builder(make_class("C", {part, parts, property("Any", Object)}));
    const auto derived = make_instance(subclass(base, "Derived", {}));
    const auto other = make_instance(make_class("Other", {}));
    EXPECT_TRUE(builder.set("Part", Value(derived)).has_value());
    EXPECT_TRUE(builder.set("Any", Value(other)).has_value());
    EXPECT_EQ(builder.set("Part", Value(other)).error().message,
              "C.Part: an object of class Other is no base");
    EXPECT_EQ(builder.set("Parts", Value(Objects{derived, other})).error().status,
              Status::TypeMismatch);
}

TEST(InstanceBuilder, ChangesACopy) {
    const auto first = make_instance(sensor(), {{"Id", Value("a")}, {"Temp", Value(90)}})
                           ->with_qualifiers(qualifiers({{"Q"}}));
    InstanceBuilder builder(*first);
    ASSERT_TRUE(builder.set("Temp", Value(91)).has_value());
    const auto second = builder.build();
    builder.reset(1);
    EXPECT_TRUE(builder.is_default(1));
    EXPECT_EQ(builder.get(1), Value(20));
    const auto third = builder.build();
    EXPECT_EQ(first->get(1), Value(90));
    EXPECT_EQ(second->get(1), Value(91));
    EXPECT_EQ(third->get(1), Value(20));
    EXPECT_EQ(third->get(0), Value("a"));
    EXPECT_TRUE(third->qualifiers().is_true("q"));
}

TEST(InstanceBuilder, HasALimitInBytes) {
    InstanceBuilder builder(make_class("C", {property("A", String), property("B", String)}));
    const std::string much(max_object_bytes / 4 + 1, 'x');
    ASSERT_TRUE(builder.set("A", Value(much)).has_value());
    EXPECT_EQ(builder.set("B", Value(much)).error().status, Status::QuotaViolation);
    ASSERT_TRUE(builder.set("A", Value()).has_value());
    EXPECT_TRUE(builder.set("B", Value(much)).has_value());
}

TEST(Upgrade, MovesValuesByName) {
    const auto old = make_class("C", {property("A", Uint32), property("B", String),
                                      property("D", Sint32, Value(1)), property("G", Uint8)});
    const auto now = make_class(
        "C", {property("New", Boolean), property("g", Uint64), property("D", Sint32, Value(2)),
              property("A", Uint8, Value(3)), property("B", Datetime)});
    const auto from =
        make_instance(old, {{"A", Value(256)}, {"B", Value("text")}, {"G", Value(9)}});
    const auto to = upgrade(*from, now);
    EXPECT_EQ(*to->find("G"), Value(9U));
    EXPECT_EQ(*to->find("D"), Value(2));
    EXPECT_EQ(*to->find("A"), Value(3U)) << "it does not fit any more";
    EXPECT_TRUE(to->find("B")->is_null());
    const auto hidden = upgrade(*from->with_projection({true, true, true, false}), now);
    EXPECT_TRUE(hidden->is_hidden(1));
    EXPECT_FALSE(hidden->is_hidden(3));
}

TEST(Block, RefusesWhatIsNotOfItsLayout) {
    const auto cls = sensor();
    const auto block = make_instance(cls, {{"Id", Value("a")}})->block();
    const std::vector<std::byte> bytes(block->bytes().begin(), block->bytes().end());
    EXPECT_TRUE(Block::parse(cls->layout(), bytes, {}).has_value());
    const auto other = make_class("Other", {key("Id", String)});
    EXPECT_EQ(Block::parse(other->layout(), bytes, {}).error().status, Status::InvalidObject);
    EXPECT_EQ(Block::parse(cls->layout(), bytes, {ObjectPtr(cls)}).error().message,
              "instance block of Sensor: 1 embedded objects instead of 0");
}

// Whatever a byte is changed to: refused, or read as the one form of what it now says.
TEST(Block, EveryAcceptedBlockIsTheOneItsValuesGive) {
    const auto cls = everything();
    const auto block = instance_of_everything(cls)->block();
    const Objects embedded(block->embedded().begin(), block->embedded().end());
    for (std::size_t at = 0; at < block->bytes().size(); ++at) {
        for (const unsigned change : {1U, 2U, 4U, 0x80U, 0xffU}) {
            std::vector<std::byte> bytes(block->bytes().begin(), block->bytes().end());
            bytes[at] ^= static_cast<std::byte>(change);
            const auto parsed = Block::parse(cls->layout(), bytes, embedded);
            if (!parsed) continue;
            const Instance instance(cls, *parsed);
            const auto again = InstanceBuilder(instance).build()->block();
            ASSERT_TRUE(std::ranges::equal(again->bytes(), bytes)) << at;
        }
    }
}

}  // namespace
}  // namespace openwmi::cim
