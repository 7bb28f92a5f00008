#pragma once

#include <wbemcli.h>

#include <string_view>

#include "base/executor.h"
#include "base/result.h"
#include "com/ptr.h"
#include "core/service.h"
#include "security/identity.h"

namespace openwmi::client {

// A connection to the service of this process, for whoever that identity is. `calls` runs what
// returns at once and the caller's sinks. Fails with InvalidNamespace, AccessDenied, ShuttingDown.
Result<com::Ptr<IWbemServices>> connect(core::Service& service, base::Executor& calls,
                                        const security::Identity& identity,
                                        std::string_view name_space);

}  // namespace openwmi::client
