#include <fmt/format.h>

#include <openwmi.hpp>

#include "com/runtime/builtin_classes.h"
#include "com/runtime/library.h"
#include "com/runtime/registered_classes.h"
#include "com/runtime/registration_file.h"
#include "com/runtime/thread_state.h"

// Where a class comes from: this process's registrations, registration files, what is built in.
namespace openwmi::com::runtime {
namespace {

std::string text_of(REFGUID guid) {
    wchar_t text[40] = {};
    StringFromGUID2(guid, text, 40);
    return to_utf8(text);
}

HRESULT report(HRESULT hr, const std::string& text) {
    return openwmi_report_error(hr, nullptr, text.c_str());
}

// Hands a failure on, with a text unless whoever failed has left one.
HRESULT explain(HRESULT hr, const std::string& text) {
    com_ptr<IErrorInfo> already;
    if (GetErrorInfo(0, already.put()) == S_OK) {
        SetErrorInfo(0, already.get());
        return hr;
    }
    return report(hr, text);
}

std::string folders_text(const std::vector<std::filesystem::path>& folders) {
    std::string text;
    for (const auto& folder : folders) text += (text.empty() ? "" : ", ") + folder.string();
    return text.empty() ? "no folder at all" : text;
}

HRESULT from_library(const Registration& registration, REFCLSID clsid, REFIID iid, void** object) {
    const std::string class_text =
        fmt::format("{} ({})", text_of(clsid), registration.file.string());
    GetClassObject entry = nullptr;
    std::string why;
    HRESULT hr = load_library(registration.library, entry, why);
    if (FAILED(hr)) return report(hr, fmt::format("class {}: {}", class_text, why));
    SetErrorInfo(0, nullptr);
    hr = entry(clsid, iid, object);
    if (SUCCEEDED(hr) && !*object) hr = E_UNEXPECTED;
    if (SUCCEEDED(hr)) return hr;
    *object = nullptr;
    return explain(hr,
                   fmt::format("class {}: DllGetClassObject of {} failed with 0x{:08X}", class_text,
                               registration.library.string(), static_cast<std::uint32_t>(hr)));
}

HRESULT from_files(REFCLSID clsid, REFIID iid, void** object) {
    const auto folders = registration_folders();
    const auto registration = find_registration(folders, text_of(clsid));
    if (!registration) return report(CO_E_ERRORINDLL, registration.error().message);
    if (*registration) return from_library(**registration, clsid, iid, object);
    const HRESULT hr = builtin_class_object(clsid, iid, object);
    if (hr != CLASS_E_CLASSNOTAVAILABLE) return hr;
    return report(
        REGDB_E_CLASSNOTREG,
        fmt::format(
            "class {} is not registered: this process has no class object of it, and there is no "
            "file {}.class in {}",
            text_of(clsid), text_of(clsid), folders_text(folders)));
}

HRESULT class_object(REFCLSID clsid, DWORD context, REFIID iid, void** object) {
    if (const com_ptr<IUnknown> factory = registered_classes().find(clsid, context)) {
        return factory->QueryInterface(iid, object);
    }
    if (!(context & CLSCTX_INPROC_SERVER)) {
        return report(
            REGDB_E_CLASSNOTREG,
            fmt::format(
                "class {} is not registered in this process, and without CLSCTX_INPROC_SERVER no "
                "library may be loaded for it",
                text_of(clsid)));
    }
    return from_files(clsid, iid, object);
}

}  // namespace
}  // namespace openwmi::com::runtime

using namespace openwmi;
using namespace openwmi::com::runtime;

HRESULT CoGetClassObject(REFCLSID clsid, DWORD context, LPVOID server, REFIID iid, LPVOID* object) {
    if (!object) return E_INVALIDARG;
    *object = nullptr;
    if (server) return report(E_NOTIMPL, "classes of other machines cannot be activated");
    const HRESULT hr = require_apartment("CoGetClassObject");
    if (FAILED(hr)) return hr;
    return guarded([&] { return class_object(clsid, context, iid, object); });
}

HRESULT CoCreateInstance(REFCLSID clsid, IUnknown* outer, DWORD context, REFIID iid,
                         LPVOID* object) {
    if (!object) return E_POINTER;
    *object = nullptr;
    const HRESULT hr = require_apartment("CoCreateInstance");
    if (FAILED(hr)) return hr;
    return guarded([&]() -> HRESULT {
        com_ptr<IClassFactory> factory;
        HRESULT result = class_object(clsid, context, IID_IClassFactory, factory.put_void());
        if (FAILED(result)) return result;
        SetErrorInfo(0, nullptr);
        result = factory->CreateInstance(outer, iid, object);
        if (SUCCEEDED(result)) return result;
        *object = nullptr;
        return explain(
            result, fmt::format("class {}: no object with interface {} could be created (0x{:08X})",
                                text_of(clsid), text_of(iid), static_cast<std::uint32_t>(result)));
    });
}
