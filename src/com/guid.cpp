#include "com/guid.h"

#include <cstring>

namespace openwmi::com {

base::Guid to_base(REFGUID guid) {
    base::Guid result;
    const auto byte = [](std::uint32_t value, int shift) {
        return static_cast<std::uint8_t>(value >> shift);
    };
    result.bytes = {byte(guid.Data1, 24), byte(guid.Data1, 16), byte(guid.Data1, 8),
                    byte(guid.Data1, 0),  byte(guid.Data2, 8),  byte(guid.Data2, 0),
                    byte(guid.Data3, 8),  byte(guid.Data3, 0)};
    std::memcpy(result.bytes.data() + 8, guid.Data4, 8);
    return result;
}

GUID to_guid(const base::Guid& guid) {
    const auto& b = guid.bytes;
    GUID result = {};
    result.Data1 = (std::uint32_t{b[0]} << 24) | (std::uint32_t{b[1]} << 16) |
                   (std::uint32_t{b[2]} << 8) | b[3];
    result.Data2 = static_cast<std::uint16_t>((b[4] << 8) | b[5]);
    result.Data3 = static_cast<std::uint16_t>((b[6] << 8) | b[7]);
    std::memcpy(result.Data4, b.data() + 8, 8);
    return result;
}

}  // namespace openwmi::com
