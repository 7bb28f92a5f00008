#pragma once

#include <wmiutils.h>

#include "com/ptr.h"

namespace openwmi::wbem {

// An empty object path (COM-169); cim reads and writes its text. Thread-safe, its key lists too.
com::Ptr<IWbemPath> make_path();

}  // namespace openwmi::wbem
