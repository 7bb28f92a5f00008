#pragma once

#include <wbemcli.h>

#include "com/ptr.h"

namespace openwmi::wbem {

// An empty set of named values that travels with a call (COM-157). Names compare without case. It
// is an IWbemCausalityAccess too (COM-158, <wbemint.h>): a new request, of which its clones are
// children. Thread-safe.
com::Ptr<IWbemContext> make_context();

}  // namespace openwmi::wbem
