#pragma once

#include "base/result.h"
#include "cim/namespace_path.h"
#include "core/service_state.h"
#include "security/descriptor.h"

namespace openwmi::core {

// The descriptor of a namespace as GetSD gives it: its own entries, then those that it inherits
// from the namespaces above (SYS-120). Nothing stored: root has the documented default, others
// inherit only.
Result<security::SecurityDescriptor> namespace_descriptor(const repository::Store& store,
                                                          const cim::NamespacePath& ns);

// Stores a checked descriptor, in __thisNAMESPACE=@; entries that are inherited are not kept
// (SYS-121). Tells the observer that it is not enforced yet.
Result<> store_namespace_descriptor(ServiceState& service, const cim::NamespacePath& ns,
                                    security::SecurityDescriptor descriptor);

}  // namespace openwmi::core
