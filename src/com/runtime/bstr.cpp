#include <oleauto.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "com/runtime/bstr.h"

// A BSTR points behind its length in bytes (32 bits, without the terminator). The block starts four
// bytes earlier still, so that the text is aligned as malloc aligns.
namespace openwmi::com::runtime {
namespace {

constexpr std::size_t header_bytes = 8;
constexpr std::size_t prefix_at = 4;
constexpr std::size_t max_bytes = 0x7FFFFFF0;

BSTR allocate(std::size_t bytes) {
    if (bytes > max_bytes) return nullptr;
    auto* block = static_cast<std::byte*>(std::malloc(header_bytes + bytes + sizeof(OLECHAR)));
    if (!block) return nullptr;
    const auto prefix = static_cast<std::uint32_t>(bytes);
    std::memcpy(block + prefix_at, &prefix, sizeof(prefix));
    std::memset(block + header_bytes + bytes, 0, sizeof(OLECHAR));
    return reinterpret_cast<BSTR>(block + header_bytes);
}

}  // namespace

BSTR copy_bstr(BSTR text) {
    if (!text) return nullptr;
    return SysAllocStringByteLen(reinterpret_cast<LPCSTR>(text), SysStringByteLen(text));
}

}  // namespace openwmi::com::runtime

using namespace openwmi::com::runtime;

BSTR SysAllocStringByteLen(LPCSTR bytes, UINT byte_length) {
    BSTR result = allocate(byte_length);
    if (result && bytes) std::memcpy(result, bytes, byte_length);
    if (result && !bytes) std::memset(result, 0, byte_length);
    return result;
}

BSTR SysAllocStringLen(const OLECHAR* text, UINT length) {
    BSTR result = allocate(std::size_t{length} * sizeof(OLECHAR));
    if (result && text) std::memcpy(result, text, std::size_t{length} * sizeof(OLECHAR));
    if (result && !text) std::memset(result, 0, std::size_t{length} * sizeof(OLECHAR));
    return result;
}

BSTR SysAllocString(const OLECHAR* text) {
    if (!text) return nullptr;
    const std::size_t length = std::wcslen(text);
    return length > max_bytes ? nullptr : SysAllocStringLen(text, static_cast<UINT>(length));
}

INT SysReAllocStringLen(BSTR* bstr, const OLECHAR* text, UINT length) {
    if (!bstr) return FALSE;
    BSTR result = SysAllocStringLen(text, length);
    if (!result) return FALSE;
    if (!text && *bstr) {  // keeps what is there, as far as it fits
        const UINT kept = SysStringLen(*bstr) < length ? SysStringLen(*bstr) : length;
        std::memcpy(result, *bstr, std::size_t{kept} * sizeof(OLECHAR));
    }
    SysFreeString(*bstr);
    *bstr = result;
    return TRUE;
}

INT SysReAllocString(BSTR* bstr, const OLECHAR* text) {
    if (!bstr) return FALSE;
    BSTR result = SysAllocString(text);
    if (text && !result) return FALSE;
    SysFreeString(*bstr);
    *bstr = result;
    return TRUE;
}

void SysFreeString(BSTR bstr) {
    if (bstr) std::free(reinterpret_cast<std::byte*>(bstr) - header_bytes);
}

UINT SysStringByteLen(BSTR bstr) {
    if (!bstr) return 0;
    std::uint32_t prefix = 0;
    std::memcpy(&prefix, reinterpret_cast<std::byte*>(bstr) - (header_bytes - prefix_at),
                sizeof(prefix));
    return prefix;
}

UINT SysStringLen(BSTR bstr) {
    return SysStringByteLen(bstr) / static_cast<UINT>(sizeof(OLECHAR));
}
