#include "cim/layout.h"

#include <gtest/gtest.h>

#include "cim/test_classes.h"

namespace openwmi::cim {
namespace {

using namespace test;
using enum CimType;

TEST(Layout, SlotsAreAlignedAndWideEnough) {
    const auto cls = everything();
    std::uint32_t end = 0;
    for (const Slot& slot : cls->layout()->slots()) {
        EXPECT_GE(slot.offset, end);
        EXPECT_EQ(slot.offset % slot.width, 0U);
        end = slot.offset + slot.width;
    }
    EXPECT_EQ(cls->layout()->slot_bytes(), end);
    EXPECT_EQ(cls->layout()->bitmap_bytes(), (cls->properties().size() + 3) / 4);
}

TEST(Layout, TheSameClassTextGivesTheSameHash) {
    const auto hash = [](const ClassPtr& cls) { return cls->layout()->hash(); };
    const auto base = make_class("A", {key("Id", String)});
    EXPECT_EQ(hash(base), hash(make_class("a", {key("ID", String)}))) << "but for its case";
    EXPECT_EQ(hash(base).text(), "539bd01cd6d250d6a17679d402f0130e") << "on every machine";
    EXPECT_NE(hash(base), hash(make_class("B", {key("Id", String)})));
    EXPECT_NE(hash(base), hash(make_class("A", {key("Id", Uint32)})));
    EXPECT_NE(hash(base), hash(make_class("A", {property("Id", String)})));
    EXPECT_NE(hash(base), hash(make_class("A", {key("Id", String), property("N", Uint8)})));
    EXPECT_NE(hash(subclass(base, "C", {})), hash(make_class("C", {key("Id", String)})));
}

TEST(Layout, ComesBackFromItsSerialisation) {
    const auto layout = subclass(everything(), "Below", {key("K", Uint8)})->layout();
    const auto bytes = layout->serialize();
    const auto back = Layout::deserialize(bytes);
    ASSERT_TRUE(back.has_value()) << back.error().message;
    EXPECT_EQ((*back)->hash(), layout->hash());
    EXPECT_EQ((*back)->serialize(), bytes);
    EXPECT_EQ((*back)->class_name().text(), "Below");
    EXPECT_TRUE((*back)->slots().back().key);
    EXPECT_EQ((*back)->slot_bytes(), layout->slot_bytes());
}

TEST(Layout, DamagedSerialisationsAreRefused) {
    const auto bytes = subclass(everything(), "Below", {})->layout()->serialize();
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (const char change : {'\x01', '\x20', '\xff'}) {
            auto damaged = bytes;
            damaged[at] = static_cast<char>(damaged[at] ^ change);
            const auto layout = Layout::deserialize(damaged);
            // Only the case of a name is not part of what the hash covers.
            EXPECT_TRUE(!layout || change == '\x20') << at;
        }
        EXPECT_FALSE(Layout::deserialize(std::string_view(bytes).substr(0, at)).has_value());
    }
    EXPECT_FALSE(Layout::deserialize(bytes + "x").has_value());
}

}  // namespace
}  // namespace openwmi::cim
