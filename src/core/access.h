#pragma once

#include <cstdint>

#include "base/result.h"
#include "security/descriptor.h"
#include "security/identity.h"

namespace openwmi::core {

// The rights to a namespace that somebody has: everything for the service itself, its user and
// root, nothing for others, until the descriptors of namespaces are enforced (decision 17).
std::uint32_t rights_of(const security::Identity& who);

// Fails with AccessDenied, naming the right (SEC-003).
Result<> check_right(const security::Identity& who, std::uint32_t right);

}  // namespace openwmi::core
