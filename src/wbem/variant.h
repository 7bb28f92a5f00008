#pragma once

#include <oaidl.h>

#include <optional>

#include "base/result.h"
#include "cim/type.h"
#include "cim/value.h"

namespace openwmi::wbem {

// A VARIANT as a value of that CIM type. VT_NULL and VT_EMPTY are NULL. A number is taken from the
// VARIANT's type for the CIM type (COM-016), from VT_R8, and from an integer type that is at least
// as wide as the CIM type, if it fits (COM-140): uint32 takes VT_I4 and VT_R8, not VT_I2. 64-bit
// integers are text, decimal or 0x (OD-098). Arrays have the exact element type, or are
// VT_ARRAY|VT_VARIANT (COM-180). Objects must be ours and are copied. Fails with TypeMismatch,
// ValueOutOfRange, InvalidObject.
Result<cim::Value> value_of(const VARIANT& variant, cim::Type type);

// Fills `out`, whatever it holds before, with the value as COM-016 maps the type; NULL is VT_NULL.
// The value must fit the type.
Result<> put_variant(const cim::Value& value, cim::Type type, VARIANT* out);

// The VARIANT type that the CIM type has (COM-016), with VT_ARRAY for arrays.
VARTYPE vartype_of(cim::Type type);

// The CIM type of a property that is created from this VARIANT without a type being named; empty
// where there is none, as for VT_NULL.
std::optional<cim::Type> natural_type(const VARIANT& variant);

}  // namespace openwmi::wbem
