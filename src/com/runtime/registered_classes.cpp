#include "com/runtime/registered_classes.h"

#include <ranges>

#include "com/runtime/thread_state.h"

namespace openwmi::com::runtime {

DWORD RegisteredClasses::add(REFCLSID clsid, DWORD context, com_ptr<IUnknown> factory) {
    const std::lock_guard lock(mutex_);
    do {
        ++last_cookie_;
    } while (last_cookie_ == 0 || entries_.contains(last_cookie_));
    entries_.emplace(last_cookie_, Entry{clsid, context, std::move(factory)});
    return last_cookie_;
}

com_ptr<IUnknown> RegisteredClasses::remove(DWORD cookie) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(cookie);
    if (found == entries_.end()) return nullptr;
    com_ptr<IUnknown> factory = std::move(found->second.factory);
    entries_.erase(found);
    return factory;
}

com_ptr<IUnknown> RegisteredClasses::find(REFCLSID clsid, DWORD context) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [cookie, entry] : std::views::reverse(entries_)) {
        if (entry.clsid == clsid && (entry.context & context)) return entry.factory;
    }
    return nullptr;
}

RegisteredClasses& registered_classes() {
    static auto& classes = *new RegisteredClasses;
    return classes;
}

}  // namespace openwmi::com::runtime

using namespace openwmi;
using namespace openwmi::com::runtime;

HRESULT CoRegisterClassObject(REFCLSID clsid, IUnknown* factory, DWORD context, DWORD,
                              DWORD* cookie) {
    if (!factory || !cookie || !(context & CLSCTX_ALL)) return E_INVALIDARG;
    *cookie = 0;
    const HRESULT hr = require_apartment("CoRegisterClassObject");
    if (FAILED(hr)) return hr;
    return guarded([&]() -> HRESULT {
        *cookie = registered_classes().add(clsid, context, com_ptr<IUnknown>(factory));
        return S_OK;
    });
}

HRESULT CoRevokeClassObject(DWORD cookie) {
    const com_ptr<IUnknown> factory = registered_classes().remove(cookie);
    return factory ? S_OK : CO_E_OBJNOTREG;
}
