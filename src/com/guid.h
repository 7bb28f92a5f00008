#pragma once

#include <guiddef.h>

#include "base/guid.h"

namespace openwmi::com {

// Between the GUID of the ABI, which has integers, and base's, which has bytes in the order of the
// text.
base::Guid to_base(REFGUID guid);
GUID to_guid(const base::Guid& guid);

}  // namespace openwmi::com
