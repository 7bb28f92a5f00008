#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "base/text.h"
#include "cim/datetime.h"
#include "cim/family.h"
#include "cim/object.h"
#include "cim/value.h"

// fits and coerce: whether and how a value becomes one of a declared type.

namespace openwmi::cim {
namespace {

// Any integer that one of the CIM types can hold, so that ranges are compared in one place.
struct Integer {
    bool negative = false;
    std::uint64_t magnitude = 0;

    static Integer of(std::int64_t v) {
        return {v < 0, v < 0 ? ~static_cast<std::uint64_t>(v) + 1 : static_cast<std::uint64_t>(v)};
    }
    static Integer of(std::uint64_t v) { return {false, v}; }
};

// The bits of an integer type, its sign excluded.
int value_bits(CimType type) {
    const int bits = static_cast<int>(element_width(type)) * 8;
    return is_signed_integer(type) ? bits - 1 : bits;
}

bool in_range(Integer v, CimType type) {
    const std::uint64_t most = ~std::uint64_t{0} >> (64 - value_bits(type));
    if (!v.negative) return v.magnitude <= most;
    return v.magnitude == 0 || (is_signed_integer(type) && v.magnitude <= most + 1);
}

Value to_value(Integer v, CimType type) {
    if (!is_signed_integer(type)) return Value(v.magnitude);
    return Value(static_cast<std::int64_t>(v.negative ? ~v.magnitude + 1 : v.magnitude));
}

bool fits_real(double v, CimType type) {
    return type == CimType::Real64 || !std::isfinite(v) ||
           std::abs(v) <= static_cast<double>(std::numeric_limits<float>::max());
}

bool fits_text(const std::string& v, CimType type) {
    if (type == CimType::Datetime) return DateTime::parse(v).has_value();
    return base::is_valid_utf8(v);
}

template <class Array, class Predicate>
bool all(const Value& value, const Predicate& predicate) {
    const auto* array = value.get_if<Array>();
    return array != nullptr && std::all_of(array->begin(), array->end(), predicate);
}
template <class Scalar, class Predicate>
bool one(const Value& value, const Predicate& predicate) {
    const auto* scalar = value.get_if<Scalar>();
    return scalar != nullptr && predicate(*scalar);
}
template <class Scalar, class Array, class Predicate>
bool each(const Value& value, bool array, const Predicate& predicate) {
    return array ? all<Array>(value, predicate) : one<Scalar>(value, predicate);
}

// A real32 keeps what a float can hold, from the moment it is set.
Value narrowed(Value value, Type type) {
    if (type.element != CimType::Real32) return value;
    const auto round = [](double v) { return static_cast<double>(static_cast<float>(v)); };
    if (const auto* scalar = value.get_if<double>()) return Value(round(*scalar));
    if (const auto* array = value.get_if<Reals>()) {
        Reals rounded(array->size());
        std::transform(array->begin(), array->end(), rounded.begin(), round);
        return Value(std::move(rounded));
    }
    return value;
}

std::string described(const Value& value) {
    constexpr std::size_t most = 60;
    const Type type = natural_type(value);
    if (type.element == CimType::Object) return type.array ? "an array of objects" : "an object";
    std::string text = display(value, type);
    if (text.size() > most) text = base::to_valid_utf8(text.substr(0, most)) + "...";
    if (type == Type{CimType::String, false}) return fmt::format("the text \"{}\"", text);
    return fmt::format("{} ({})", text, to_text(type));
}

tl::unexpected<Error> mismatch(const Value& value, Type type) {
    return fail(Status::TypeMismatch, "{} cannot be a {}", described(value), to_text(type));
}
tl::unexpected<Error> out_of_range(const Value& value, Type type) {
    return fail(Status::ValueOutOfRange, "{} is out of the range of {}", described(value),
                to_text(type));
}

// Decimal, or hexadecimal with 0x (OD-098). Empty when it is no number; a number of more than 64
// bits comes back as out of range.
struct ParsedInteger {
    Integer integer;
    bool overflow = false;
};
std::optional<ParsedInteger> parse_integer(std::string_view text) {
    ParsedInteger parsed;
    if (text.starts_with('-')) {
        parsed.integer.negative = true;
        text.remove_prefix(1);
    }
    int base = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) {
        base = 16;
        text.remove_prefix(2);
    }
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, parsed.integer.magnitude, base);
    if (stop != end || error == std::errc::invalid_argument) return std::nullopt;
    parsed.overflow = error == std::errc::result_out_of_range;
    return parsed;
}

