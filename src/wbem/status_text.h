#pragma once

#include <wbemcli.h>

#include "com/ptr.h"

namespace openwmi::wbem {

// The texts of base/status.inc through COM (COM-168). Whatever the locale, they are English.
// Thread-safe.
com::Ptr<IWbemStatusCodeText> make_status_code_text();

}  // namespace openwmi::wbem
