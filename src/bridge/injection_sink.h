#pragma once

#include <wbemcli.h>

#include "bridge/connection.h"
#include "com/ptr.h"

namespace openwmi::bridge {

// Through which a client raises extrinsic events (COM-073, 182). Fails with AccessDenied for those
// who may not (OD-058).
Result<com::Ptr<IWbemObjectSink>> make_injection_sink(const Connection& connection);

}  // namespace openwmi::bridge
