#include <objbase.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <optional>
#include <string>

#include "base/guid.h"
#include "base/text.h"
#include "com/guid.h"

namespace openwmi::com::runtime {
namespace {

constexpr int guid_capacity = 39;  // 38 characters and the terminator

HRESULT parse_guid(LPCOLESTR text, GUID* guid, HRESULT malformed) {
    if (!guid) return E_INVALIDARG;
    *guid = GUID_NULL;
    if (!text) return S_OK;
    const std::wstring_view view(text, wcsnlen(text, guid_capacity));
    if (view.empty() || view.front() != L'{') return malformed;
    try {
        const auto parsed = base::Guid::parse(base::wide_to_utf8(view));
        if (!parsed) return malformed;
        *guid = com::to_guid(*parsed);
        return S_OK;
    } catch (const std::bad_alloc&) {
        return E_OUTOFMEMORY;
    }
}

}  // namespace
}  // namespace openwmi::com::runtime

using namespace openwmi;
using namespace openwmi::com::runtime;

LPVOID CoTaskMemAlloc(SIZE_T bytes) {
    return std::malloc(bytes > 0 ? bytes : 1);
}

LPVOID CoTaskMemRealloc(LPVOID memory, SIZE_T bytes) {
    if (memory && bytes == 0) {
        std::free(memory);
        return nullptr;
    }
    return std::realloc(memory, bytes > 0 ? bytes : 1);
}

void CoTaskMemFree(LPVOID memory) {
    std::free(memory);
}

HRESULT CoCreateGuid(GUID* guid) {
    if (!guid) return E_INVALIDARG;
    *guid = com::to_guid(base::Guid::random());
    return S_OK;
}

INT StringFromGUID2(REFGUID guid, LPOLESTR text, INT capacity) {
    if (!text || capacity < guid_capacity) return 0;
    const std::string utf8 = com::to_base(guid).text();
    for (std::size_t i = 0; i < utf8.size(); ++i) text[i] = static_cast<OLECHAR>(utf8[i]);
    text[utf8.size()] = L'\0';
    return guid_capacity;
}

HRESULT StringFromCLSID(REFCLSID clsid, LPOLESTR* text) {
    if (!text) return E_INVALIDARG;
    *text = static_cast<LPOLESTR>(CoTaskMemAlloc(guid_capacity * sizeof(OLECHAR)));
    if (!*text) return E_OUTOFMEMORY;
    StringFromGUID2(clsid, *text, guid_capacity);
    return S_OK;
}

HRESULT StringFromIID(REFIID iid, LPOLESTR* text) {
    return StringFromCLSID(iid, text);
}

HRESULT CLSIDFromString(LPCOLESTR text, CLSID* clsid) {
    return parse_guid(text, clsid, CO_E_CLASSSTRING);
}

HRESULT IIDFromString(LPCOLESTR text, IID* iid) {
    return parse_guid(text, iid, CO_E_IIDSTRING);
}

BSTR openwmi_bstr_from_utf8(const char* text, SIZE_T bytes) {
    try {
        const std::wstring wide =
            base::utf8_to_wide(text ? std::string_view(text, bytes) : std::string_view());
        if (wide.size() > 0x1FFFFFFF) return nullptr;
        return SysAllocStringLen(wide.data(), static_cast<UINT>(wide.size()));
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

SIZE_T openwmi_utf8_from_wide(const wchar_t* text, SIZE_T length, char* utf8, SIZE_T capacity) {
    SIZE_T needed = 0;
    std::string character;  // never longer than what std::string keeps in itself
    for (SIZE_T i = 0; text && i < length; ++i) {
        character.clear();
        base::append_utf8(character, static_cast<char32_t>(text[i]));
        if (utf8 && needed + character.size() <= capacity)
            std::ranges::copy(character, utf8 + needed);
        needed += character.size();
    }
    return needed;
}
