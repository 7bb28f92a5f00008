#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "cim/datetime.h"
#include "cim/type.h"
#include "cim/value.h"
#include "wql/ast.h"
#include "wql/local_time.h"
#include "wql/number.h"
#include "wql/truth.h"

namespace openwmi::wql {

// A literal as every type that it can stand for, worked out once: the type of an embedded property
// is often known only when the event comes (OD-082). Immutable.
struct Constant {
    explicit Constant(const Literal& literal);

    // What the literal itself is. A TRUE equals 1 and -1 (OD-017).
    enum class Kind : std::uint8_t { Boolean, Integer, Real, String };
    Kind kind = Kind::String;

    // As what it can be compared; empty: it cannot.
    std::optional<bool> boolean;
    std::optional<Number> integer;
    std::optional<Number> real;
    std::optional<Number> real32;  // the same, rounded as a real32 property is
    std::optional<std::string> text;
    std::optional<char32_t> character;  // folded
    std::optional<cim::DateTime> datetime;
    std::optional<LocalTime> local_time;  // a date or time in another form than the DMTF one
};

// Whether a property of that type may be compared so with the constant, or with a property of
// another type. Fails with InvalidQuery (WQL-006, 007, 018) or InvalidOperator (WQL-010, 025).
Result<> check_comparable(cim::Type type, Operator op, const Constant& constant);
Result<> check_comparable(cim::Type type, Operator op, cim::Type other);

// Unknown when a side is NULL or the two cannot be compared so. Allocates only for datetimes of
// different zones.
Truth compare(const cim::ValueView& left, Operator op, const Constant& right);
Truth compare(const cim::ValueView& left, Operator op, const cim::ValueView& right);

}  // namespace openwmi::wql
