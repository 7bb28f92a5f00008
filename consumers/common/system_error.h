#pragma once

#include <openwmi.hpp>

namespace openwmi::consumers {

// What a failed system call on a file means: an errno as a WBEM_E_* code.
HRESULT code_of(int system_error);

}  // namespace openwmi::consumers
