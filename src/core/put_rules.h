#pragma once

#include "base/result.h"
#include "cim/instance.h"
#include "security/identity.h"

namespace openwmi::core {

// What a Put checks and fills in beyond what the repository does: filters, bindings, consumers and
// registrations. Gives the instance to store. Fails: IllegalNull, InvalidQueryType, UnparsableQuery
// (OD-008, 102), InvalidParameter, NotSupported (OD-002), AccessDenied (PRV-002).
Result<cim::InstancePtr> apply_put_rules(const cim::InstancePtr& instance,
                                         const security::Identity& who);

}  // namespace openwmi::core
