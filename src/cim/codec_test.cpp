#include "cim/codec.h"

#include <gtest/gtest.h>

#include <map>

#include "cim/limits.h"
#include "cim/test_classes.h"
#include "support/proves.h"

namespace openwmi::cim {
namespace {

using namespace test;

// A namespace of a few classes and of the layouts they once had.
struct Shelf {
    std::map<Name, ClassPtr> classes;
    std::map<LayoutHash, LayoutPtr> layouts;

    ClassPtr put(ClassPtr cls) {
        classes[cls->name()] = cls;
        layouts[cls->layout()->hash()] = cls->layout();
        return cls;
    }
    Resolver resolver() const {
        return {.find_class =
                    [this](const Name& name) {
                        const auto found = classes.find(name);
                        return found == classes.end() ? ClassPtr() : found->second;
                    },
                .find_layout =
                    [this](const LayoutHash& hash) {
                        const auto found = layouts.find(hash);
                        return found == layouts.end() ? LayoutPtr() : found->second;
                    }};
    }
};

InstancePtr decoded(const std::vector<std::byte>& bytes, const Shelf& shelf) {
    auto instance = decode_instance(bytes, shelf.resolver());
    EXPECT_TRUE(instance.has_value()) << (instance ? "" : instance.error().message);
    return instance.value();
}

TEST(Codec, EveryTypeComesBackAsItWas) {
    Shelf shelf;
    const auto cls = shelf.put(everything());
    const auto instance = instance_of_everything(cls);
    const auto bytes = encode(*instance);
    const auto back = decoded(bytes, shelf);
    EXPECT_TRUE(same_content(*instance, *back));
    EXPECT_EQ(encode(*back), bytes);
    EXPECT_TRUE(back->is_default(*cls->find_property("preset")));
    EXPECT_EQ(*back->find("preset"), Value("default"));
    EXPECT_EQ(*back->find("MANY_CHAR16"), Value(Unsigneds{65, 0xd800}));
}

TEST(Codec, OriginProjectionAndQualifiersTravel) {
    Shelf shelf;
    const auto cls = shelf.put(make_class(
        "Pair", {property("A", CimType::String), property("B", CimType::String, Value("b"))}));
    const auto origin =
        std::make_shared<const Origin>(Origin{"SRV", NamespacePath::literal("root\\cimv2")});
    const auto instance = make_instance(cls, {{"A", Value("a secret")}, {"B", Value("seen")}})
                              ->with_origin(origin)
                              ->with_qualifiers(qualifiers({{"Note", Value("n")}}))
                              ->with_projection({false, true});
    const auto bytes = encode(*instance);
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    EXPECT_EQ(text.find("a secret"), std::string_view::npos) << "what is hidden stays";
    const auto back = decoded(bytes, shelf);
    EXPECT_EQ(back->origin()->server, "SRV");
    EXPECT_EQ(back->origin()->name_space.text(), "root\\cimv2");
    EXPECT_TRUE(back->is_hidden(0));
    EXPECT_EQ(back->get(1), Value("seen"));
    EXPECT_EQ(back->qualifiers().find("note")->value, Value("n"));

    const auto other = std::make_shared<const Origin>(Origin{"OTHER", {}});
    EXPECT_EQ(decode_instance(bytes, shelf.resolver(), other).value()->origin()->server, "OTHER");
}

TEST(Codec, QualifiersOfPropertiesTravelWithTheInstance) {
    Shelf shelf;
    const auto old = shelf.put(
        make_class("Pair", {property("A", CimType::String), property("B", CimType::String)}));
    InstanceBuilder builder(old);
    builder.set_property_qualifiers("b", qualifiers({{"PropertyContext", Value("x")}}));
    builder.set_property_qualifiers("a", qualifiers({{"Note", Value("n")}}));
    const auto instance = builder.build();
    const auto bytes = encode(*instance);
    const auto back = decoded(bytes, shelf);
    EXPECT_EQ(back->property_qualifiers("B").find("propertycontext")->value, Value("x"));
    EXPECT_EQ(back->property_qualifiers("A").find("note")->value, Value("n"));
    EXPECT_EQ(encode(*back), bytes);
    EXPECT_TRUE(back->qualifiers().empty());

    shelf.put(make_class("Pair", {property("B", CimType::String)}));
    const auto later = decoded(bytes, shelf);
    EXPECT_EQ(later->all_qualifiers().properties.size(), 1U) << "those of A went with it";
    EXPECT_FALSE(later->property_qualifiers("B").empty());

    builder.set_property_qualifiers("A", {});
    builder.set_property_qualifiers("B", {});
    EXPECT_TRUE(builder.build()->all_qualifiers().empty());
}

TEST(Codec, AnOldBlockIsUpgradedWhenItIsRead) {
    Shelf shelf;
    const auto old = shelf.put(make_class(
        "Disk", {key("Id", CimType::String), property("Size", CimType::Uint32),
                 property("Gone", CimType::String), property("Kept", CimType::Uint8, Value(1))}));
    const auto bytes = encode(*make_instance(
        old, {{"Id", Value("c")}, {"Size", Value(4000000000U)}, {"Gone", Value("x")}}));
    shelf.put(make_class("Disk", {key("Id", CimType::String), property("Size", CimType::Uint64),
                                  property("New", CimType::String, Value("n")),
                                  property("Kept", CimType::Uint8, Value(2))}));
    const auto back = decoded(bytes, shelf);
    EXPECT_EQ(*back->find("Id"), Value("c"));
    EXPECT_EQ(*back->find("Size"), Value(std::uint64_t{4000000000U}));
    EXPECT_EQ(*back->find("New"), Value("n"));
    EXPECT_EQ(*back->find("Kept"), Value(2U)) << "a default follows the class";
    EXPECT_FALSE(back->find("Gone").has_value());

    shelf.layouts.erase(old->layout()->hash());
    EXPECT_EQ(decode_instance(bytes, shelf.resolver()).error().status, Status::UnknownObjectType);
    shelf.classes.clear();
    EXPECT_EQ(decode_instance(bytes, shelf.resolver()).error().status, Status::InvalidClass);
}

TEST(Codec, EmbeddedObjectsKeepTheirOriginAndShareIt) {
    Shelf shelf;
    const auto cls = shelf.put(
        make_class("Holder", {property("X", CimType::Object), property("Y", CimType::Object)}));
    const auto origin =
        std::make_shared<const Origin>(Origin{"SRV", NamespacePath::literal("root\\a")});
    const auto inner = make_instance(cls)->with_origin(origin);
    const auto outer = make_instance(cls, {{"X", Value(inner)}, {"Y", Value(inner)}});
    const auto back = decoded(encode(*outer), shelf);
    EXPECT_EQ(back->origin(), nullptr);
    const auto x = back->get(0).get<ObjectPtr>();
    const auto y = back->get(1).get<ObjectPtr>();
    EXPECT_EQ(x->as_instance()->origin()->name_space.text(), "root\\a");
    EXPECT_EQ(x->as_instance()->origin(), y->as_instance()->origin());
}

TEST(Codec, SixtyFourLevelsAndNotOneMore) {
    Shelf shelf;
    const auto cls = shelf.put(make_class("Box", {property("Inside", CimType::Object)}));
    auto box = make_instance(cls);
    for (std::size_t depth = 1; depth < max_nesting; ++depth) {
        box = make_instance(cls, {{"Inside", Value(box)}});
    }
    EXPECT_EQ(box->depth(), max_nesting);
    const auto back = decoded(encode(*box), shelf);
    EXPECT_EQ(back->depth(), max_nesting);
    InstanceBuilder builder(cls);
    EXPECT_EQ(builder.set("Inside", Value(box)).error().status, Status::QuotaViolation);
}

ClassDeclaration full_declaration(const ClassPtr& embedded) {
    auto declaration = declared(
        "Full", "Base",
        {property("Text", CimType::String, Value("t"),
                  qualifiers({{"key"},
                              {"Values", Value(Strings{"a", "b"}), {.to_subclass = true}},
                              {"Description", Value("d"), {.overridable = false, .amended = true}},
                              {"Max", Value(7)},
                              {"Factor", Value(0.5)}})),
         array("Numbers", CimType::Uint16, Value(Unsigneds{1, 2})),
         array("Empty", CimType::Boolean, Value(Booleans{})),
         property("Part", CimType::Object, Value(make_instance(embedded)))},
        qualifiers({{"provider", Value("P")}}));
    declaration.properties.back().class_name = embedded->name();
    Parameter parameter;
    parameter.name = "Amount";
    parameter.type = {CimType::Sint64, false};
    parameter.default_value = Value(INT64_MIN);
    parameter.qualifiers = qualifiers({{"in"}, {"ID", Value(0)}});
    Method method;
    method.name = "Do";
    method.return_type = {CimType::Uint32, false};
    method.parameters = {parameter};
    method.qualifiers = qualifiers({{"implemented"}});
    declaration.methods = {method};
    return declaration;
}

TEST(Codec, DeclarationsComeBackAsTheyWere) {
    Shelf shelf;
    const auto base = shelf.put(make_class("Base", {}));
    const auto part = shelf.put(make_class("Part", {property("N", CimType::Sint8)}));
    const auto cls = derive(full_declaration(part), base);
    const auto bytes = encode(cls->declaration());
    const auto back = decode_class(bytes, shelf.resolver());
    ASSERT_TRUE(back.has_value()) << back.error().message;
    EXPECT_EQ(*back, cls->declaration());
    EXPECT_EQ(encode(*back), bytes);
    EXPECT_EQ(derive(*back, base)->layout()->hash(), cls->layout()->hash());
}

// Every byte of what was written is damaged in turn: what comes back is an error or a sound object.
TEST(Codec, DamagedInstancesAreRefusedOrSound) {
    Shelf shelf;
    const auto cls = shelf.put(everything());
    const auto origin = std::make_shared<const Origin>(Origin{"S", NamespacePath::literal("root")});
    std::vector<bool> visible(cls->properties().size(), true);
    visible[3] = false;
    InstanceQualifiers written{qualifiers({{"q", Value(Integers{1, 2})}}), {}};
    written.put(*cls, cls->properties()[1].name, qualifiers({{"p", Value("x")}}));
    const auto bytes = encode(*instance_of_everything(cls)
                                   ->with_origin(origin)
                                   ->with_qualifiers(written)
                                   ->with_projection(visible));
    std::size_t accepted = 0;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (const unsigned change : {0x01U, 0xffU}) {
            auto damaged = bytes;
            damaged[at] ^= static_cast<std::byte>(change);
            const auto instance = decode_instance(damaged, shelf.resolver());
            if (!instance) continue;
            ++accepted;
            const auto again = decode_instance(encode(**instance), shelf.resolver());
            ASSERT_TRUE(again.has_value()) << at << ": " << again.error().message;
            ASSERT_TRUE(same_content(**instance, **again)) << at;
            EXPECT_FALSE(display(Value(*instance), {CimType::Object, false}).empty());
        }
    }
    EXPECT_GT(accepted, 0U) << "another number in a slot is still a number";
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const std::span<const std::byte> part(bytes.data(), size);
        EXPECT_FALSE(decode_instance(part, shelf.resolver()).has_value()) << size;
    }
}

