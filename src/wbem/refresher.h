#pragma once

#include <wbemcli.h>

#include "com/ptr.h"

namespace openwmi::wbem {

// A refresher, which is an IWbemConfigureRefresher too (COM-174). Works with any IWbemServices; one
// in this process keeps what stands in its namespace current with one call (IRefreshAccess), so
// that high-performance providers serve it. A second thread that uses it while it is at work gets
// RefresherBusy. An object that cannot be refreshed keeps its values; Refresh then succeeds with
// WBEM_S_PARTIAL_RESULTS, or fails when nothing could be refreshed.
com::Ptr<IWbemRefresher> make_refresher();

}  // namespace openwmi::wbem
