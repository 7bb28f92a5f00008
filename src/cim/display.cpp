#include <fmt/format.h>

#include "cim/class.h"
#include "cim/family.h"
#include "cim/instance.h"
#include "cim/object_path.h"
#include "cim/value.h"

// display: values as people and templates read them (OD-108, CON-009).

namespace openwmi::cim {
namespace {

std::string literal(const Value& value, Type type);

// How the elements of an array stand, and what stands around them.
struct ArrayStyle {
    std::string_view open;
    std::string_view separator;
    std::string_view close;
    bool bare_single;  // a single element stands alone
};
constexpr ArrayStyle template_style{"(", ",", ")", true};
constexpr ArrayStyle mof_style{"{", ", ", "}", false};

std::string scalar(const Value& value, CimType type) {
    if (const auto* boolean = value.get_if<bool>()) return *boolean ? "TRUE" : "FALSE";
    if (const auto* integer = value.get_if<std::int64_t>()) return fmt::format("{}", *integer);
    if (const auto* number = value.get_if<std::uint64_t>()) return fmt::format("{}", *number);
    if (const auto* real = value.get_if<double>()) {
        // The shortest decimal that reads back as the same value of its type.
        return type == CimType::Real32 ? fmt::format("{}", static_cast<float>(*real))
                                       : fmt::format("{}", *real);
    }
    if (const auto* text = value.get_if<std::string>()) return *text;
    return {};
}

std::string array(const Value& value, CimType element, const ArrayStyle& style) {
    const std::size_t size = value.array_size();
    if (size == 1 && style.bare_single) return literal(value.element(0), {element, false});
    std::string text(style.open);
    for (std::size_t i = 0; i < size; ++i) {
        if (i != 0) text += style.separator;
        text += literal(value.element(i), {element, false});
    }
    return text += style.close;
}

std::string object(const Object& object) {
    const Class& cls = object.class_of();
    if (object.as_class() != nullptr) return "class " + cls.name().text();
    const Instance& instance = *object.as_instance();
    std::string text = "instance of " + cls.name().text() + " {";
    for (std::size_t i = 0; i < cls.properties().size(); ++i) {
        const Property& property = cls.properties()[i];
        const Value value = instance.get(i);
        if (value.is_null()) continue;
        text += property.name.text() + " = " + literal(value, property.type) + "; ";
    }
    if (text.ends_with(' ')) text.pop_back();
    return text += "}";
}

// As it would stand in MOF: text quoted, arrays in braces.
std::string literal(const Value& value, Type type) {
    if (value.is_null()) return "NULL";
    if (value.is_array()) return array(value, type.element, mof_style);
    if (const auto* text = value.get_if<std::string>()) return quote(*text);
    if (const auto* embedded = value.get_if<ObjectPtr>()) return object(**embedded);
    return scalar(value, type.element);
}

}  // namespace

std::string display(const Value& value, Type type) {
    if (value.is_array()) return array(value, type.element, template_style);
    if (const auto* embedded = value.get_if<ObjectPtr>()) return object(**embedded);
    return scalar(value, type.element);
}

}  // namespace openwmi::cim
