#include <array>
#include <cstddef>
#include <limits>
#include <vector>

#include "com/boundary.h"
#include "com/bstr.h"
#include "com/implements.h"
#include "com/variant.h"
#include "wbem/arguments.h"
#include "wbem/path_model.h"
#include "wbem/property_handle.h"
#include "wbem/text_buffer.h"
#include "wbem/variant.h"

namespace openwmi::wbem {
namespace {

Result<cim::CimType> key_type(ULONG number) {
    const auto type = cim::type_of_number(number);
    const bool fits = type && !type->array && type->element != cim::CimType::Empty &&
                      type->element != cim::CimType::Object && !cim::is_real(type->element);
    if (fits) return type->element;
    return fail(Status::InvalidParameter, "a key cannot have the CIM type {}", number);
}

// The value at the address that SetKey is given: a number in its width, or text up to its zero.
Result<cim::Value> value_at(const void* at, cim::CimType type) {
    if (!at) return fail(Status::InvalidParameter, "the key has no value");
    if (cim::is_text(type)) return cim::Value(com::to_utf8(static_cast<LPCWSTR>(at)));
    const std::size_t width = write_bytes(cim::Value(0), type, {});
    return value_of_bytes({static_cast<const std::byte*>(at), width}, type);
}

// The bytes of a value as GetKey gives them, or of its text.
std::vector<std::byte> bytes_of(const PathKey& key, ULONG flags) {
    const bool as_text = (flags & (WBEMPATH_TEXT | WBEMPATH_QUOTEDTEXT)) != 0;
    cim::Value value = key.value;
    if (as_text) {
        const bool quoted = (flags & WBEMPATH_QUOTEDTEXT) != 0;
        value = quoted ? cim::key_text(key.value) : cim::display(key.value, {key.type});
    }
    const auto type = as_text ? cim::CimType::String : key.type;
    std::vector<std::byte> bytes(write_bytes(value, type, {}));
    write_bytes(value, type, bytes);
    return bytes;
}

// The keys of one object of a path. Thread-safe: it has the path's lock.
class PathKeyList final : public com::Implements<IWbemPathKeyList> {
  public:
    PathKeyList(PathStatePtr state, PathPartPtr part)
        : state_(std::move(state)), part_(std::move(part)) {}

