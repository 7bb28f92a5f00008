#include "wql/number.h"

#include <charconv>
#include <cmath>
#include <functional>

namespace openwmi::wql {
namespace {

constexpr double two_to_63 = 9223372036854775808.0;
constexpr double two_to_64 = 18446744073709551616.0;

// The order of an integer and a real whose integer part `whole` is that of `real`.
template <class Integer>
std::partial_ordering compare_within(Integer integer, Integer whole, double real) {
    if (integer != whole) return integer <=> whole;
    return std::trunc(real) <=> real;
}

std::partial_ordering compare(std::int64_t integer, double real) {
    if (std::isnan(real)) return std::partial_ordering::unordered;
    if (real >= two_to_63) return std::partial_ordering::less;
    if (real < -two_to_63) return std::partial_ordering::greater;
    return compare_within(integer, static_cast<std::int64_t>(real), real);
}

std::partial_ordering compare(std::uint64_t integer, double real) {
    if (std::isnan(real)) return std::partial_ordering::unordered;
    if (real >= two_to_64) return std::partial_ordering::less;
    if (real < 0) return std::partial_ordering::greater;
    return compare_within(integer, static_cast<std::uint64_t>(real), real);
}

template <class T>
std::optional<T> parse(std::string_view text) {
    T number{};
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (text.empty() || stop != end || error != std::errc()) return std::nullopt;
    return number;
}

}  // namespace

Number Number::of(std::int64_t number) {
    if (number >= 0) return of(static_cast<std::uint64_t>(number));
    Number result;
    result.kind_ = Kind::Negative;
    result.negative_ = number;
    return result;
}

Number Number::of(std::uint64_t number) {
    Number result;
    result.natural_ = number;
    return result;
}

Number Number::of(double number) {
    Number result;
    result.kind_ = Kind::Real;
    result.real_ = number;
    return result;
}

std::optional<Number> Number::of(const cim::ValueView& view) {
    switch (view.kind) {
        case cim::ValueView::Kind::Boolean: return of(std::uint64_t{view.boolean});
        case cim::ValueView::Kind::Signed: return of(view.signed_integer);
        case cim::ValueView::Kind::Unsigned: return of(view.unsigned_integer);
        case cim::ValueView::Kind::Real: return of(view.real);
        default: return std::nullopt;
    }
}

std::optional<Number> Number::parse_integer(std::string_view text) {
    if (const auto number = parse<std::int64_t>(text)) return of(*number);
    if (const auto number = parse<std::uint64_t>(text)) return of(*number);
    return std::nullopt;
}

std::optional<Number> Number::parse_real(std::string_view text) {
    // from_chars also reads "inf" and "nan", which are no constants of WQL.
    if (text.find_first_not_of("0123456789+-.eE") != std::string_view::npos) return std::nullopt;
    if (const auto number = parse<double>(text)) return of(*number);
    return std::nullopt;
}

cim::Value Number::value() const {
    switch (kind_) {
        case Kind::Natural: return natural_;
        case Kind::Negative: return negative_;
        case Kind::Real: break;
    }
    return real_;
}

double Number::to_double() const {
    switch (kind_) {
        case Kind::Negative: return static_cast<double>(negative_);
        case Kind::Natural: return static_cast<double>(natural_);
        case Kind::Real: return real_;
    }
    return 0;
}

std::uint64_t Number::hash() const {
    if (kind_ == Kind::Real) return std::hash<double>{}(real_);
    return kind_ == Kind::Negative ? static_cast<std::uint64_t>(negative_) * 0x9E3779B97F4A7C15
                                   : natural_;
}

std::partial_ordering operator<=>(const Number& a, const Number& b) {
    using Kind = Number::Kind;
    if (a.kind_ == Kind::Real && b.kind_ == Kind::Real) return a.real_ <=> b.real_;
    if (a.kind_ == Kind::Real) return 0 <=> (b <=> a);
    if (b.kind_ == Kind::Real) {
        return a.kind_ == Kind::Negative ? compare(a.negative_, b.real_)
                                         : compare(a.natural_, b.real_);
    }
    if (a.kind_ != b.kind_) {
        return a.kind_ == Kind::Negative ? std::partial_ordering::less
                                         : std::partial_ordering::greater;
    }
    if (a.kind_ == Kind::Negative) return a.negative_ <=> b.negative_;
    return a.natural_ <=> b.natural_;
}

}  // namespace openwmi::wql
