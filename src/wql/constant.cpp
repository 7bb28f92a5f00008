#include "wql/constant.h"

#include <fmt/format.h>

#include "base/fold.h"
#include "base/text.h"
#include "wql/printer.h"
#include "wql/reference.h"

namespace openwmi::wql {
namespace {

using cim::CimType;
using cim::ValueView;

Truth decide(std::partial_ordering order, Operator op) {
    if (order == std::partial_ordering::unordered) return Truth::Unknown;
    switch (op) {
        case Operator::Equal: return truth_of(order == 0);
        case Operator::NotEqual: return truth_of(order != 0);
        case Operator::Less: return truth_of(order < 0);
        case Operator::LessOrEqual: return truth_of(order <= 0);
        case Operator::Greater: return truth_of(order > 0);
        case Operator::GreaterOrEqual: return truth_of(order >= 0);
    }
    return Truth::Unknown;
}

Truth decide_equality(bool equal, Operator op) {
    if (!is_equality(op)) return Truth::Unknown;
    return truth_of(equal == (op == Operator::Equal));
}

bool has_asterisks(std::string_view datetime) {
    return datetime.find('*') != std::string_view::npos;
}

// The last four characters of a datetime are its zone (or :000 of an interval): where they are the
// same, the texts have the order of the times (WQL-092).
bool same_zone(std::string_view a, std::string_view b) {
    constexpr std::size_t length = 25;
    constexpr std::size_t zone = 21;
    return a.size() == length && b.size() == length && a.substr(zone) == b.substr(zone);
}

// `parsed_b`: what b is, where that is known already.
Truth compare_datetimes(std::string_view a, Operator op, std::string_view b,
                        const cim::DateTime* parsed_b = nullptr) {
    // Fields left open: character for character (WQL-093).
    if (has_asterisks(a) || has_asterisks(b)) return decide_equality(a == b, op);
    if (same_zone(a, b)) return decide(a <=> b, op);
    const auto left = cim::DateTime::parse(a);
    if (!left) return Truth::Unknown;
    if (parsed_b) return decide(left->compare(*parsed_b), op);
    const auto right = cim::DateTime::parse(b);
    return right ? decide(left->compare(*right), op) : Truth::Unknown;
}

Truth compare_local(std::string_view datetime, Operator op, const LocalTime& local) {
    const auto counterpart = local.counterpart(datetime);
    return counterpart.empty() ? Truth::Unknown : decide(counterpart <=> local.digits(), op);
}

Truth compare_text(const ValueView& left, Operator op, const Constant& right) {
    if (left.type == CimType::Datetime) {
        if (right.local_time) return compare_local(left.text, op, *right.local_time);
        if (!right.datetime) return Truth::Unknown;
        const auto& datetime = *right.datetime;
        return compare_datetimes(left.text, op, datetime.text(), &datetime);
    }
    if (!right.text) return Truth::Unknown;
    if (left.type == CimType::Reference) {
        return decide_equality(same_reference(left.text, *right.text), op);
    }
    if (is_equality(op)) return decide_equality(base::fold_equal(left.text, *right.text), op);
    return decide(base::fold_compare(left.text, *right.text), op);
}

Truth compare_integer(const ValueView& left, Operator op, const Constant& right) {
    if (left.type == CimType::Char16 && right.character) {
        return decide(base::fold(static_cast<char32_t>(left.unsigned_integer)) <=> *right.character,
                      op);
    }
    const auto number = *Number::of(left);
    if (right.kind == Constant::Kind::Boolean) {
        const auto minus_one = Number::of(std::int64_t{-1});
        const bool one = number == Number::of(std::uint64_t{1}) || number == minus_one;
        const bool zero = number == Number::of(std::uint64_t{0});
        return decide_equality(*right.boolean ? one : zero, op);
    }
    return right.integer ? decide(number <=> *right.integer, op) : Truth::Unknown;
}

Truth compare_real(const ValueView& left, Operator op, const Constant& right) {
    const auto& number = left.type == CimType::Real32 ? right.real32 : right.real;
    return number ? decide(Number::of(left.real) <=> *number, op) : Truth::Unknown;
}

std::optional<bool> parse_boolean(std::string_view text) {
    if (base::fold_equal(text, "TRUE")) return true;
    if (base::fold_equal(text, "FALSE")) return false;
    return std::nullopt;
}

std::optional<char32_t> single_character(std::string_view text) {
    if (text.empty()) return std::nullopt;
    std::size_t at = 0;
    const char32_t character = base::next_code_point(text, at);
    if (at != text.size()) return std::nullopt;
    return base::fold(character);
}

// What a property of the type can be compared with, in words.
std::string_view suitable(CimType type) {
    if (type == CimType::Boolean) return "TRUE or FALSE";
    if (cim::is_integer(type)) return "a whole number";
    if (cim::is_real(type)) return "a number";
    if (type == CimType::Char16) return "one character in quotes or a whole number";
    if (type == CimType::Datetime)
        return "a datetime in quotes (yyyymmddHHMMSS.mmmmmm+UUU, yyyy-mm-dd HH:MM:SS)";
    return "a string";
}

bool suits(CimType type, const Constant& constant) {
    const bool boolean_literal = constant.kind == Constant::Kind::Boolean;
    if (type == CimType::Boolean) return constant.boolean.has_value();
    if (cim::is_integer(type)) return constant.integer.has_value() || boolean_literal;
    if (type == CimType::Char16) return constant.character || constant.integer;
    if (cim::is_real(type)) return constant.real.has_value();
    if (type == CimType::Datetime) return constant.datetime || constant.local_time;
    if (type == CimType::Reference) return constant.kind == Constant::Kind::String;
    return constant.text.has_value();
}

enum class Family : std::uint8_t { Boolean, Number, Character, Text, Datetime, None };
Family family(CimType type) {
    if (type == CimType::Boolean) return Family::Boolean;
    if (cim::is_integer(type) || cim::is_real(type)) return Family::Number;
    if (type == CimType::Char16) return Family::Character;
    if (type == CimType::Datetime) return Family::Datetime;
    if (type == CimType::String || type == CimType::Reference) return Family::Text;
    return Family::None;
}

Result<> check_scalar(cim::Type type) {
    if (type.array) {
        return fail(Status::InvalidQuery, "it holds an array, and arrays cannot be queried");
    }
    if (type.element == CimType::Object) {
        return fail(Status::InvalidQuery,
                    "it holds an object: compare one of its properties, or use ISA");
    }
    return {};
}

Result<> check_operator(cim::Type type, Operator op) {
    const bool only_equality =
        type.element == CimType::Boolean || type.element == CimType::Reference;
    if (only_equality && !is_equality(op)) {
        return fail(Status::InvalidOperator, "a {} knows = and <> only, not {}",
                    type.element == CimType::Boolean ? "boolean" : "reference", print(op));
    }
    return {};
}

}  // namespace

Constant::Constant(const Literal& literal) {
    if (const auto* value = literal.value.get_if<bool>()) {
        kind = Kind::Boolean;
        boolean = *value;
    } else if (const auto* number = literal.value.get_if<double>()) {
        kind = Kind::Real;
        real = Number::of(*number);
        text = literal.spelling;
    } else if (const auto* string = literal.value.get_if<std::string>()) {
        kind = Kind::String;
        boolean = parse_boolean(*string);
        integer = Number::parse_integer(*string);
        real = integer ? integer : Number::parse_real(*string);
        text = *string;
        character = single_character(*string);
        if (auto parsed = cim::DateTime::parse(*string)) datetime = std::move(*parsed);
        if (!datetime) local_time = LocalTime::parse(*string);
    } else {
        kind = Kind::Integer;
        integer = Number::of(view(literal.value, CimType::Empty));
        real = integer;
        text = literal.spelling;
        if (integer == Number::of(std::uint64_t{0})) boolean = false;
        if (integer == Number::of(std::uint64_t{1}) || integer == Number::of(std::int64_t{-1})) {
            boolean = true;
        }
    }
    real32 = real;
    if (real && !real->is_integer()) {
        real32 = Number::of(static_cast<double>(static_cast<float>(real->to_double())));
    }
}

Result<> check_comparable(cim::Type type, Operator op, const Constant& constant) {
    WMI_TRY(check_scalar(type));
    WMI_TRY(check_operator(type, op));
    if (!suits(type.element, constant)) {
        return fail(Status::InvalidQuery, "it is a {} and is compared with {}",
                    cim::keyword(type.element), suitable(type.element));
    }
    if (constant.kind == Constant::Kind::Boolean && !is_equality(op)) {
        return fail(Status::InvalidOperator, "TRUE and FALSE know = and <> only, not {}",
                    print(op));
    }
    return {};
}

Result<> check_comparable(cim::Type type, Operator op, cim::Type other) {
    WMI_TRY(check_scalar(type));
    WMI_TRY(check_scalar(other));
    WMI_TRY(check_operator(type, op));
    WMI_TRY(check_operator(other, op));
    if (family(type.element) != family(other.element)) {
        return fail(Status::InvalidQuery, "one is a {}, the other a {}", cim::keyword(type.element),
                    cim::keyword(other.element));
    }
    return {};
}

Truth compare(const ValueView& left, Operator op, const Constant& right) {
    switch (left.kind) {
        case ValueView::Kind::Boolean:
            return right.boolean ? decide_equality(left.boolean == *right.boolean, op)
                                 : Truth::Unknown;
        case ValueView::Kind::Signed:
        case ValueView::Kind::Unsigned: return compare_integer(left, op, right);
        case ValueView::Kind::Real: return compare_real(left, op, right);
        case ValueView::Kind::Text: return compare_text(left, op, right);
        case ValueView::Kind::Null:
        case ValueView::Kind::Object:
        case ValueView::Kind::Array: break;
    }
    return Truth::Unknown;
}

Truth compare(const ValueView& left, Operator op, const ValueView& right) {
    if (family(left.type) != family(right.type)) return Truth::Unknown;
    if (left.kind == ValueView::Kind::Text && right.kind == ValueView::Kind::Text) {
        if (left.type == CimType::Datetime) {
            return compare_datetimes(left.text, op, right.text);
        }
        if (left.type == CimType::Reference || right.type == CimType::Reference) {
            return decide_equality(same_reference(left.text, right.text), op);
        }
        if (is_equality(op)) return decide_equality(base::fold_equal(left.text, right.text), op);
        return decide(base::fold_compare(left.text, right.text), op);
    }
    if (left.kind == ValueView::Kind::Boolean && right.kind == ValueView::Kind::Boolean) {
        return decide_equality(left.boolean == right.boolean, op);
    }
    const auto a = Number::of(left);
    const auto b = Number::of(right);
    return a && b ? decide(*a <=> *b, op) : Truth::Unknown;
}

}  // namespace openwmi::wql
