#include <bit>

#include "cim/block_writer.h"
#include "cim/bytes.h"
#include "cim/codec.h"
#include "cim/codec_format.h"
#include "cim/family.h"

namespace openwmi::cim {
namespace {

namespace format = codec_format;

bool is_projected(const Instance& instance) {
    for (std::size_t i = 0; i < instance.class_of().properties().size(); ++i) {
        if (instance.is_hidden(i)) return true;
    }
    return false;
}

// What is hidden does not leave the process.
BlockPtr without_hidden(const Instance& instance) {
    const Block& block = *instance.block();
    BlockWriter writer(block.layout(), block.bytes().size());
    for (std::size_t i = 0; i < block.layout()->slots().size(); ++i) {
        if (instance.is_hidden(i)) {
            writer.put(Value());
        } else if (block.is_default(i)) {
            writer.put_default();
        } else {
            writer.put(block.get(i));
        }
    }
    return writer.finish();
}

// Writes objects, one within the other, into one buffer.
class Encoder {
  public:
    explicit Encoder(std::uint32_t magic) {
        out_.u32(magic);
        out_.u16(format::version);
    }
    std::vector<std::byte> take() { return out_.take(); }

    void instance(const Instance& instance) {
        const bool projected = is_projected(instance);
        const BlockPtr block = projected ? without_hidden(instance) : instance.block();
        const OriginPtr& origin = instance.origin();
        const QualifierSet& own_qualifiers = instance.qualifiers();
        out_.text(instance.class_of().name().text());
        const auto& of_properties = instance.all_qualifiers().properties;
        out_.u8(static_cast<std::uint8_t>(
            (origin ? format::has_origin : 0) | (projected ? format::has_projection : 0) |
            (own_qualifiers.empty() ? 0 : format::has_qualifiers) |
            (of_properties.empty() ? 0 : format::has_property_qualifiers)));
        out_.count(block->bytes().size());
        out_.raw(block->bytes());
        if (projected) mask(instance);
        if (origin) {
            out_.text(origin->server);
            out_.text(origin->name_space.text());
        }
        if (!own_qualifiers.empty()) qualifiers(own_qualifiers);
        if (!of_properties.empty()) out_.count(of_properties.size());
        for (const PropertyQualifiers& each : of_properties) {
            out_.text(each.property.text());
            qualifiers(each.qualifiers);
        }
        for (const ObjectPtr& embedded : block->embedded()) object(*embedded);
    }

    void declaration(const ClassDeclaration& declaration) {
        out_.text(declaration.name.text());
        out_.text(declaration.superclass.text());
        qualifiers(declaration.qualifiers);
        out_.count(declaration.properties.size());
        for (const Property& property : declaration.properties) member(property);
        out_.count(declaration.methods.size());
        for (const Method& method : declaration.methods) {
            out_.text(method.name.text());
            type(method.return_type);
            out_.text(method.return_class.text());
            qualifiers(method.qualifiers);
            out_.count(method.parameters.size());
            for (const Parameter& parameter : method.parameters) member(parameter);
        }
    }

  private:
    // One bit a slot, set where it can be seen.
    void mask(const Instance& instance) {
        const std::size_t size = instance.class_of().properties().size();
        for (std::size_t first = 0; first < size; first += 8) {
            unsigned bits = 0;
            for (std::size_t i = first; i < first + 8 && i < size; ++i) {
                if (!instance.is_hidden(i)) bits |= 1U << (i - first);
            }
            out_.u8(static_cast<std::uint8_t>(bits));
        }
    }

    void object(const Object& object) {
        if (const Class* cls = object.as_class()) {
            out_.u8(format::class_tag);
            declaration(cls->declaration());
        } else {
            out_.u8(format::instance_tag);
            instance(*object.as_instance());
        }
    }

    void type(Type type) {
        out_.u16(static_cast<std::uint16_t>(type.element));
        out_.u8(type.array ? format::array_flag : 0);
    }

    void qualifiers(const QualifierSet& set) {
        out_.count(set.all().size());
        for (const Qualifier& qualifier : set.all()) {
            out_.text(qualifier.name.text());
            const bool typed = qualifier.type.element != CimType::Empty;
            type(typed ? qualifier.type : natural_type(qualifier.value));
            out_.u8(static_cast<std::uint8_t>(
                qualifier.flavor.bits() | (qualifier.propagated ? format::propagated_flavor : 0)));
            value(qualifier.value);
        }
    }

    // A property or a parameter.
    template <class Member>
    void member(const Member& member) {
        out_.text(member.name.text());
        type(member.type);
        out_.text(member.class_name.text());
        value(member.default_value);
        qualifiers(member.qualifiers);
    }

    void value(const Value& value) {
        const auto element = family(natural_type(value).element);
        if (!value.is_array()) {
            out_.u8(static_cast<std::uint8_t>(element));
            return scalar(value);
        }
        out_.u8(format::array_tag | static_cast<std::uint8_t>(element));
        out_.count(value.array_size());
        for (std::size_t i = 0; i < value.array_size(); ++i) scalar(value.element(i));
    }

    void scalar(const Value& value) {
        if (const auto* boolean = value.get_if<bool>()) {
            out_.u8(*boolean ? 1 : 0);
        } else if (const auto* integer = value.get_if<std::int64_t>()) {
            out_.u64(static_cast<std::uint64_t>(*integer));
        } else if (const auto* number = value.get_if<std::uint64_t>()) {
            out_.u64(*number);
        } else if (const auto* real = value.get_if<double>()) {
            out_.u64(std::bit_cast<std::uint64_t>(*real));
        } else if (const auto* text = value.get_if<std::string>()) {
            out_.text(*text);
        } else if (const auto* embedded = value.get_if<ObjectPtr>()) {
            object(**embedded);
        }
    }

    ByteWriter out_;
};

}  // namespace

std::vector<std::byte> encode(const Instance& instance) {
    Encoder encoder(format::instance_magic);
    encoder.instance(instance);
    return encoder.take();
}

std::vector<std::byte> encode(const ClassDeclaration& declaration) {
    Encoder encoder(format::class_magic);
    encoder.declaration(declaration);
    return encoder.take();
}

}  // namespace openwmi::cim
