#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "bstr.hpp"
#include "com_ptr.hpp"
#include "error.hpp"

namespace openwmi {

// Owns a VARIANT. Made from a C++ value it has the type that WMI uses for the CIM type of that
// value: 64-bit integers travel as text (VT_BSTR), uint16 and uint32 as VT_I4, sint8 as VT_I2.
class variant {
  public:
    variant() noexcept { VariantInit(&value_); }
    explicit variant(std::string_view utf8) : variant() { set_text(bstr(utf8)); }
    explicit variant(std::wstring_view text) : variant() { set_text(bstr(text)); }
    explicit variant(const std::string& utf8) : variant(std::string_view(utf8)) {}
    explicit variant(const char* utf8) : variant(std::string_view(utf8)) {}
    explicit variant(const wchar_t* text) : variant(std::wstring_view(text)) {}
    explicit variant(bstr text) noexcept : variant() { set_text(std::move(text)); }
    explicit variant(IUnknown* object) noexcept : variant() {
        set_object(com_ptr<IUnknown>(object));
    }
    template <class T, class = std::enable_if_t<std::is_base_of_v<IUnknown, T>>>
    explicit variant(const com_ptr<T>& object) noexcept : variant() {
        set_object(com_ptr<IUnknown>(object));
    }
    template <class T, std::enable_if_t<std::is_arithmetic_v<T>, int> = 0>
    explicit variant(T number) : variant() {
        set_number(number);
    }
    // A one-dimensional array of such values, counted from 0.
    template <class T>
    explicit variant(const std::vector<T>& elements);

    variant(const variant& other) : variant() {
        throw_if_failed(VariantCopy(&value_, &other.value_));
    }
    variant(variant&& other) noexcept : value_(other.detach()) {}
    variant& operator=(variant other) noexcept {
        std::swap(value_, other.value_);
        return *this;
    }
    ~variant() { VariantClear(&value_); }

    static variant null() noexcept {
        variant result;
        result.value_.vt = VT_NULL;
        return result;
    }
    // Takes over a VARIANT that the caller owns.
    static variant adopt(const VARIANT& owned) noexcept {
        variant result;
        result.value_ = owned;
        return result;
    }

    const VARIANT& get() const noexcept { return value_; }
    VARTYPE type() const noexcept { return value_.vt; }
    bool is_null() const noexcept { return value_.vt == VT_NULL || value_.vt == VT_EMPTY; }
    bool is_array() const noexcept { return (value_.vt & VT_ARRAY) != 0; }
    // For an out-parameter: clears what was there.
    VARIANT* put() noexcept {
        VariantClear(&value_);
        return &value_;
    }
    // For an in-parameter that the interface does not spell const.
    VARIANT* in() const noexcept { return const_cast<VARIANT*>(&value_); }
    // Gives the value away.
    [[nodiscard]] VARIANT detach() noexcept {
        VARIANT result = value_;
        VariantInit(&value_);
        return result;
    }
    void copy_to(VARIANT* result) const { throw_if_failed(VariantCopy(result, &value_)); }

    // The value as a bool, a number, a std::string or a com_ptr<IUnknown>; throws error with
    // DISP_E_TYPEMISMATCH or DISP_E_OVERFLOW. An unsigned number is read from the signed one of its
    // width, which is how WMI hands it over.
    template <class T>
    T as() const;
    // The elements of an array; of a value that is no array, the value as the only element; of
    // null, none.
    template <class T>
    std::vector<T> as_vector() const;

  private:
    template <class T>
    void set_number(T number);
    template <class T>
    T as_number() const;

    void set_text(bstr text) noexcept {
        value_.vt = VT_BSTR;
        value_.bstrVal = text.detach();
    }
    void set_object(com_ptr<IUnknown> object) noexcept {
        value_.vt = VT_UNKNOWN;
        value_.punkVal = object.detach();
    }
    variant changed(VARTYPE vt) const {
        variant result;
        throw_if_failed(VariantChangeType(&result.value_, &value_, VARIANT_ALPHABOOL, vt),
                        "the value has another type");
        return result;
    }

