#pragma once

#include <oleauto.h>

namespace openwmi::com::runtime {

// A second BSTR with the same bytes; null for null, and when memory is short.
BSTR copy_bstr(BSTR text);

}  // namespace openwmi::com::runtime
