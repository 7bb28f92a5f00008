#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cim/type.h"

// The names that writer and reader share. Elements: PROPERTY.ARRAY, PARAMETER.REFERENCE,
// VALUE.OBJECT, …
namespace openwmi::xml {

inline constexpr std::string_view system_origin = "___SYSTEM";

// How a value is written: as text, as a path, as an element of its own.
enum class Form : std::uint8_t { Text, Reference, Object };

// "", ".ARRAY", ".REFERENCE", ".REFARRAY", ".OBJECT", ".OBJECTARRAY"
constexpr std::string_view suffix(Form form, bool array) {
    switch (form) {
        case Form::Text: return array ? ".ARRAY" : "";
        case Form::Reference: return array ? ".REFARRAY" : ".REFERENCE";
        case Form::Object: return array ? ".OBJECTARRAY" : ".OBJECT";
    }
    return "";
}

inline std::string element_name(std::string_view kind, Form form, bool array) {
    return std::string(kind) + std::string(suffix(form, array));
}

}  // namespace openwmi::xml
