#include <algorithm>
#include <bit>

#include "cim/block_format.h"
#include "cim/bytes.h"
#include "cim/codec.h"
#include "cim/codec_format.h"
#include "cim/family.h"
#include "cim/limits.h"

namespace openwmi::cim {
namespace {

namespace format = codec_format;

tl::unexpected<Error> damaged(std::string_view what) {
    return fail(Status::InvalidObject, "encoded object: {}", what);
}

// What surrounds a block.
struct Envelope {
    Name class_name;
    std::uint8_t flags = 0;
    std::span<const std::byte> block;
    std::vector<bool> visible;  // a slot each, when projected
    OriginPtr origin;
    InstanceQualifiers qualifiers;

    bool is_projected() const { return (flags & format::has_projection) != 0; }
};

// Reads what strangers may have written. One level of nesting is one level of recursion here, and
// what all objects together take is bounded: many short embedded classes could otherwise unfold to
// many large ones.
class Decoder {
  public:
    // The origin is that of the outermost instance, whatever it says itself; null: what it says.
    Decoder(std::span<const std::byte> bytes, const Resolver& resolver, OriginPtr origin = nullptr)
        : in_(bytes), resolver_(resolver), outermost_(std::move(origin)) {}

    Result<> begin(std::uint32_t magic) {
        if (in_.u32() != magic) return damaged("it does not begin with the expected magic");
        const auto found = in_.u16();
        if (in_.ok() && found == format::version) return {};
        return damaged(fmt::format("version {}, only {} is known", found, format::version));
    }

    Result<> end() const {
        if (!in_.ok()) return truncated();
        if (!in_.at_end()) return damaged("bytes after its end");
        return {};
    }

    Result<InstancePtr> instance(std::size_t level) {
        Envelope envelope;
        envelope.class_name = Name(in_.text());
        envelope.flags = in_.u8();
        envelope.block = in_.raw(in_.u32());
        if (!in_.ok()) return truncated();
        if (envelope.flags > format::known_flags) return damaged("unknown flags");
        if (envelope.block.size() < block_format::header_bytes) return damaged("a block too short");
        const ClassPtr cls = WMI_TRY(find_class(envelope.class_name));
        const LayoutPtr layout = WMI_TRY(find_layout(*cls, envelope.block));
        if (envelope.is_projected()) envelope.visible = WMI_TRY(mask(layout->slots().size()));
        if ((envelope.flags & format::has_origin) != 0) envelope.origin = WMI_TRY(origin());
        if (level == 1 && outermost_) envelope.origin = outermost_;
        if ((envelope.flags & format::has_qualifiers) != 0) {
            envelope.qualifiers.own = WMI_TRY(qualifiers());
        }
        if ((envelope.flags & format::has_property_qualifiers) != 0) {
            envelope.qualifiers.properties = WMI_TRY(property_qualifiers());
        }
        Objects embedded = WMI_TRY(objects(envelope.block, level));
        WMI_TRY(spend(envelope.block.size()));
        BlockPtr block = WMI_TRY(Block::parse(
            layout, {envelope.block.begin(), envelope.block.end()}, std::move(embedded)));
        return assemble(cls, std::move(block), std::move(envelope));
    }

    Result<ClassDeclaration> declaration(std::size_t level) {
        ClassDeclaration declaration;
        declaration.name = Name(in_.text());
        declaration.superclass = Name(in_.text());
        declaration.qualifiers = WMI_TRY(qualifiers());
        const std::size_t properties = in_.count(format::least_property, max_properties);
        for (std::size_t i = 0; i < properties; ++i) {
            declaration.properties.push_back(WMI_TRY(member<Property>(level)));
        }
        const std::size_t methods = in_.count(format::least_method, max_methods);
        for (std::size_t i = 0; i < methods; ++i) {
            declaration.methods.push_back(WMI_TRY(method(level)));
        }
        if (!in_.ok()) return truncated();
        if (declaration.name.empty()) return damaged("a class without a name");
        return declaration;
    }

