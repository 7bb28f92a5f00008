#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace openwmi::cim {

// The CIM types with the numbers of CIMTYPE_ENUMERATION (COM-015).
enum class CimType : std::uint16_t {
    Empty = 0,
    Sint16 = 2,
    Sint32 = 3,
    Real32 = 4,
    Real64 = 5,
    String = 8,
    Boolean = 11,
    Object = 13,
    Sint8 = 16,
    Uint8 = 17,
    Uint16 = 18,
    Uint32 = 19,
    Sint64 = 20,
    Uint64 = 21,
    Datetime = 101,
    Reference = 102,
    Char16 = 103,
};

// The type of a property, parameter or qualifier: a CIM type, or an array of one.
struct Type {
    CimType element = CimType::Empty;
    bool array = false;

    friend bool operator==(const Type&, const Type&) = default;
};

inline constexpr std::uint32_t cim_flag_array = 0x2000;
constexpr std::uint32_t cimtype_number(Type type) {
    return static_cast<std::uint32_t>(type.element) | (type.array ? cim_flag_array : 0);
}
// Empty for a number that is no CIM type; 0 is the type Empty.
std::optional<Type> type_of_number(std::uint32_t cimtype);

// The MOF keyword: "uint32", "string", "datetime", "object", "ref" for references, "void" for Empty
// (which type_of_keyword does not take: only a method has no type).
std::string_view keyword(CimType type);
std::optional<CimType> type_of_keyword(std::string_view keyword);
std::string to_text(Type type);  // "uint32", "uint32[]"

constexpr bool is_signed_integer(CimType t) {
    return t == CimType::Sint8 || t == CimType::Sint16 || t == CimType::Sint32 ||
           t == CimType::Sint64;
}
constexpr bool is_unsigned_integer(CimType t) {
    return t == CimType::Uint8 || t == CimType::Uint16 || t == CimType::Uint32 ||
           t == CimType::Uint64;
}
constexpr bool is_integer(CimType t) {
    return is_signed_integer(t) || is_unsigned_integer(t);
}
constexpr bool is_real(CimType t) {
    return t == CimType::Real32 || t == CimType::Real64;
}
// Types whose value is text: string, datetime, reference.
constexpr bool is_text(CimType t) {
    return t == CimType::String || t == CimType::Datetime || t == CimType::Reference;
}

}  // namespace openwmi::cim
