#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

#include "cim/object.h"
#include "cim/value.h"

namespace openwmi::wql {

// A number of any CIM type. Compared exactly, whatever the types: no value passes through a double
// that cannot hold it (WQL-099). Value.
class Number {
  public:
    static Number of(std::int64_t number);
    static Number of(std::uint64_t number);
    static Number of(double number);
    // Empty when the value is no number and no boolean (which counts as 1 or 0, WQL-011).
    static std::optional<Number> of(const cim::ValueView& view);
    // Decimal, nothing around it.
    static std::optional<Number> parse_integer(std::string_view text);
    static std::optional<Number> parse_real(std::string_view text);

    bool is_integer() const { return kind_ != Kind::Real; }
    double to_double() const;
    // Of the smallest family that holds it: uint64, sint64 or real64.
    cim::Value value() const;
    // Equal for equal integers of any type.
    std::uint64_t hash() const;

    // Unordered with NaN.
    friend std::partial_ordering operator<=>(const Number& a, const Number& b);
    friend bool operator==(const Number& a, const Number& b) { return (a <=> b) == 0; }

  private:
    enum class Kind : std::uint8_t { Negative, Natural, Real };

    Number() = default;

    Kind kind_ = Kind::Natural;
    std::int64_t negative_ = 0;
    std::uint64_t natural_ = 0;
    double real_ = 0;
};

}  // namespace openwmi::wql
