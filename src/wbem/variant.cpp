#include "wbem/variant.h"

#include <string>
#include <vector>

#include "com/boundary.h"
#include "com/bstr.h"
#include "com/safearray.h"
#include "com/variant.h"
#include "wbem/object.h"

namespace openwmi::wbem {
namespace {

using cim::CimType;

VARTYPE element_vartype(CimType type) {
    switch (type) {
        case CimType::Sint8:
        case CimType::Sint16:
        case CimType::Char16: return VT_I2;
        case CimType::Uint8: return VT_UI1;
        case CimType::Uint16:
        case CimType::Sint32:
        case CimType::Uint32: return VT_I4;
        case CimType::Sint64:
        case CimType::Uint64:
        case CimType::String:
        case CimType::Datetime:
        case CimType::Reference: return VT_BSTR;
        case CimType::Real32: return VT_R4;
        case CimType::Real64: return VT_R8;
        case CimType::Boolean: return VT_BOOL;
        case CimType::Object: return VT_UNKNOWN;
        case CimType::Empty: break;
    }
    return VT_NULL;
}

// Bytes of an integer type of either world; 0 for what is no integer.
int width_of(CimType type) {
    switch (type) {
        case CimType::Sint8:
        case CimType::Uint8: return 1;
        case CimType::Sint16:
        case CimType::Uint16:
        case CimType::Char16: return 2;
        case CimType::Sint32:
        case CimType::Uint32: return 4;
        case CimType::Sint64:
        case CimType::Uint64: return 8;
        default: return 0;
    }
}
int width_of(VARTYPE vt) {
    switch (vt) {
        case VT_I1:
        case VT_UI1: return 1;
        case VT_I2:
        case VT_UI2: return 2;
        case VT_I4:
        case VT_UI4:
        case VT_INT:
        case VT_UINT: return 4;
        default: return 0;
    }
}

std::string described(cim::Type type) {
    return std::string(cim::keyword(type.element)) + (type.array ? "[]" : "");
}

tl::unexpected<Error> mismatch(VARTYPE vt, cim::Type type) {
    return fail(Status::TypeMismatch, "a VARIANT of type {} cannot be a {}, which needs type {}",
                vt, described(type), vartype_of(type));
}

// ---- VARIANT to value

cim::Value integer_value(const VARIANT& variant, CimType type) {
    // A signed VARIANT type of the same width carries the bits of an unsigned CIM type.
    const bool bits = !cim::is_signed_integer(type) && width_of(variant.vt) == width_of(type);
    switch (variant.vt) {
        case VT_I1:
            if (bits) return std::uint64_t{static_cast<std::uint8_t>(variant.cVal)};
            return std::int64_t{static_cast<signed char>(variant.cVal)};
        case VT_I2:
            if (bits) return std::uint64_t{variant.uiVal};
            return std::int64_t{variant.iVal};
        case VT_I4:
        case VT_INT:
            if (bits) return std::uint64_t{variant.ulVal};
            return std::int64_t{variant.lVal};
        case VT_UI1: return std::uint64_t{variant.bVal};
        case VT_UI2: return std::uint64_t{variant.uiVal};
        default: return std::uint64_t{variant.ulVal};
    }
}

Result<cim::Value> object_value(const VARIANT& variant) {
    if (variant.vt != VT_UNKNOWN && variant.vt != VT_DISPATCH) {
        return mismatch(variant.vt, {CimType::Object});
    }
    if (!variant.punkVal) return cim::Value();
    const auto object = com::Ptr<IUnknown>(variant.punkVal).query<IWbemClassObject>();
    if (!object) {
        return fail(Status::TypeMismatch, "the object in the VARIANT has no IWbemClassObject");
    }
    return cim::Value(WMI_TRY(object_of(object.get())));
}

// The value as the VARIANT has it, if the CIM type takes that type of VARIANT at all.
Result<cim::Value> raw_scalar(const VARIANT& variant, CimType type) {
    const VARTYPE vt = variant.vt;
    if (type == CimType::Object) return object_value(variant);
    if (type == CimType::Boolean && vt == VT_BOOL) return cim::Value(variant.boolVal != 0);
    const bool as_text = cim::is_text(type) || width_of(type) == 8;
    if (as_text && vt == VT_BSTR) return cim::Value(com::to_utf8(variant.bstrVal));
    if (as_text) return mismatch(vt, {type});
    const int width = width_of(type);
    if (width != 0 && width_of(vt) >= width) return integer_value(variant, type);
    if ((width != 0 || cim::is_real(type)) && vt == VT_R8) return cim::Value(variant.dblVal);
    if (cim::is_real(type) && vt == VT_R4) return cim::Value(double{variant.fltVal});
    if (cim::is_real(type) && vt == VT_I4) return cim::Value(std::int64_t{variant.lVal});
    return mismatch(vt, {type});
}

Result<cim::Value> scalar_of(const VARIANT& variant, CimType type) {
    cim::Value raw = WMI_TRY(raw_scalar(variant, type));
    return cim::coerce(std::move(raw), {type});
}

template <class Array, class Element>
cim::Value collected(const std::vector<cim::Value>& values) {
    Array array;
    array.reserve(values.size());
    for (const cim::Value& value : values) array.push_back(value.get<Element>());
    return array;
}

cim::Value array_value(const std::vector<cim::Value>& values, CimType type) {
    if (type == CimType::Boolean) return collected<cim::Booleans, bool>(values);
    if (type == CimType::Object) return collected<cim::Objects, cim::ObjectPtr>(values);
    if (cim::is_signed_integer(type)) return collected<cim::Integers, std::int64_t>(values);
    if (cim::is_real(type)) return collected<cim::Reals, double>(values);
    if (cim::is_text(type)) return collected<cim::Strings, std::string>(values);
    return collected<cim::Unsigneds, std::uint64_t>(values);
}

bool is_array_of(VARTYPE element, CimType type) {
    if (element == VT_VARIANT || element == element_vartype(type)) return true;
    if (type == CimType::Object) return element == VT_DISPATCH;
    const int width = width_of(type);  // the unsigned and one-byte types of the same width
    return width != 0 && width < 8 && width_of(element) == width;
}

Result<cim::Value> array_of(const VARIANT& variant, CimType type) {
    const auto element_type = static_cast<VARTYPE>(variant.vt & VT_TYPEMASK);
    if (!is_array_of(element_type, type)) return mismatch(variant.vt, {type, true});
    const auto elements = WMI_TRY(com::elements_of(variant.parray));
    std::vector<cim::Value> values;
    values.reserve(elements.size());
    for (const com::Variant& element : elements) {
        values.push_back(WMI_TRY(scalar_of(element.get(), type)));
        if (values.back().is_null()) {
            return fail(Status::TypeMismatch, "an element of the array is no object");
        }
    }
    return array_value(values, type);
}

// ---- value to VARIANT

std::uint64_t integer_bits(const cim::Value& value) {
    if (const auto* number = value.get_if<std::int64_t>()) {
        return static_cast<std::uint64_t>(*number);
    }
    return value.get<std::uint64_t>();
}

std::string text_of(const cim::Value& value) {
    if (const auto* number = value.get_if<std::int64_t>()) return std::to_string(*number);
    if (const auto* number = value.get_if<std::uint64_t>()) return std::to_string(*number);
    return value.get<std::string>();
}

bool is_of_family(const cim::Value& value, CimType type) {
    if (type == CimType::Boolean) return value.get_if<bool>() != nullptr;
    if (type == CimType::Object) return value.get_if<cim::ObjectPtr>() != nullptr;
    if (cim::is_signed_integer(type)) return value.get_if<std::int64_t>() != nullptr;
    if (cim::is_real(type)) return value.get_if<double>() != nullptr;
    if (cim::is_text(type)) return value.get_if<std::string>() != nullptr;
    return value.get_if<std::uint64_t>() != nullptr;
}

Result<com::Variant> scalar_variant(const cim::Value& value, CimType type) {
    if (!is_of_family(value, type)) {
        return fail(Status::TypeMismatch, "{} is not the value of a {}",
                    cim::display(value, cim::natural_type(value)), described({type}));
    }
    VARIANT variant;
    VariantInit(&variant);
    const VARTYPE vt = element_vartype(type);
    switch (vt) {
        case VT_I2: variant.iVal = static_cast<SHORT>(integer_bits(value)); break;
        case VT_UI1: variant.bVal = static_cast<BYTE>(integer_bits(value)); break;
        case VT_I4: variant.ulVal = static_cast<ULONG>(integer_bits(value)); break;
        case VT_R4: variant.fltVal = static_cast<FLOAT>(value.get<double>()); break;
        case VT_R8: variant.dblVal = value.get<double>(); break;
        case VT_BOOL: variant.boolVal = value.get<bool>() ? VARIANT_TRUE : VARIANT_FALSE; break;
        case VT_BSTR: variant.bstrVal = com::Bstr(text_of(value)).detach(); break;
        default: variant.punkVal = make_object(value.get<cim::ObjectPtr>()).detach(); break;
    }
    variant.vt = vt;
    return com::Variant::adopt(variant);
}

Result<com::Variant> array_variant(const cim::Value& value, CimType type) {
    std::vector<com::Variant> elements;
    const std::size_t size = value.array_size();
    elements.reserve(size);
    for (std::size_t i = 0; i < size; ++i) {
        elements.push_back(WMI_TRY(scalar_variant(value.element(i), type)));
    }
    return com::make_array(element_vartype(type), elements);
}

}  // namespace

VARTYPE vartype_of(cim::Type type) {
    const VARTYPE element = element_vartype(type.element);
    return type.array ? static_cast<VARTYPE>(VT_ARRAY | element) : element;
}

Result<cim::Value> value_of(const VARIANT& variant, cim::Type type) {
    if ((variant.vt & VT_BYREF) != 0) {
        com::Variant direct;
        WMI_TRY(com::to_result(VariantCopyInd(direct.put(), &variant), "a VARIANT by reference"));
        return value_of(direct.get(), type);
    }
    if (variant.vt == VT_NULL || variant.vt == VT_EMPTY) return cim::Value();
    const bool is_array = (variant.vt & VT_ARRAY) != 0;
    if (is_array != type.array || type.element == CimType::Empty) return mismatch(variant.vt, type);
    return is_array ? array_of(variant, type.element) : scalar_of(variant, type.element);
}

Result<> put_variant(const cim::Value& value, cim::Type type, VARIANT* out) {
    com::Variant variant = com::Variant::null();
    if (!value.is_null()) {
        if (value.is_array() != type.array) {
            return fail(Status::TypeMismatch, "the value of a {} {} an array", described(type),
                        value.is_array() ? "is" : "is not");
        }
        variant = WMI_TRY(type.array ? array_variant(value, type.element)
                                     : scalar_variant(value, type.element));
    }
    *out = variant.detach();
    return {};
}

std::optional<cim::Type> natural_type(const VARIANT& variant) {
    const bool array = (variant.vt & VT_ARRAY) != 0;
    switch (variant.vt & VT_TYPEMASK) {
        case VT_I1: return cim::Type{CimType::Sint8, array};
        case VT_I2: return cim::Type{CimType::Sint16, array};
        case VT_I4: return cim::Type{CimType::Sint32, array};
        case VT_UI1: return cim::Type{CimType::Uint8, array};
        case VT_UI2: return cim::Type{CimType::Uint16, array};
        case VT_UI4: return cim::Type{CimType::Uint32, array};
        case VT_R4: return cim::Type{CimType::Real32, array};
        case VT_R8: return cim::Type{CimType::Real64, array};
        case VT_BOOL: return cim::Type{CimType::Boolean, array};
        case VT_BSTR: return cim::Type{CimType::String, array};
        case VT_UNKNOWN: return cim::Type{CimType::Object, array};
        default: return std::nullopt;
    }
}

}  // namespace openwmi::wbem