  private:
    static tl::unexpected<Error> truncated() {
        return damaged("truncated, or a count or text that cannot be");
    }

    Result<> spend(std::size_t bytes) {
        spent_ += bytes;
        if (spent_ <= max_object_bytes) return {};
        return damaged(fmt::format("more than {} bytes with what is embedded", max_object_bytes));
    }

    Result<ClassPtr> find_class(const Name& name) const {
        ClassPtr cls = resolver_.find_class ? resolver_.find_class(name) : nullptr;
        if (cls) return cls;
        return fail(Status::InvalidClass, "encoded object: there is no class {}", name.text());
    }

    // The current layout of the class, or the older one that the block was written with.
    Result<LayoutPtr> find_layout(const Class& cls, std::span<const std::byte> block) const {
        const std::byte* at = block.data() + block_format::hash_at;
        const LayoutHash hash{{load_le<std::uint64_t>(at), load_le<std::uint64_t>(at + 8)}};
        if (cls.layout()->hash() == hash) return cls.layout();
        LayoutPtr layout = resolver_.find_layout ? resolver_.find_layout(hash) : nullptr;
        if (!layout) {
            return fail(Status::UnknownObjectType, "encoded object: class {} has no layout {}",
                        cls.name().text(), hash.text());
        }
        if (layout->class_name() == cls.name()) return layout;
        return damaged(fmt::format("a block of {} that is said to be of {}",
                                   layout->class_name().text(), cls.name().text()));
    }

    Result<std::vector<bool>> mask(std::size_t slots) {
        const auto bytes = in_.raw((slots + 7) / 8);
        if (!in_.ok()) return truncated();
        std::vector<bool> visible(slots);
        for (std::size_t i = 0; i < bytes.size() * 8; ++i) {
            const bool bit = ((std::to_integer<unsigned>(bytes[i / 8]) >> (i % 8)) & 1U) != 0;
            if (i < slots) {
                visible[i] = bit;
            } else if (bit) {
                return damaged("a projection with bits for slots that do not exist");
            }
        }
        return visible;
    }

    // Embedded objects mostly come from the same place, and then share it.
    Result<OriginPtr> origin() {
        const std::string server(in_.text());
        const auto text = in_.text();
        if (!in_.ok()) return truncated();
        NamespacePath name_space;
        if (!text.empty()) {
            auto parsed = NamespacePath::parse(text);
            if (!parsed) return damaged(parsed.error().message);
            name_space = std::move(*parsed);
        }
        if (!last_origin_ || last_origin_->server != server ||
            !(last_origin_->name_space == name_space)) {
            last_origin_ = std::make_shared<const Origin>(Origin{server, std::move(name_space)});
        }
        return last_origin_;
    }

    Result<Objects> objects(std::span<const std::byte> block, std::size_t level) {
        const std::size_t count = load_le<std::uint32_t>(&block[block_format::embedded_at]);
        if (count > in_.remaining() / format::least_object) return truncated();
        Objects embedded;
        embedded.reserve(count);
        for (std::size_t i = 0; i < count; ++i) embedded.push_back(WMI_TRY(object(level + 1)));
        return embedded;
    }

    Result<ObjectPtr> object(std::size_t level) {
        if (level > max_nesting) {
            return damaged(fmt::format("objects nested more than {} deep", max_nesting));
        }
        const std::uint8_t tag = in_.u8();
        if (!in_.ok()) return truncated();
        if (tag == format::instance_tag) return ObjectPtr(WMI_TRY(instance(level)));
        if (tag != format::class_tag) return damaged("an embedded object of unknown kind");
        return ObjectPtr(WMI_TRY(embedded_class(level)));
    }

    Result<ClassPtr> embedded_class(std::size_t level) {
        ClassDeclaration own = WMI_TRY(declaration(level));
        ClassPtr superclass;
        if (!own.superclass.empty()) superclass = WMI_TRY(find_class(own.superclass));
        auto cls = Class::derive(std::move(own), std::move(superclass));
        if (!cls) return damaged(cls.error().message);
        WMI_TRY(spend((*cls)->memory_bytes()));
        return *std::move(cls);
    }

