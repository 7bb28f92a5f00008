#include "com/boundary.h"
#include "wbem/arguments.h"
#include "wbem/class_object.h"
#include "wbem/property_handle.h"

// The methods of IWbemObjectAccess: the same object, without names and VARIANTs.
namespace openwmi::wbem {
namespace {

Result<cim::Type> type_at(const Content& content, std::size_t index, std::size_t width) {
    const cim::Type type = content.cls().properties()[index].type;
    const bool fits =
        width == 4 ? type.element == cim::CimType::Sint32 || type.element == cim::CimType::Uint32
                   : type.element == cim::CimType::Sint64 || type.element == cim::CimType::Uint64;
    if (fits) return type;
    return fail(Status::TypeMismatch, "{} is a {}, no integer of {} bits",
                content.cls().properties()[index].name.text(), cim::keyword(type.element),
                8 * width);
}

// The integer, or 0 and False for NULL.
template <class T>
Result<Status> read_integer(const Content& content, LONG handle, T* out) {
    if (!out) return fail(Status::InvalidParameter, "an out-parameter is null");
    *out = 0;
    const std::size_t index = WMI_TRY(property_of(content, handle));
    const cim::Type type = WMI_TRY(type_at(content, index, sizeof(T)));
    const cim::Value value = content.property(index);
    if (value.is_null()) return Status::False;
    write_bytes(value, type.element, std::as_writable_bytes(std::span(out, 1)));
    return Status::Ok;
}

template <class T>
Result<> write_integer(Content& content, LONG handle, T number) {
    const std::size_t index = WMI_TRY(property_of(content, handle));
    const cim::Type type = WMI_TRY(type_at(content, index, sizeof(T)));
    const auto bytes = std::as_bytes(std::span(&number, 1));
    return content.set(index, WMI_TRY(value_of_bytes(bytes, type.element)));
}

}  // namespace

HRESULT ClassObject::GetPropertyHandle(LPCWSTR wszPropertyName, CIMTYPE* pType, LONG* plHandle) {
    return com::boundary([&]() -> Result<> {
        if (!plHandle) return fail(Status::InvalidParameter, "an out-parameter is null");
        const cim::Name name = WMI_TRY(name_argument(wszPropertyName));
        const LONG handle = WMI_TRY(handle_of(*content_, name));
        const std::size_t index = WMI_TRY(property_of(*content_, handle));
        const cim::Type type = content_->cls().properties()[index].type;
        if (pType) *pType = static_cast<CIMTYPE>(cim::cimtype_number(type));
        *plHandle = handle;
        return {};
    });
}

HRESULT ClassObject::WritePropertyValue(LONG lHandle, LONG lNumBytes, const BYTE* aData) {
    return com::boundary([&]() -> Result<> {
        const std::size_t index = WMI_TRY(property_of(*content_, lHandle));
        if (!aData || lNumBytes < 0) {
            return fail(Status::InvalidParameter, "{} bytes at {} are no value", lNumBytes,
                        aData ? "a place" : "no place");
        }
        const auto bytes = std::as_bytes(std::span(aData, static_cast<std::size_t>(lNumBytes)));
        const cim::CimType type = content_->cls().properties()[index].type.element;
        return content_->set(index, WMI_TRY(value_of_bytes(bytes, type)));
    });
}

HRESULT ClassObject::ReadPropertyValue(LONG lHandle, LONG lBufferSize, LONG* plNumBytes,
                                       BYTE* aData) {
    return com::boundary([&]() -> Result<Status> {
        if (!plNumBytes || lBufferSize < 0 || (lBufferSize > 0 && !aData)) {
            return fail(Status::InvalidParameter, "there is no buffer, or no place for its size");
        }
        *plNumBytes = 0;
        const std::size_t index = WMI_TRY(property_of(*content_, lHandle));
        const cim::Value value = content_->property(index);
        if (value.is_null()) return Status::False;
        const auto room = static_cast<std::size_t>(lBufferSize);
        const std::size_t needed =
            write_bytes(value, content_->cls().properties()[index].type.element,
                        std::as_writable_bytes(std::span(aData, room)));
        *plNumBytes = static_cast<LONG>(needed);
        if (needed <= room) return Status::Ok;
        return fail(Status::BufferTooSmall, "the value takes {} bytes, the buffer has {}", needed,
                    room);
    });
}

HRESULT ClassObject::ReadDWORD(LONG lHandle, DWORD* pdw) {
    return com::boundary([&] { return read_integer(*content_, lHandle, pdw); });
}
HRESULT ClassObject::WriteDWORD(LONG lHandle, DWORD dw) {
    return com::boundary([&] { return write_integer(*content_, lHandle, dw); });
}
HRESULT ClassObject::ReadQWORD(LONG lHandle, UINT64* pqw) {
    return com::boundary([&] { return read_integer(*content_, lHandle, pqw); });
}
HRESULT ClassObject::WriteQWORD(LONG lHandle, UINT64 pw) {
    return com::boundary([&] { return write_integer(*content_, lHandle, pw); });
}

HRESULT ClassObject::GetPropertyInfoByHandle(LONG lHandle, BSTR* pstrName, CIMTYPE* pType) {
    return com::boundary([&]() -> Result<> {
        if (pstrName) *pstrName = nullptr;
        const std::size_t index = WMI_TRY(property_of(*content_, lHandle));
        const cim::Property& property = content_->cls().properties()[index];
        if (pType) *pType = static_cast<CIMTYPE>(cim::cimtype_number(property.type));
        if (pstrName) *pstrName = new_bstr(property.name.text());
        return {};
    });
}

HRESULT ClassObject::Lock(LONG lFlags) {
    return com::boundary([&]() -> Result<> {
        WMI_TRY(check_reserved(lFlags));
        lock_.lock();
        return {};
    });
}

HRESULT ClassObject::Unlock(LONG lFlags) {
    return com::boundary([&]() -> Result<> {
        WMI_TRY(check_reserved(lFlags));
        return lock_.unlock();
    });
}

}  // namespace openwmi::wbem
