#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "../wbemcli.h"
#include "variant.hpp"

namespace openwmi {
namespace detail {

template <class T>
struct element_of {
    using type = void;
};
template <class T>
struct element_of<std::vector<T>> {
    using type = T;
};

}  // namespace detail

// The value of a property, empty when it is NULL: get_property<std::uint32_t>(event, L"ProcessID").
// Throws error, with WBEM_E_NOT_FOUND when the object has no such property.
template <class T>
std::optional<T> get_property(IWbemClassObject* object, const wchar_t* name) {
    variant value;
    const HRESULT hr = object->Get(name, 0, value.put(), nullptr, nullptr);
    if (FAILED(hr)) throw_if_failed(hr, ("property " + to_utf8(name) + " cannot be read").c_str());
    if (value.is_null()) return std::nullopt;
    using element = typename detail::element_of<T>::type;
    if constexpr (!std::is_void_v<element>) {
        return value.as_vector<element>();
    } else if constexpr (std::is_same_v<T, com_ptr<IWbemClassObject>>) {
        return value.as<com_ptr<IUnknown>>().template query<IWbemClassObject>();
    } else {
        return value.as<T>();
    }
}

// Sets a property that the object's class declares; an empty optional sets NULL.
template <class T>
void put_property(IWbemClassObject* object, const wchar_t* name, const T& value) {
    const variant converted(value);
    const HRESULT hr = object->Put(name, 0, converted.in(), 0);
    if (FAILED(hr)) throw_if_failed(hr, ("property " + to_utf8(name) + " cannot be set").c_str());
}
template <class T>
void put_property(IWbemClassObject* object, const wchar_t* name, const std::optional<T>& value) {
    if (value) return put_property(object, name, *value);
    const variant null = variant::null();
    const HRESULT hr = object->Put(name, 0, null.in(), 0);
    if (FAILED(hr)) throw_if_failed(hr, ("property " + to_utf8(name) + " cannot be set").c_str());
}

// The definition of a class in the namespace that the provider was given.
inline com_ptr<IWbemClassObject> get_class(IWbemServices* services, const wchar_t* name,
                                           IWbemContext* context = nullptr) {
    com_ptr<IWbemClassObject> result;
    const HRESULT hr =
        services->GetObject(bstr(std::wstring_view(name)).get(), 0, context, result.put(), nullptr);
    if (FAILED(hr)) throw_if_failed(hr, ("class " + to_utf8(name) + " cannot be read").c_str());
    return result;
}

// A new instance of the class, every property with its default.
inline com_ptr<IWbemClassObject> spawn_instance(IWbemClassObject* object_class) {
    com_ptr<IWbemClassObject> result;
    throw_if_failed(object_class->SpawnInstance(0, result.put()), "no instance can be made");
    return result;
}

}  // namespace openwmi