    // The block may be older than the class, and then becomes one of the class.
    static Result<InstancePtr> assemble(const ClassPtr& cls, BlockPtr block, Envelope envelope) {
        const auto slots = block->layout()->slots();
        std::vector<bool> visible;
        if (envelope.is_projected()) visible.resize(cls->properties().size(), false);
        for (std::size_t i = 0; i < envelope.visible.size(); ++i) {
            if (!envelope.visible[i]) {
                if (!block->is_null(i)) return damaged("a hidden property that has a value");
            } else if (const auto index = cls->find_property(slots[i].name)) {
                visible[*index] = true;
            }
        }
        const LayoutPtr block_layout = block->layout();
        if (block->layout()->hash() != cls->layout()->hash()) block = upgrade(*block, *cls);
        auto instance =
            base::make_ref<const Instance>(cls, std::move(block), std::move(envelope.origin));
        WMI_TRY(put_qualifiers(*block_layout, std::move(envelope.qualifiers), instance));
        if (envelope.is_projected()) instance = instance->with_projection(std::move(visible));
        return instance;
    }

    // Qualifiers of properties that the class has lost since go with them.
    static Result<> put_qualifiers(const Layout& layout, InstanceQualifiers read,
                                   InstancePtr& instance) {
        if (read.empty()) return {};
        const Class& cls = instance->class_of();
        InstanceQualifiers kept{std::move(read.own), {}};
        for (PropertyQualifiers& each : read.properties) {
            const auto slots = layout.slots();
            const bool known = std::ranges::any_of(
                slots, [&](const auto& slot) { return slot.name == each.property; });
            if (!known) return damaged("qualifiers of a property that does not exist");
            if (each.qualifiers.empty() || kept.find(each.property)) {
                return damaged("qualifiers of a property twice, or none");
            }
            if (cls.find_property(each.property)) {
                kept.put(cls, each.property, std::move(each.qualifiers));
            }
        }
        instance = instance->with_qualifiers(std::move(kept));
        return {};
    }

    Result<std::vector<PropertyQualifiers>> property_qualifiers() {
        std::vector<PropertyQualifiers> read;
        const std::size_t count = in_.count(format::least_property_qualifiers, max_properties);
        for (std::size_t i = 0; i < count; ++i) {
            PropertyQualifiers each;
            each.property = Name(in_.text());
            each.qualifiers = WMI_TRY(qualifiers());
            read.push_back(std::move(each));
        }
        if (!in_.ok()) return truncated();
        return read;
    }

    // Empty is a type only for the result of a method.
    Result<Type> type() {
        const std::uint16_t element = in_.u16();
        const std::uint8_t flags = in_.u8();
        if (!in_.ok()) return truncated();
        const auto type = type_of_number(element);
        if (!type || type->array || flags > format::array_flag) return damaged("an unknown type");
        return Type{type->element, flags != 0};
    }

    Result<QualifierSet> qualifiers() {
        QualifierSet set;
        const std::size_t count = in_.count(format::least_qualifier, max_qualifiers);
        for (std::size_t i = 0; i < count; ++i) {
            Qualifier qualifier;
            qualifier.name = Name(in_.text());
            qualifier.type = WMI_TRY(type());
            const std::uint8_t flavor = in_.u8();
            if ((flavor & ~format::known_flavors) != 0) return damaged("an unknown flavor");
            qualifier.flavor = Flavor::of_bits(flavor);
            qualifier.propagated = (flavor & format::propagated_flavor) != 0;
            qualifier.value = WMI_TRY(value(qualifier.type, max_nesting));  // never an object
            if (set.find(qualifier.name) != nullptr) return damaged("a qualifier twice");
            set.put(std::move(qualifier));
        }
        if (!in_.ok()) return truncated();
        return set;
    }

    // A property or a parameter.
    template <class Member>
    Result<Member> member(std::size_t level) {
        Member member;
        member.name = Name(in_.text());
        member.type = WMI_TRY(type());
        member.class_name = Name(in_.text());
        member.default_value = WMI_TRY(value(member.type, level));
        member.qualifiers = WMI_TRY(qualifiers());
        return member;
    }