    VARIANT value_;
};

namespace detail {

// The VARTYPE of an array's elements.
template <class T>
VARTYPE element_type() {
    if constexpr (std::is_arithmetic_v<T>) {
        return variant(T{}).type();
    } else if constexpr (std::is_constructible_v<std::string_view, T> ||
                         std::is_constructible_v<std::wstring_view, T>) {
        return VT_BSTR;
    } else {
        return VT_UNKNOWN;
    }
}

// Bytes are passed by address, strings and objects as themselves: the rule of SafeArrayPutElement.
inline void* element_address(const VARIANT& element) {
    switch (element.vt) {
        case VT_BSTR: return element.bstrVal;
        case VT_UNKNOWN: return element.punkVal;
        default: return const_cast<LONGLONG*>(&element.llVal);
    }
}

}  // namespace detail

template <class T>
variant::variant(const std::vector<T>& elements) : variant() {
    const VARTYPE vt = detail::element_type<T>();
    SAFEARRAY* array = SafeArrayCreateVector(vt, 0, static_cast<ULONG>(elements.size()));
    if (!array) throw std::bad_alloc();
    value_.vt = static_cast<VARTYPE>(VT_ARRAY | vt);
    value_.parray = array;
    LONG index = 0;
    for (const T& element : elements) {
        const variant value(element);
        throw_if_failed(SafeArrayPutElement(array, &index, detail::element_address(value.get())));
        ++index;
    }
}

template <class T>
void variant::set_number(T number) {
    if constexpr (std::is_same_v<T, bool>) {
        value_.vt = VT_BOOL;
        value_.boolVal = number ? VARIANT_TRUE : VARIANT_FALSE;
    } else if constexpr (std::is_same_v<T, float>) {
        value_.vt = VT_R4;
        value_.fltVal = number;
    } else if constexpr (std::is_floating_point_v<T>) {
        value_.vt = VT_R8;
        value_.dblVal = static_cast<double>(number);
    } else if constexpr (sizeof(T) == 8) {
        set_text(bstr(std::to_string(number)));
    } else if constexpr (sizeof(T) == 1 && std::is_unsigned_v<T>) {
        value_.vt = VT_UI1;
        value_.bVal = number;
    } else if constexpr (sizeof(T) <= 2 && std::is_signed_v<T>) {
        value_.vt = VT_I2;
        value_.iVal = number;
    } else {
        value_.vt = VT_I4;
        value_.lVal = static_cast<LONG>(number);
    }
}

template <class T>
T variant::as_number() const {
    if constexpr (std::is_floating_point_v<T>) {
        return static_cast<T>(changed(VT_R8).value_.dblVal);
    } else if constexpr (std::is_unsigned_v<T>) {
        if (value_.vt == VT_I4 && sizeof(T) == 4) return static_cast<T>(value_.ulVal);
        if (value_.vt == VT_I2 && sizeof(T) == 2) return static_cast<T>(value_.uiVal);
        const ULONGLONG number = changed(VT_UI8).value_.ullVal;
        if (number > std::numeric_limits<T>::max())
            throw error(DISP_E_OVERFLOW, "the number is too large");
        return static_cast<T>(number);
    } else {
        const LONGLONG number = changed(VT_I8).value_.llVal;
        if (number > std::numeric_limits<T>::max() || number < std::numeric_limits<T>::min()) {
            throw error(DISP_E_OVERFLOW, "the number is too large");
        }
        return static_cast<T>(number);
    }
}

template <class T>
T variant::as() const {
    if constexpr (std::is_same_v<T, bool>) {
        return changed(VT_BOOL).value_.boolVal != VARIANT_FALSE;
    } else if constexpr (std::is_arithmetic_v<T>) {
        return as_number<T>();
    } else if constexpr (std::is_same_v<T, std::string>) {
        return to_utf8(as<std::wstring>());
    } else if constexpr (std::is_same_v<T, std::wstring>) {
        const variant text = changed(VT_BSTR);
        const BSTR characters = text.value_.bstrVal;
        return characters ? std::wstring(characters, SysStringLen(characters)) : std::wstring();
    } else {
        static_assert(std::is_same_v<T, com_ptr<IUnknown>>,
                      "ask for a number, a string or com_ptr<IUnknown>");
        const variant object = changed(VT_UNKNOWN);
        return com_ptr<IUnknown>(object.value_.punkVal);
    }
}

template <class T>
std::vector<T> variant::as_vector() const {
    std::vector<T> elements;
    if (is_null()) return elements;
    if (!is_array()) return {as<T>()};
    LONG first = 0;
    LONG last = -1;
    VARTYPE vt = VT_EMPTY;
    throw_if_failed(SafeArrayGetLBound(value_.parray, 1, &first));
    throw_if_failed(SafeArrayGetUBound(value_.parray, 1, &last));
    throw_if_failed(SafeArrayGetVartype(value_.parray, &vt));
    for (LONG index = first; index <= last; ++index) {
        VARIANT element;
        VariantInit(&element);
        void* target =
            vt == VT_VARIANT ? static_cast<void*>(&element) : static_cast<void*>(&element.llVal);
        throw_if_failed(SafeArrayGetElement(value_.parray, &index, target));
        if (vt != VT_VARIANT) element.vt = vt;
        elements.push_back(adopt(element).as<T>());
    }
    return elements;
}

}  // namespace openwmi
