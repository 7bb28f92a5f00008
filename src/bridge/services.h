#pragma once

#include <wbemcli.h>

#include "bridge/connection.h"
#include "com/ptr.h"

namespace openwmi::bridge {

// IWbemServices over the session (COM-031 to 081), with all its 23 methods. A synchronous call
// waits on its caller's thread; what returns at once and what goes to a sink runs on
// connection.calls. The last Release ends the asynchronous notification queries made through it
// (OD-099). Methods of classes, partial operations and prototypes are refused with NotSupported.
// Thread-safe.
com::Ptr<IWbemServices> make_services(Connection connection);

}  // namespace openwmi::bridge
