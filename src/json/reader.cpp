#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "cim/object_path.h"
#include "cim/system_property.h"
#include "json/reader.h"

namespace openwmi::json {
namespace {

using cim::CimType;
using cim::Type;
using cim::Value;
using Json = nlohmann::json;

Result<Value> read_integer(const Json& json, CimType type, const Place& place) {
    constexpr double most_exact = 0x1p53;
    if (json.is_number_unsigned()) return Value(json.get<std::uint64_t>());
    if (json.is_number_integer()) return Value(json.get<std::int64_t>());
    if (json.is_number_float()) {
        const auto number = json.get<double>();
        if (std::abs(number) <= most_exact && number == std::trunc(number)) {
            return Value(static_cast<std::int64_t>(number));
        }
    }
    const bool wide = type == CimType::Sint64 || type == CimType::Uint64;
    if (wide && json.is_string()) return Value(json.get<std::string>());
    return mismatch(place, cim::keyword(type), json);
}

// The shortest decimal of the largest float, as a double, is a little larger than that float.
double nearest_float(double number) {
    constexpr double half_beyond_largest = 0x1.ffffffp127;
    const bool in_range = std::abs(number) < half_beyond_largest;
    return in_range ? static_cast<double>(static_cast<float>(number)) : number;
}

Result<Value> read_real(const Json& json, CimType type, const Place& place) {
    if (json.is_number()) {
        const auto number = json.get<double>();
        return Value(type == CimType::Real32 ? nearest_float(number) : number);
    }
    if (json == "NaN") return Value(std::numeric_limits<double>::quiet_NaN());
    if (json == "Infinity") return Value(std::numeric_limits<double>::infinity());
    if (json == "-Infinity") return Value(-std::numeric_limits<double>::infinity());
    return mismatch(place, cim::keyword(type), json);
}

// A number, or a string of exactly one UTF-16 unit.
Result<Value> read_char16(const Json& json, const Place& place) {
    if (!json.is_string()) return read_integer(json, CimType::Char16, place);
    const auto units = base::utf8_to_utf16(json.get_ref<const std::string&>());
    if (units.size() != 1) return mismatch(place, "one UTF-16 unit", json);
    return Value(static_cast<std::uint64_t>(units.front()));
}

template <class Array>
Value gather(std::vector<Value>& elements) {
    Array array;
    array.reserve(elements.size());
    for (auto& element : elements) {
        array.push_back(element.get<typename Array::value_type>());
    }
    return array;
}

// Elements that are coerced to the type already, as the array of that type.
Value make_array(std::vector<Value> elements, CimType type) {
    if (type == CimType::Boolean) return gather<cim::Booleans>(elements);
    if (type == CimType::Object) return gather<cim::Objects>(elements);
    if (cim::is_text(type)) return gather<cim::Strings>(elements);
    if (cim::is_real(type)) return gather<cim::Reals>(elements);
    if (cim::is_signed_integer(type)) return gather<cim::Integers>(elements);
    return gather<cim::Unsigneds>(elements);
}

Result<cim::OriginPtr> read_origin(const Json& content, const Place& place) {
    if (!content.is_string()) return mismatch(place, "a path", content);
    auto path = cim::ObjectPath::parse(content.get_ref<const std::string&>());
    if (!path) return wrong(path.error().status, place, "{}", path.error().message);
    if (!path->name_space || !path->server) return mismatch(place, "a full path", content);
    return std::make_shared<const cim::Origin>(
        cim::Origin{*std::move(path->server), *std::move(path->name_space)});
}

}  // namespace

Result<cim::InstancePtr> Reader::instance(const Json& json, const cim::Name& declared,
                                          const Place& place) const {
    if (!json.is_object()) return mismatch(place, "an object", json);
    cim::InstanceBuilder builder(WMI_TRY(class_of(json, declared, place)));
    std::vector<bool> seen(builder.class_ptr()->properties().size());
    for (const auto& [member, content] : json.items()) {
        const Place there{&place, member};
        const auto index = builder.class_ptr()->find_property(member);
        if (!index) {
            WMI_TRY(take_system_property(builder, member, content, there));
            continue;
        }
        if (seen[*index]) {
            return wrong(Status::InvalidParameter, there, "the property is given twice");
        }
        seen[*index] = true;
        WMI_TRY(set_property(builder, *index, content, there));
    }
    return builder.build();
}

Result<cim::ClassPtr> Reader::class_of(const Json& json, const cim::Name& declared,
                                       const Place& place) const {
    cim::Name name = declared;
    for (const auto& [member, content] : json.items()) {
        if (cim::Name(member) != cim::Name("__CLASS")) continue;
        if (!content.is_string()) return mismatch({&place, member}, "a class name", content);
        name = content.get_ref<const std::string&>();
    }
    if (name.empty()) {
        return wrong(Status::InvalidClass, place, "expected \"__CLASS\", found no such member");
    }
    auto cls = schema_.find_class(name);
    if (!cls) return wrong(Status::InvalidClass, place, "there is no class \"{}\"", name.text());
    return cls;
}

Result<> Reader::take_system_property(cim::InstanceBuilder& builder, const std::string& member,
                                      const Json& content, const Place& place) const {
    const cim::Name name(member);
    const auto known = cim::system_properties();
    if (std::ranges::find(known, name, &cim::SystemProperty::name) == known.end()) {
        return wrong(Status::InvalidProperty, place, "the class {} has no such property",
                     builder.class_ptr()->name().text());
    }
    if (name == cim::Name("__GENUS") && content != 2) {
        return mismatch(place, "the 2 of an instance", content);
    }
    if (name == cim::Name("__PATH") && options_.origins == Origins::Keep && !content.is_null()) {
        builder.set_origin(WMI_TRY(read_origin(content, place)));
    }
    return {};
}

Result<> Reader::set_property(cim::InstanceBuilder& builder, std::size_t index, const Json& content,
                              const Place& place) const {
    const auto& property = builder.class_ptr()->properties()[index];
    auto read = WMI_TRY(value(content, {property.type, property.class_name}, place));
    const auto set = builder.set(index, std::move(read));
    if (!set) return wrong(set.error().status, place, "{}", set.error().message);
    return {};
}

Result<Value> Reader::value(const Json& json, const Expected& expected, const Place& place) const {
    const auto type = expected.type;
    if (json.is_null()) return Value();
    if (!type.array) return scalar(json, expected, place);
    if (!json.is_array()) {
        return mismatch(place, fmt::format("an array of {}", cim::keyword(type.element)), json);
    }
    std::vector<Value> elements;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const auto number = fmt::format("{}", i);
        const Place there{&place, number};
        auto element = WMI_TRY(scalar(json[i], expected, there));
        auto coerced = cim::coerce(std::move(element), Type{type.element});
        if (!coerced) return wrong(coerced.error().status, there, "{}", coerced.error().message);
        elements.push_back(*std::move(coerced));
    }
    return make_array(std::move(elements), type.element);
}