std::optional<Integer> rounded(double v) {
    const double whole = std::round(v);  // halves away from zero (MOF-006)
    if (!(std::abs(whole) < 0x1p64)) return std::nullopt;
    return Integer{whole < 0, static_cast<std::uint64_t>(std::abs(whole))};
}

Result<Value> to_integer(const Value& value, CimType element) {
    const Type type{element, false};
    std::optional<Integer> integer;
    if (const auto* v = value.get_if<std::int64_t>()) {
        integer = Integer::of(*v);
    } else if (const auto* u = value.get_if<std::uint64_t>()) {
        integer = Integer::of(*u);
    } else if (const auto* r = value.get_if<double>(); r && is_integer(element)) {
        integer = rounded(*r);
    } else if (const auto* t = value.get_if<std::string>();
               t && (element == CimType::Sint64 || element == CimType::Uint64)) {
        const auto parsed = parse_integer(*t);
        if (!parsed) return mismatch(value, type);
        if (!parsed->overflow) integer = parsed->integer;
    } else {
        return mismatch(value, type);
    }
    if (!integer || !in_range(*integer, element)) return out_of_range(value, type);
    return to_value(*integer, element);
}

// Only what comes back unchanged: at most 53 significant bits.
Result<Value> integer_to_real(const Value& value, Integer v, CimType element) {
    const auto significant = v.magnitude == 0 ? 0
                                              : static_cast<int>(std::bit_width(v.magnitude)) -
                                                    std::countr_zero(v.magnitude);
    if (significant > std::numeric_limits<double>::digits) {
        return out_of_range(value, {element, false});
    }
    const auto magnitude = static_cast<double>(v.magnitude);
    return narrowed(Value(v.negative ? -magnitude : magnitude), {element, false});
}

Result<Value> coerce_scalar(const Value& value, CimType element) {
    const Type type{element, false};
    if (fits(value, type)) return narrowed(value, type);
    switch (family(element)) {
        case Family::Signed:
        case Family::Unsigned: return to_integer(value, element);
        case Family::Real:
            if (const auto* v = value.get_if<std::int64_t>()) {
                return integer_to_real(value, Integer::of(*v), element);
            }
            if (const auto* u = value.get_if<std::uint64_t>()) {
                return integer_to_real(value, Integer::of(*u), element);
            }
            if (value.get_if<double>() != nullptr) return out_of_range(value, type);
            return mismatch(value, type);
        default: return mismatch(value, type);
    }
}

template <class Array, class Scalar>
Result<Value> collect(const Value& value, CimType element) {
    Array array;
    const std::size_t size = value.array_size();
    for (std::size_t i = 0; i < size; ++i) {
        const Value coerced = WMI_TRY(coerce_scalar(value.element(i), element));
        array.push_back(coerced.get<Scalar>());
    }
    return Value(std::move(array));
}

Result<Value> coerce_array(const Value& value, CimType element) {
    switch (family(element)) {
        case Family::Boolean: return collect<Booleans, bool>(value, element);
        case Family::Signed: return collect<Integers, std::int64_t>(value, element);
        case Family::Unsigned: return collect<Unsigneds, std::uint64_t>(value, element);
        case Family::Real: return collect<Reals, double>(value, element);
        case Family::Text: return collect<Strings, std::string>(value, element);
        case Family::Object: return collect<Objects, ObjectPtr>(value, element);
        case Family::None: break;
    }
    return mismatch(value, {element, true});
}

}  // namespace

bool fits(const Value& value, Type type) {
    if (value.is_null()) return true;
    const CimType element = type.element;
    const auto in = [element](auto v) { return in_range(Integer::of(v), element); };
    switch (family(element)) {
        case Family::Boolean:
            return each<bool, Booleans>(value, type.array, [](bool) { return true; });
        case Family::Signed: return each<std::int64_t, Integers>(value, type.array, in);
        case Family::Unsigned: return each<std::uint64_t, Unsigneds>(value, type.array, in);
        case Family::Real:
            return each<double, Reals>(value, type.array,
                                       [&](double v) { return fits_real(v, element); });
        case Family::Text:
            return each<std::string, Strings>(
                value, type.array, [&](const std::string& v) { return fits_text(v, element); });
        case Family::Object:
            return each<ObjectPtr, Objects>(value, type.array,
                                            [](const ObjectPtr& v) { return v != nullptr; });
        case Family::None: break;
    }
    return false;
}

Result<Value> coerce(Value value, Type type) {
    if (fits(value, type)) return narrowed(std::move(value), type);
    if (value.is_array() != type.array) return mismatch(value, type);
    return type.array ? coerce_array(value, type.element) : coerce_scalar(value, type.element);
}

}  // namespace openwmi::cim
