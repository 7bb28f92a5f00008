#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "com/class_object.h"
#include "wbem/refresher.h"

namespace openwmi::wbem {

// Offers the classes of this room to CoCreateInstance in this process, as long as the result lives:
// WbemDefPath, WbemQuery, WbemContext, WbemStatusCodeText, WbemObjectTextSrc, WbemRefresher
// (COM-158, 167 to 170, 174). None of them needs a service. `source` is for refreshers.
Result<std::vector<com::ClassRegistration>> register_classes(
    const std::shared_ptr<HiPerfSource>& source = nullptr);

}  // namespace openwmi::wbem
