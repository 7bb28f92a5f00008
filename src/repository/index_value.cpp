#include "repository/index_value.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/fold.h"
#include "cim/datetime.h"
#include "cim/object_path.h"

namespace openwmi::repository {
namespace {

using cim::CimType;

constexpr std::size_t max_text_bytes = 200;

enum Family : char { Number = 1, Text = 2, Point = 3, Interval = 4, OpenDateTime = 5 };

std::string with_family(Family family, std::string_view bytes) {
    std::string result(1, family);
    result += bytes.substr(0, max_text_bytes);
    return result;
}

std::string big_endian(Family family, std::uint64_t bits) {
    std::string result(1, family);
    for (int shift = 56; shift >= 0; shift -= 8) {
        result.push_back(static_cast<char>((bits >> shift) & 0xFF));
    }
    return result;
}

// Every number as a double: large integers may fall together, their order stays.
std::optional<std::string> number_bytes(double number) {
    if (std::isnan(number)) return std::nullopt;
    constexpr std::uint64_t sign = std::uint64_t{1} << 63;
    const auto bits = std::bit_cast<std::uint64_t>(number + 0.0);  // one zero
    return big_endian(Number, (bits & sign) != 0 ? ~bits : bits | sign);
}

std::optional<double> number_of(const cim::Value& value) {
    if (const auto* v = value.get_if<std::int64_t>()) return static_cast<double>(*v);
    if (const auto* v = value.get_if<std::uint64_t>()) return static_cast<double>(*v);
    if (const auto* v = value.get_if<double>()) return *v;
    return std::nullopt;
}

std::optional<std::string> boolean_bytes(const cim::Value& value) {
    if (const auto* v = value.get_if<bool>()) return number_bytes(*v ? 1 : 0);
    const auto number = number_of(value);
    if (!number) return std::nullopt;
    return number_bytes(*number != 0 ? 1 : 0);
}

std::optional<std::string> datetime_bytes(const std::string& text) {
    const auto datetime = cim::DateTime::parse(text);
    if (!datetime) return std::nullopt;
    if (datetime->has_wildcards()) return with_family(OpenDateTime, text);
    if (datetime->is_interval()) return with_family(Interval, text);
    // What lies before the first moment that can be counted falls together.
    return big_endian(Point, datetime->time().value_or(base::WallTime{}).ticks);
}

// Without server and namespace: a path with them means the same object as one without.
std::string_view without_prefix(std::string_view path) {
    const auto stop = path.find_first_of(":\"'=");
    return stop != std::string_view::npos && path[stop] == ':' ? path.substr(stop + 1) : path;
}

// What all spellings of a reference to one object have in common: the values of its keys, in the
// order of their names. The class is not among it, because a path may name one above the object's;
// references in keys are read like that, too.
std::string common_text(cim::ObjectPath path) {
    std::ranges::stable_sort(path.keys, {}, &cim::ObjectPath::Key::name);
    std::string result;
    for (const auto& key : path.keys) {
        const auto* text = key.value.get_if<std::string>();
        auto inner = text ? cim::ObjectPath::parse(*text)
                          : Result<cim::ObjectPath>(fail(Status::NotFound, "no path"));
        const bool is_path = inner && !inner->keys.empty();
        result +=
            cim::quote(is_path ? common_text(std::move(*inner))
                               : base::fold(cim::display(key.value, cim::natural_type(key.value))));
    }
    return result;
}

std::string reference_text(const std::string& text) {
    std::string folded = base::fold(without_prefix(text));
    auto path = cim::ObjectPath::parse(folded);
    return path && !path->keys.empty() ? common_text(std::move(*path)) : folded;
}

bool is_comparable(CimType type) {
    return cim::is_integer(type) || cim::is_real(type) || cim::is_text(type) ||
           type == CimType::Boolean;
}

}  // namespace

bool has_direct_key(const cim::Class& cls) {
    if (cls.keys().size() != 1) return false;
    const auto type = cls.properties()[cls.keys().front()].type.element;
    return type == CimType::String || type == CimType::Boolean || cim::is_integer(type);
}

std::vector<std::size_t> indexed_properties(const cim::Class& cls) {
    static const cim::Name indexed("Indexed");
    std::vector<std::size_t> result;
    const auto properties = cls.properties();
    for (std::size_t i = 0; i < properties.size(); ++i) {
        const auto& property = properties[i];
        if (property.type.array || !is_comparable(property.type.element)) continue;
        const bool reference = cls.is_association() && property.type.element == CimType::Reference;
        const bool key = property.is_key() && !has_direct_key(cls);
        if (key || reference || property.qualifiers.is_true(indexed)) result.push_back(i);
    }
    return result;
}

std::optional<std::string> index_value(CimType type, const cim::Value& value) {
    if (type == CimType::Boolean) return boolean_bytes(value);
    if (cim::is_integer(type) || cim::is_real(type)) {
        const auto number = number_of(value);
        if (!number) return std::nullopt;
        // A real32 is compared as it was rounded when it was stored.
        return number_bytes(
            type == CimType::Real32 ? static_cast<double>(static_cast<float>(*number)) : *number);
    }
    const auto* text = value.get_if<std::string>();
    if (!text) return std::nullopt;
    switch (type) {
        case CimType::String: return with_family(Text, base::fold(*text));
        case CimType::Reference: return with_family(Text, reference_text(*text));
        case CimType::Datetime: return datetime_bytes(*text);
        default: return std::nullopt;
    }
}

}  // namespace openwmi::repository