    Result<Method> method(std::size_t level) {
        Method method;
        method.name = Name(in_.text());
        method.return_type = WMI_TRY(type());
        method.return_class = Name(in_.text());
        method.qualifiers = WMI_TRY(qualifiers());
        const std::size_t count = in_.count(format::least_property, max_parameters);
        for (std::size_t i = 0; i < count; ++i) {
            method.parameters.push_back(WMI_TRY(member<Parameter>(level)));
        }
        if (!in_.ok()) return truncated();
        return method;
    }

    Result<Value> value(Type type, std::size_t level) {
        const std::uint8_t tag = in_.u8();
        const bool is_array = (tag & format::array_tag) != 0;
        const std::uint8_t number = tag & format::family_mask;
        if (!in_.ok()) return truncated();
        if (number > static_cast<std::uint8_t>(Family::Object)) return damaged("an unknown value");
        const auto element = static_cast<Family>(number);
        Value value = is_array ? WMI_TRY(array(element, level)) : WMI_TRY(scalar(element, level));
        if (!in_.ok()) return truncated();
        // An empty array is written without the type of its elements.
        if (is_array && value.array_size() == 0 && type.array)
            return coerce(Value(Strings{}), type);
        if (!fits(value, type)) return damaged(fmt::format("a value that is no {}", to_text(type)));
        return value;
    }

    Result<Value> scalar(Family element, std::size_t level) {
        switch (element) {
            case Family::None: return Value();
            case Family::Boolean: {
                const auto number = in_.u8();
                if (number > 1) return damaged("a boolean that is neither TRUE nor FALSE");
                return Value(number != 0);
            }
            case Family::Signed: return Value(static_cast<std::int64_t>(in_.u64()));
            case Family::Unsigned: return Value(in_.u64());
            case Family::Real: return Value(std::bit_cast<double>(in_.u64()));
            case Family::Text: return Value(in_.text());
            case Family::Object: return Value(WMI_TRY(object(level + 1)));
        }
        return Value();
    }

    template <class Array, class Read>
    Result<Value> collect(std::size_t least_bytes_each, const Read& read) {
        Array array;
        const std::size_t count = in_.count(least_bytes_each);
        for (std::size_t i = 0; i < count; ++i) {
            const Value element = WMI_TRY(read());
            array.push_back(element.get<typename Array::value_type>());
        }
        return Value(std::move(array));
    }

    Result<Value> array(Family element, std::size_t level) {
        const auto read = [&] { return scalar(element, level); };
        switch (element) {
            case Family::None: break;
            case Family::Boolean: return collect<Booleans>(1, read);
            case Family::Signed: return collect<Integers>(8, read);
            case Family::Unsigned: return collect<Unsigneds>(8, read);
            case Family::Real: return collect<Reals>(8, read);
            case Family::Text: return collect<Strings>(4, read);
            case Family::Object: return collect<Objects>(format::least_object, read);
        }
        return damaged("an array of nothing");
    }

    ByteReader in_;
    const Resolver& resolver_;
    const OriginPtr outermost_;
    std::size_t spent_ = 0;
    OriginPtr last_origin_;
};

}  // namespace

Result<InstancePtr> decode_instance(std::span<const std::byte> bytes, const Resolver& resolver,
                                    OriginPtr origin) {
    Decoder decoder(bytes, resolver, std::move(origin));
    WMI_TRY(decoder.begin(format::instance_magic));
    InstancePtr instance = WMI_TRY(decoder.instance(1));
    WMI_TRY(decoder.end());
    return instance;
}

Result<ClassDeclaration> decode_class(std::span<const std::byte> bytes, const Resolver& resolver) {
    Decoder decoder(bytes, resolver);
    WMI_TRY(decoder.begin(format::class_magic));
    ClassDeclaration declaration = WMI_TRY(decoder.declaration(1));
    WMI_TRY(decoder.end());
    return declaration;
}

}  // namespace openwmi::cim
