#pragma once

#include <wbemcli.h>

#include "com/ptr.h"

namespace openwmi::wbem {

// Objects as text and back (COM-167): the two DTDs, and JSON and MOF under the numbers of
// <openwmi_extensions.h>. The formats WMI_OBJ_TEXT_WMI_EXT1 to 10 are reserved: NotSupported.
// Thread-safe: it has no state.
com::Ptr<IWbemObjectTextSrc> make_object_text_source();

}  // namespace openwmi::wbem
