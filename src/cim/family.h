#pragma once

#include <cstdint>

#include "cim/type.h"

namespace openwmi::cim {

// The types that share one alternative of Value. The numbers are part of the encoded form.
enum class Family : std::uint8_t {
    None = 0,
    Boolean = 1,
    Signed = 2,
    Unsigned = 3,
    Real = 4,
    Text = 5,
    Object = 6,
};

constexpr Family family(CimType type) {
    if (type == CimType::Boolean) return Family::Boolean;
    if (type == CimType::Object) return Family::Object;
    if (type == CimType::Char16 || is_unsigned_integer(type)) return Family::Unsigned;
    if (is_signed_integer(type)) return Family::Signed;
    if (is_real(type)) return Family::Real;
    if (is_text(type)) return Family::Text;
    return Family::None;
}

// The bytes that one value of the type takes in a block: the value itself, or for text and objects
// a 32-bit offset or index.
constexpr std::uint32_t element_width(CimType type) {
    switch (type) {
        case CimType::Boolean:
        case CimType::Sint8:
        case CimType::Uint8: return 1;
        case CimType::Sint16:
        case CimType::Uint16:
        case CimType::Char16: return 2;
        case CimType::Sint64:
        case CimType::Uint64:
        case CimType::Real64: return 8;
        default: return 4;
    }
}

}  // namespace openwmi::cim
