#include "cim/type.h"

#include <array>
#include <string>

#include "base/fold.h"

namespace openwmi::cim {
namespace {

struct Keyword {
    CimType type;
    std::string_view text;
};

constexpr std::array keywords{
    Keyword{CimType::Sint8, "sint8"},   Keyword{CimType::Uint8, "uint8"},
    Keyword{CimType::Sint16, "sint16"}, Keyword{CimType::Uint16, "uint16"},
    Keyword{CimType::Sint32, "sint32"}, Keyword{CimType::Uint32, "uint32"},
    Keyword{CimType::Sint64, "sint64"}, Keyword{CimType::Uint64, "uint64"},
    Keyword{CimType::Real32, "real32"}, Keyword{CimType::Real64, "real64"},
    Keyword{CimType::String, "string"}, Keyword{CimType::Boolean, "boolean"},
    Keyword{CimType::Object, "object"}, Keyword{CimType::Datetime, "datetime"},
    Keyword{CimType::Reference, "ref"}, Keyword{CimType::Char16, "char16"},
};

}  // namespace

std::optional<Type> type_of_number(std::uint32_t cimtype) {
    if (cimtype == 0) return Type{};
    const Type type{static_cast<CimType>(cimtype & ~cim_flag_array & 0xffffU),
                    (cimtype & cim_flag_array) != 0};
    for (const auto& keyword : keywords) {
        if (keyword.type == type.element && cimtype_number(type) == cimtype) return type;
    }
    return std::nullopt;
}

std::string_view keyword(CimType type) {
    for (const auto& keyword : keywords) {
        if (keyword.type == type) return keyword.text;
    }
    return "void";
}

std::optional<CimType> type_of_keyword(std::string_view text) {
    for (const auto& keyword : keywords) {
        if (base::fold_equal(keyword.text, text)) return keyword.type;
    }
    return std::nullopt;
}

std::string to_text(Type type) {
    return std::string(keyword(type.element)) + (type.array ? "[]" : "");
}

}  // namespace openwmi::cim