TEST(Codec, DamagedDeclarationsAreRefusedOrSound) {
    Shelf shelf;
    const auto base = shelf.put(make_class("Base", {}));
    const auto part = shelf.put(make_class("Part", {property("N", CimType::Sint8)}));
    const auto bytes = encode(full_declaration(part));
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (const unsigned change : {0x01U, 0xffU}) {
            auto damaged = bytes;
            damaged[at] ^= static_cast<std::byte>(change);
            const auto declaration = decode_class(damaged, shelf.resolver());
            if (!declaration) continue;
            const auto again = decode_class(encode(*declaration), shelf.resolver());
            ASSERT_TRUE(again.has_value()) << at << ": " << again.error().message;
            static_cast<void>(Class::derive(*declaration, base));
        }
        EXPECT_FALSE(decode_class(std::span(bytes.data(), at), shelf.resolver()).has_value()) << at;
    }
}

TEST(Codec, ManySmallEmbeddedClassesDoNotUnfoldWithoutLimit) {
    Shelf shelf;
    std::vector<Property> properties;
    for (std::size_t i = 0; i < max_properties; ++i) {
        properties.push_back(property(("P" + std::to_string(i)).c_str(), CimType::Uint8));
    }
    const auto large = shelf.put(make_class("Large", std::move(properties)));
    const auto small = subclass(large, "S", {});
    const auto list = shelf.put(make_class("List", {array("All", CimType::Object)}));
    const std::size_t enough = max_object_bytes / small->memory_bytes() + 1;

    // The builder would not make it; a stranger can still write it: count the references up.
    auto bytes = encode(*make_instance(list, {{"All", Value(Objects{ObjectPtr(small)})}}));
    InstanceBuilder builder(list);
    EXPECT_EQ(builder.set("All", Value(Objects(enough, ObjectPtr(small)))).error().status,
              Status::QuotaViolation);
    const std::size_t one = encode(small->declaration()).size() - 6 + 1;
    const std::vector<std::byte> embedded(bytes.end() - static_cast<std::ptrdiff_t>(one),
                                          bytes.end());
    const std::size_t block_at = 6 + 4 + 4 + 1 + 4;
    const auto put32 = [&](std::size_t at, std::size_t number) {
        for (std::size_t i = 0; i < 4; ++i) {
            bytes[at + i] = static_cast<std::byte>(number >> (8 * i));
        }
    };
    const std::size_t heap_at = block_at + 44;
    std::vector<std::byte> indices;
    for (std::size_t i = 1; i < enough; ++i) {
        for (std::size_t shift = 0; shift < 32; shift += 8) {
            indices.push_back(static_cast<std::byte>(i >> shift));
        }
        bytes.insert(bytes.end(), embedded.begin(), embedded.end());
    }
    bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(heap_at + 8), indices.begin(),
                 indices.end());
    put32(block_at - 4, 52 + indices.size());
    put32(block_at + 8, 52 + indices.size());
    put32(block_at + 12, enough);
    put32(heap_at, enough);
    const auto result = decode_instance(bytes, shelf.resolver());
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().status, Status::InvalidObject);
    EXPECT_NE(result.error().message.find("more than"), std::string::npos)
        << result.error().message;
}

}  // namespace
}  // namespace openwmi::cim
