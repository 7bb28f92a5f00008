#pragma once

#include <cstdint>
#include <string_view>

namespace openwmi::base {

// The outcome of an operation, with the numbers of WBEMSTATUS (and the few COM codes we hand on),
// so that an HRESULT at the door is a cast. Negative values are failures. The enumerators come from
// data/wbem_abi.json.
enum class Status : std::int32_t {
#define WMI_STATUS(name, number, symbol, text) name = static_cast<std::int32_t>(number),
#include "base/status.inc"
#undef WMI_STATUS
};

constexpr bool failed(Status status) {
    return static_cast<std::int32_t>(status) < 0;
}

// The symbol of the public headers ("WBEM_E_NOT_FOUND"), or "" for a number that has none.
std::string_view symbol(Status status);

// One sentence for people, or "" for a number that has none.
std::string_view text(Status status);

}  // namespace openwmi::base

namespace openwmi {
using base::Status;
}