    HRESULT STDMETHODCALLTYPE GetCount(ULONG* puKeyCount) override {
        return locked([&]() -> Result<> {
            if (!puKeyCount) return fail(Status::InvalidParameter, "an out-parameter is null");
            *puKeyCount = static_cast<ULONG>(part_->keys.size());
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE SetKey(LPCWSTR wszName, ULONG uFlags, ULONG uCimType,
                                     LPVOID pKeyVal) override {
        return locked([&]() -> Result<> {
            WMI_TRY(check_flags(uFlags, 0));
            const cim::CimType type = WMI_TRY(key_type(uCimType));
            part_->set({WMI_TRY(key_name(wszName)), WMI_TRY(value_at(pKeyVal, type)), type});
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE SetKey2(LPCWSTR wszName, ULONG uFlags, ULONG uCimType,
                                      VARIANT* pKeyVal) override {
        return locked([&]() -> Result<> {
            WMI_TRY(check_flags(uFlags, 0));
            const cim::CimType type = WMI_TRY(key_type(uCimType));
            if (!pKeyVal) return fail(Status::InvalidParameter, "the key has no value");
            cim::Value value = WMI_TRY(value_of(*pKeyVal, {type}));
            if (value.is_null()) return fail(Status::InvalidParameter, "a key cannot be NULL");
            part_->set({WMI_TRY(key_name(wszName)), std::move(value), type});
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE GetKey(ULONG uKeyIx, ULONG uFlags, ULONG* puNameBufSize,
                                     LPWSTR pszKeyName, ULONG* puKeyValBufSize, LPVOID pKeyVal,
                                     ULONG* puApparentCimType) override {
        return locked([&]() -> Result<> {
            WMI_TRY(check_flags(uFlags, WBEMPATH_TEXT | WBEMPATH_QUOTEDTEXT));
            const PathKey& key = *WMI_TRY(key_at(uKeyIx));
            if (puApparentCimType) *puApparentCimType = static_cast<ULONG>(key.type);
            if (puNameBufSize) WMI_TRY(put_text(key.name.text(), puNameBufSize, pszKeyName));
            if (!puKeyValBufSize) return {};
            const auto bytes = bytes_of(key, uFlags);
            return put_bytes(bytes.data(), bytes.size(), puKeyValBufSize, pKeyVal);
        });
    }

    HRESULT STDMETHODCALLTYPE GetKey2(ULONG uKeyIx, ULONG uFlags, ULONG* puNameBufSize,
                                      LPWSTR pszKeyName, VARIANT* pKeyValue,
                                      ULONG* puApparentCimType) override {
        return locked([&]() -> Result<> {
            WMI_TRY(check_flags(uFlags, 0));
            const PathKey& key = *WMI_TRY(key_at(uKeyIx));
            if (puApparentCimType) *puApparentCimType = static_cast<ULONG>(key.type);
            if (puNameBufSize) WMI_TRY(put_text(key.name.text(), puNameBufSize, pszKeyName));
            if (!pKeyValue) return {};
            return put_variant(key.value, {key.type}, pKeyValue);
        });
    }

    HRESULT STDMETHODCALLTYPE RemoveKey(LPCWSTR wszName, ULONG uFlags) override {
        return locked([&]() -> Result<> {
            WMI_TRY(check_flags(uFlags, 0));
            return part_->remove(WMI_TRY(key_name(wszName)));
        });
    }

    HRESULT STDMETHODCALLTYPE RemoveAllKeys(ULONG uFlags) override {
        return locked([&]() -> Result<> {
            WMI_TRY(check_flags(uFlags, 0));
            part_->keys.clear();
            part_->singleton = false;
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE MakeSingleton(BOOLEAN bSet) override {
        return locked([&]() -> Result<> {
            part_->singleton = bSet != 0;
            if (part_->singleton) part_->keys.clear();
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE GetInfo(ULONG uRequestedInfo, ULONGLONG* puResponse) override {
        return locked([&]() -> Result<> {
            WMI_TRY(check_flags(uRequestedInfo, 0));
            if (!puResponse) return fail(Status::InvalidParameter, "an out-parameter is null");
            *puResponse = part_->info();
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE GetText(LONG lFlags, ULONG* puBuffLength, LPWSTR pszText) override {
        return locked([&]() -> Result<> {
            WMI_TRY(check_reserved(lFlags));
            return put_text(part_->object().keys_text(), puBuffLength, pszText);
        });
    }

  private:
    template <class F>
    HRESULT locked(F&& body) {
        return com::boundary([&]() -> Result<> {
            const std::lock_guard lock(state_->mutex);
            return body();
        });
    }
    static Result<> check_flags(ULONG flags, ULONG known) {
        if ((flags & ~known) == 0) return {};
        return fail(Status::InvalidParameter, "0x{:X} has no meaning here", flags);
    }
    // Null and "" are the implied key.
    static Result<cim::Name> key_name(LPCWSTR text) {
        const std::string name = com::to_utf8(text);
        return name.empty() ? cim::Name() : path_class_name(name);
    }
    Result<const PathKey*> key_at(ULONG index) const {
        if (index < part_->keys.size()) return &part_->keys[index];
        return fail(Status::InvalidParameter, "there is no key {}, but {} keys", index,
                    part_->keys.size());
    }

    PathStatePtr state_;
    PathPartPtr part_;
};

}  // namespace

com::Ptr<IWbemPathKeyList> make_key_list(PathStatePtr state, PathPartPtr part) {
    return com::make<PathKeyList>(std::move(state), std::move(part));
}

}  // namespace openwmi::wbem
