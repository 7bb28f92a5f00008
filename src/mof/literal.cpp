#include "mof/literal.h"

#include <algorithm>
#include <limits>
#include <span>

#include "base/text.h"
#include "mof/token.h"

namespace openwmi::mof {
namespace {

using cim::CimType;

cim::Value integer_value(const Integer& integer) {
    constexpr auto max = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (!integer.negative && integer.magnitude > max) return integer.magnitude;
    if (!integer.negative) return static_cast<std::int64_t>(integer.magnitude);
    return static_cast<std::int64_t>(~integer.magnitude + 1);
}

double real_value(const Integer& integer) {
    const auto magnitude = static_cast<double>(integer.magnitude);
    return integer.negative ? -magnitude : magnitude;
}

std::string_view kind_of(const Literal& literal) {
    constexpr std::string_view kinds[] = {"NULL",     "a boolean",        "a number",
                                          "a real",   "a character",      "a string",
                                          "an alias", "a list of values", "an object"};
    return kinds[literal.form.index()];
}

// "TRUE" with quotes, as published files have it, can mean one thing only.
std::optional<bool> boolean_text(const Literal& literal) {
    const auto* text = literal.get_if<std::string>();
    if (text && equals_ignoring_ascii_case(*text, "true")) return true;
    if (text && equals_ignoring_ascii_case(*text, "false")) return false;
    return std::nullopt;
}

// Whether such a literal may stand for such a type at all; its value is looked at later.
bool may_be(const Literal& literal, CimType type) {
    if (literal.get_if<bool>()) return type == CimType::Boolean;
    if (literal.get_if<Integer>()) {
        return cim::is_integer(type) || cim::is_real(type) || type == CimType::Char16;
    }
    if (literal.get_if<double>()) return cim::is_integer(type) || cim::is_real(type);
    if (literal.get_if<char16_t>()) return type == CimType::Char16;
    if (literal.get_if<std::string>()) {
        return cim::is_text(type) || type == CimType::Sint64 || type == CimType::Uint64 ||
               (type == CimType::Boolean && boolean_text(literal));
    }
    return false;
}

cim::Value plain_value(const Literal& literal) {
    if (const auto* v = literal.get_if<bool>()) return *v;
    if (const auto* v = literal.get_if<Integer>()) return integer_value(*v);
    if (const auto* v = literal.get_if<double>()) return *v;
    if (const auto* v = literal.get_if<char16_t>()) return std::uint64_t{*v};
    if (const auto* v = literal.get_if<std::string>()) return *v;
    return {};
}

std::string type_name(const DeclaredType& declared) {
    std::string name = declared.class_name.text();
    const CimType element = declared.type.element;
    if (name.empty() || element != CimType::Object) {
        name += name.empty() ? "" : " ";
        name += cim::keyword(element);
    }
    return declared.type.array ? name + "[]" : name;
}

Judged<cim::Value> convert_alias(const AliasUse& alias, const Literal& literal,
                                 const DeclaredType& declared, LiteralResolver* resolver) {
    if (declared.type.element != CimType::Reference) {
        return problem(Status::MofUnexpectedAlias, literal.place,
                       "the alias ${} can only stand for a reference, not for {}", alias.name,
                       type_name(declared));
    }
    if (!resolver) return cim::Value("");
    Judged<std::string> path = resolver->alias_path(alias, literal.place);
    if (!path) return tl::unexpected(std::move(path.error()));
    return cim::Value(std::move(*path));
}

Judged<cim::Value> convert_object(const InstanceNode& node, const Literal& literal,
                                  const DeclaredType& declared, LiteralResolver* resolver) {
    if (declared.type.element != CimType::Object) {
        return problem(Status::MofTypeMismatch, literal.place,
                       "an object cannot be the value of a {}", type_name(declared));
    }
    if (!resolver) return cim::Value();
    Judged<cim::ObjectPtr> object = resolver->embedded_object(node, declared.class_name);
    if (!object) return tl::unexpected(std::move(object.error()));
    return cim::Value(std::move(*object));
}

Judged<cim::Value> convert_scalar(const Literal& literal, const DeclaredType& declared,
                                  LiteralResolver* resolver) {
    if (literal.is_null()) return cim::Value();
    if (const auto* alias = literal.get_if<AliasUse>()) {
        return convert_alias(*alias, literal, declared, resolver);
    }
    if (const auto* object = literal.get_if<std::shared_ptr<const InstanceNode>>()) {
        return convert_object(**object, literal, declared, resolver);
    }
    if (literal.get_if<std::vector<Literal>>()) {
        return problem(Status::MofUnexpectedArrayInit, literal.place,
                       "a list of values needs an array, declared with []");
    }
    const CimType type = declared.type.element;
    if (!may_be(literal, type)) {
        return problem(Status::MofTypeMismatch, literal.place, "{} cannot be the value of a {}",
                       kind_of(literal), type_name(declared));
    }
    if (const auto yes = boolean_text(literal); yes && type == CimType::Boolean) {
        return cim::Value(*yes);
    }
    Result<cim::Value> value = cim::coerce(plain_value(literal), {type, false});
    if (!value) {
        const bool range = value.error().status == Status::ValueOutOfRange;
        return problem(range ? Status::MofOutOfRange : Status::MofTypeMismatch, literal.place, "{}",
                       value.error().message);
    }
    return std::move(*value);
}

// An array value of one alternative, from scalars that all hold it.
template <class Array, class Element>
cim::Value array_of(const std::vector<cim::Value>& elements) {
    Array array;
    for (const cim::Value& element : elements) {
        if (const auto* v = element.get_if<Element>()) array.push_back(*v);
    }
    return array;
}

cim::Value assemble(const std::vector<cim::Value>& elements, CimType type) {
    if (type == CimType::Boolean) return array_of<cim::Booleans, bool>(elements);
    if (type == CimType::Object) return array_of<cim::Objects, cim::ObjectPtr>(elements);
    if (cim::is_real(type)) return array_of<cim::Reals, double>(elements);
    if (cim::is_text(type)) return array_of<cim::Strings, std::string>(elements);
    if (cim::is_signed_integer(type)) return array_of<cim::Integers, std::int64_t>(elements);
    return array_of<cim::Unsigneds, std::uint64_t>(elements);
}

bool fits_sint32(const Integer& integer) {
    return integer.magnitude <= (integer.negative ? 0x80000000u : 0x7fffffffu);
}

// The type a scalar qualifier value has by itself; Empty: a qualifier cannot hold it.
CimType qualifier_type(const Literal& literal) {
    if (literal.get_if<bool>()) return CimType::Boolean;
    if (const auto* integer = literal.get_if<Integer>()) {
        return fits_sint32(*integer) ? CimType::Sint32 : CimType::Real64;
    }
    if (literal.get_if<double>()) return CimType::Real64;
    const bool text = literal.get_if<std::string>() || literal.get_if<char16_t>();
    return text || literal.is_null() ? CimType::String : CimType::Empty;
}

cim::Value qualifier_scalar(const Literal& literal, CimType type) {
    if (const auto* unit = literal.get_if<char16_t>()) {
        return base::utf16_to_utf8(std::u16string_view(unit, 1));
    }
    const auto* integer = literal.get_if<Integer>();
    if (integer && type == CimType::Real64) return real_value(*integer);
    return plain_value(literal);
}

tl::unexpected<Problem> unsupported_qualifier_value(const Literal& literal) {
    return problem(Status::MofUnsupportedCimv22QualValue, literal.place,
                   "{} cannot be the value of a qualifier", kind_of(literal));
}

}  // namespace

Judged<cim::Value> convert(const Literal& literal, const DeclaredType& declared,
                           LiteralResolver* resolver) {
    const auto* list = literal.get_if<std::vector<Literal>>();
    if (!declared.type.array || literal.is_null()) {
        return convert_scalar(literal, declared, resolver);
    }
    // One value without braces is a list of one, as published files have it.
    const std::span<const Literal> values =
        list ? std::span<const Literal>(*list) : std::span<const Literal>(&literal, 1);
    const DeclaredType element_type{{declared.type.element, false}, declared.class_name};
    std::vector<cim::Value> elements;
    for (const Literal& element : values) {
        Judged<cim::Value> value = convert_scalar(element, element_type, resolver);
        if (!value) return value;
        elements.push_back(std::move(*value));
    }
    return assemble(elements, declared.type.element);
}

Judged<TypedValue> qualifier_value(const Literal& literal) {
    const auto* list = literal.get_if<std::vector<Literal>>();
    if (!list) {
        const CimType type = qualifier_type(literal);
        if (type == CimType::Empty) return unsupported_qualifier_value(literal);
        return TypedValue{{type, false}, qualifier_scalar(literal, type)};
    }
    CimType type = list->empty() ? CimType::String : CimType::Empty;
    for (const Literal& element : *list) {
        const CimType own = qualifier_type(element);
        if (own == CimType::Empty) return unsupported_qualifier_value(element);
        const bool numbers = (own == CimType::Sint32 || own == CimType::Real64) &&
                             (type == CimType::Sint32 || type == CimType::Real64);
        if (type == CimType::Empty) {
            type = own;
        } else if (numbers) {
            type = own == type ? type : CimType::Real64;
        } else if (own != type) {
            return problem(Status::MofTypeMismatch, element.place,
                           "the values of a list are all of one type");
        }
    }
    std::vector<cim::Value> elements;
    for (const Literal& element : *list) elements.push_back(qualifier_scalar(element, type));
    return TypedValue{{type, true}, assemble(elements, type)};
}

}  // namespace openwmi::mof
