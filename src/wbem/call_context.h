#pragma once

#include <wbemcli.h>

#include "base/result.h"
#include "cim/call_context.h"
#include "com/ptr.h"

namespace openwmi::wbem {

// What a client sends along, taken out of his context: a later change of it does not matter. Null
// for a null context or one without values. A value whose VARIANT no CIM type fits fails with
// InvalidParameter.
Result<cim::CallContextPtr> read_context(IWbemContext* context);

// The other way round; never null.
Result<com::Ptr<IWbemContext>> make_context(const cim::CallContextPtr& sent);

}  // namespace openwmi::wbem
