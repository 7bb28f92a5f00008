#pragma once

#include "base/result.h"
#include "cim/instance.h"
#include "security/descriptor.h"

namespace openwmi::core {

// A descriptor as an instance of __SecurityDescriptor, with __ACE and __Trustee in it (SYS-123).
Result<cim::InstancePtr> to_object(const security::SecurityDescriptor& descriptor);

// What an instance of __SecurityDescriptor makes of a descriptor: without SE_DACL_PRESENT in its
// ControlFlags the DACL stays, without Owner or Group these do. A trustee is named by SID,
// SidString or Name. Fails with InvalidParameter.
Result<security::SecurityDescriptor> apply_object(const cim::Instance& object,
                                                  security::SecurityDescriptor to);

}  // namespace openwmi::core
