#pragma once

#include <wbemcli.h>

#include <string>

#include "base/result.h"
#include "cim/object.h"

namespace openwmi::wbem {

enum class Flavors { Written, LeftOut };
Result<Flavors> flavors_argument(LONG flags);  // 0 or WBEM_FLAG_NO_FLAVORS

// The MOF of what the object says itself (COM-149).
std::string object_text(const cim::Object& object, Flavors flavors);

}  // namespace openwmi::wbem