Result<Value> Reader::scalar(const Json& json, const Expected& expected, const Place& place) const {
    const auto type = expected.type.element;
    if (type == CimType::Object) return object(json, expected.class_name, place);
    if (type == CimType::Char16) return read_char16(json, place);
    if (cim::is_integer(type)) return read_integer(json, type, place);
    if (cim::is_real(type)) return read_real(json, type, place);
    if (type == CimType::Boolean) {
        if (!json.is_boolean()) return mismatch(place, "true or false", json);
        return Value(json.get<bool>());
    }
    if (!json.is_string()) return mismatch(place, cim::keyword(type), json);
    return Value(json.get<std::string>());
}

Result<Value> Reader::object(const Json& json, const cim::Name& declared,
                             const Place& place) const {
    if (json.is_object() && json.value("__GENUS", Json()) == 1) {
        return Value(WMI_TRY(class_definition(json, place)));
    }
    return Value(WMI_TRY(instance(json, declared, place)));
}

Result<cim::InstancePtr> read_instance(std::string_view text, const cim::Schema& schema,
                                       const ReadOptions& options) {
    const auto document = WMI_TRY(parse_document(text, options.max_bytes));
    return Reader(schema, options).instance(document, {}, {});
}

Result<cim::ClassPtr> read_class(std::string_view text, const cim::Schema& schema,
                                 const ReadOptions& options) {
    const auto document = WMI_TRY(parse_document(text, options.max_bytes));
    return Reader(schema, options).class_definition(document, {});
}

}  // namespace openwmi::json
