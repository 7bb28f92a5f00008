#pragma once

#include <wbemcli.h>

#include <cstdint>

#include "base/result.h"
#include "cim/object.h"

namespace openwmi::wbem {

// Whether two objects are the same, apart from what the WBEM_COMPARISON_FLAG bits say to ignore
// (COM-145). `source` is where the objects came from, which a class does not know itself.
struct Compared {
    const cim::Object& object;
    const cim::Origin* source;
};
Result<std::uint32_t> comparison_flags(LONG flags);
bool is_same(const Compared& a, const Compared& b, std::uint32_t flags);

}  // namespace openwmi::wbem
