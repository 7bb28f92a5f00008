#pragma once

#include <initializer_list>

#include "implements.hpp"

namespace openwmi {

// One class of a plug-in library: its CLSID and how an object of it is made.
struct class_entry {
    CLSID clsid;
    HRESULT (*create)(REFIID riid, void** object);
};

// The entry of a class that has a default constructor.
template <class T>
class_entry class_of(REFCLSID clsid) {
    return {clsid, [](REFIID riid, void** object) -> HRESULT {
                return make<T>()->QueryInterface(riid, object);
            }};
}

namespace detail {

inline HRESULT find_class_object(std::initializer_list<class_entry> classes, REFCLSID clsid,
                                 REFIID riid, void** object) noexcept {
    if (!object) return E_POINTER;
    *object = nullptr;
    return guarded([&]() -> HRESULT {
        for (const class_entry& entry : classes) {
            if (entry.clsid == clsid) {
                using factory = class_factory<decltype(entry.create)>;
                return make<factory>(entry.create)->QueryInterface(riid, object);
            }
        }
        return CLASS_E_CLASSNOTAVAILABLE;
    });
}

}  // namespace detail
}  // namespace openwmi

// The entry points of a plug-in library, once in one of its files:
//
//   OPENWMI_EXPORT_CLASSES(openwmi::class_of<MyProvider>(CLSID_MyProvider))
//
// DllCanUnloadNow says no: a C++ library cannot be unloaded safely, and OpenWMI never does.
#define OPENWMI_EXPORT_CLASSES(...)                                                     \
    STDAPI DllGetClassObject(REFCLSID clsid, REFIID iid, LPVOID* object) {              \
        return ::openwmi::detail::find_class_object({__VA_ARGS__}, clsid, iid, object); \
    }                                                                                   \
    STDAPI DllCanUnloadNow() {                                                          \
        return S_FALSE;                                                                 \
    }
