#include <objbase.h>

#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "com/runtime/variant.h"

// VariantChangeType between booleans, numbers, strings and objects, in the invariant locale. Dates,
// currency and decimals convert only to themselves: WMI never hands them out.
namespace openwmi::com::runtime {
namespace {

using Number = std::variant<LONGLONG, ULONGLONG, double>;

// The text as ASCII without blanks around it; nothing when it has other characters, which no number
// has.
std::optional<std::string> ascii(BSTR text) {
    std::string result;
    const UINT length = SysStringLen(text);
    for (UINT i = 0; i < length; ++i) {
        const wchar_t c = text[i];
        if (c < 0x20 || c > 0x7E) return std::nullopt;
        result.push_back(static_cast<char>(c));
    }
    const auto first = result.find_first_not_of(' ');
    if (first == std::string::npos) return std::nullopt;
    return result.substr(first, result.find_last_not_of(' ') - first + 1);
}

template <class T>
std::optional<T> parsed(std::string_view text) {
    T value{};
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<Number> parse_number(std::string_view text) {
    if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
    if (const auto value = parsed<LONGLONG>(text)) return *value;
    if (const auto value = parsed<ULONGLONG>(text)) return *value;
    const auto value = parsed<double>(text);
    if (!value || !std::isfinite(*value)) return std::nullopt;
    return *value;
}

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
    if (text.size() != lower.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != lower[i]) return false;
    }
    return true;
}

std::optional<Number> number_of(const VARIANT& value) {
    switch (value.vt) {
        case VT_EMPTY: return LONGLONG{0};
        case VT_BOOL: return LONGLONG{value.boolVal == VARIANT_FALSE ? 0 : -1};
        case VT_I1: return LONGLONG{static_cast<signed char>(value.cVal)};
        case VT_UI1: return LONGLONG{value.bVal};
        case VT_I2: return LONGLONG{value.iVal};
        case VT_UI2: return LONGLONG{value.uiVal};
        case VT_I4:
        case VT_INT: return LONGLONG{value.lVal};
        case VT_UI4:
        case VT_UINT: return LONGLONG{value.ulVal};
        case VT_I8: return value.llVal;
        case VT_UI8: return value.ullVal;
        case VT_R4: return double{value.fltVal};
        case VT_R8: return value.dblVal;
        case VT_BSTR: {
            const auto text = ascii(value.bstrVal);
            if (!text) return std::nullopt;
            if (equals_ignoring_case(*text, "true")) return LONGLONG{-1};
            if (equals_ignoring_case(*text, "false")) return LONGLONG{0};
            return parse_number(*text);
        }
        default: return std::nullopt;
    }
}

// The number as T, a fraction rounded to the nearest (half to even); nothing when T has no room for
// it.
template <class T>
std::optional<T> integer(const Number& number) {
    if (const auto* value = std::get_if<double>(&number)) {
        const double rounded = std::nearbyint(*value);
        const double end = std::ldexp(1.0, std::numeric_limits<T>::digits);
        const double begin = std::is_signed_v<T> ? -end : 0.0;
        if (std::isnan(rounded) || rounded < begin || rounded >= end) return std::nullopt;
        return static_cast<T>(rounded);
    }
    if (const auto* value = std::get_if<ULONGLONG>(&number)) {
        return std::in_range<T>(*value) ? std::optional<T>(static_cast<T>(*value)) : std::nullopt;
    }
    const LONGLONG value = std::get<LONGLONG>(number);
    return std::in_range<T>(value) ? std::optional<T>(static_cast<T>(value)) : std::nullopt;
}

double real(const Number& number) {
    return std::visit([](auto value) { return static_cast<double>(value); }, number);
}

template <class T, class Member>
HRESULT store_integer(const Number& number, Member& member) {
    const auto value = integer<T>(number);
    if (!value) return DISP_E_OVERFLOW;
    member = static_cast<Member>(*value);
    return S_OK;
}

HRESULT store_number(const Number& number, VARTYPE vt, VARIANT& result) {
    switch (vt) {
        case VT_BOOL:
            result.boolVal = real(number) != 0 ? VARIANT_TRUE : VARIANT_FALSE;
            return S_OK;
        case VT_I1: return store_integer<signed char>(number, result.cVal);
        case VT_UI1: return store_integer<unsigned char>(number, result.bVal);
        case VT_I2: return store_integer<short>(number, result.iVal);
        case VT_UI2: return store_integer<unsigned short>(number, result.uiVal);
        case VT_I4:
        case VT_INT: return store_integer<LONG>(number, result.lVal);
        case VT_UI4:
        case VT_UINT: return store_integer<ULONG>(number, result.ulVal);
        case VT_I8: return store_integer<LONGLONG>(number, result.llVal);
        case VT_UI8: return store_integer<ULONGLONG>(number, result.ullVal);
        case VT_R4:
            if (std::fabs(real(number)) > static_cast<double>(std::numeric_limits<float>::max()))
                return DISP_E_OVERFLOW;
            result.fltVal = static_cast<float>(real(number));
            return S_OK;
        case VT_R8: result.dblVal = real(number); return S_OK;
        default: return DISP_E_TYPEMISMATCH;
    }
}

std::string real_text(double value, int digits) {
    char text[40];
    const int length = std::snprintf(text, sizeof(text), "%.*G", digits, value);
    std::string result(text, static_cast<std::size_t>(length));
    for (char& c : result) {
        if (c == ',') c = '.';  // whatever locale the program has set
    }
    return result;
}

std::optional<std::string> text_of(const VARIANT& value, USHORT flags) {
    switch (value.vt) {
        case VT_EMPTY: return "";
        case VT_BOOL:
            if (flags & VARIANT_ALPHABOOL) return value.boolVal == VARIANT_FALSE ? "False" : "True";
            return value.boolVal == VARIANT_FALSE ? "0" : "-1";
        case VT_R4: return real_text(double{value.fltVal}, 7);
        case VT_R8: return real_text(value.dblVal, 15);
        default: break;
    }
    const auto number = number_of(value);
    if (!number) return std::nullopt;
    if (const auto* big = std::get_if<ULONGLONG>(&*number)) return std::to_string(*big);
    return std::to_string(std::get<LONGLONG>(*number));
}

HRESULT change_object(const VARIANT& value, VARTYPE vt, VARIANT& result) {
    if (!value.punkVal) return S_OK;
    void* object = nullptr;
    const HRESULT hr =
        value.punkVal->QueryInterface(vt == VT_UNKNOWN ? IID_IUnknown : IID_IDispatch, &object);
    if (FAILED(hr)) return DISP_E_TYPEMISMATCH;
    result.byref = object;
    return S_OK;
}

// Makes `value`, which is no reference, into a VARIANT of another type, in a result that owns
// nothing yet.
HRESULT change(const VARIANT& value, USHORT flags, VARTYPE vt, VARIANT& result) {
    const bool is_object = value.vt == VT_UNKNOWN || value.vt == VT_DISPATCH;
    if (vt == VT_UNKNOWN || vt == VT_DISPATCH) {
        return is_object ? change_object(value, vt, result) : DISP_E_TYPEMISMATCH;
    }
    if (value.vt & VT_ARRAY || vt & VT_ARRAY || is_object) return DISP_E_TYPEMISMATCH;
    if (vt == VT_BSTR) {
        const auto text = text_of(value, flags);
        if (!text) return DISP_E_TYPEMISMATCH;
        result.bstrVal = openwmi_bstr_from_utf8(text->data(), text->size());
        return result.bstrVal ? S_OK : E_OUTOFMEMORY;
    }
    const auto number = number_of(value);
    return number ? store_number(*number, vt, result) : DISP_E_TYPEMISMATCH;
}

}  // namespace
}  // namespace openwmi::com::runtime

using namespace openwmi::com::runtime;

HRESULT VariantChangeTypeEx(VARIANTARG* destination, const VARIANTARG* source, LCID, USHORT flags,
                            VARTYPE vt) {
    if (!destination || !source) return E_INVALIDARG;
    if (!is_variant_type(source->vt) || !is_variant_type(vt) || (vt & VT_BYREF))
        return DISP_E_BADVARTYPE;
    VARIANT value;
    VariantInit(&value);
    HRESULT hr = VariantCopyInd(&value, source);
    if (FAILED(hr)) return hr;
    if (value.vt != vt) {
        VARIANT result;
        VariantInit(&result);
        hr = change(value, flags, vt, result);
        VariantClear(&value);
        if (FAILED(hr)) return hr;
        value = result;
        value.vt = vt;
    }
    hr = VariantClear(destination);
    if (FAILED(hr)) {
        VariantClear(&value);
        return hr;
    }
    *destination = value;
    return S_OK;
}

HRESULT VariantChangeType(VARIANTARG* destination, const VARIANTARG* source, USHORT flags,
                          VARTYPE vt) {
    return VariantChangeTypeEx(destination, source, 0, flags, vt);
}
