#pragma once

#include <vector>

#include "base/result.h"
#include "com/class_object.h"

namespace openwmi::wbem {

// Offers the classes of this room to CoCreateInstance in this process, as long as the result lives:
// WbemDefPath, WbemQuery, WbemContext, WbemStatusCodeText, WbemObjectTextSrc, WbemRefresher
// (COM-158, 167 to 170, 174). None of them needs a service.
Result<std::vector<com::ClassRegistration>> register_classes();

}  // namespace openwmi::wbem
