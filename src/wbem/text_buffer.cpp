#include "wbem/text_buffer.h"

#include <cstring>

#include "com/bstr.h"

namespace openwmi::wbem {
namespace {

// In units of `unit` bytes.
Result<> put(const void* bytes, std::size_t size, std::size_t unit, ULONG* length, void* buffer) {
    if (!length) return fail(Status::InvalidParameter, "the length of the buffer is missing");
    const std::size_t room = *length;
    *length = static_cast<ULONG>(size);
    if (!buffer) return {};
    if (room < size) {
        return fail(Status::BufferTooSmall, "{} are needed, the buffer has {}", size, room);
    }
    std::memcpy(buffer, bytes, size * unit);
    return {};
}

}  // namespace

Result<> put_text(std::string_view text, ULONG* length, LPWSTR buffer) {
    const std::wstring wide = to_wide(text);
    return put(wide.c_str(), wide.size() + 1, sizeof(wchar_t), length, buffer);
}

Result<> put_bytes(const void* bytes, std::size_t size, ULONG* length, void* buffer) {
    return put(bytes, size, 1, length, buffer);
}

}  // namespace openwmi::wbem
