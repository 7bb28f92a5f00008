#pragma once

#include <string>

#include "base/clock.h"
#include "repository/store.h"

namespace openwmi::repository {

// What the singletons of the system say about this service.
struct SystemFacts {
    std::string version;
    std::string folder;
    base::WallTime now;
};

// Puts the singletons of the system that are missing in root (and root\default), with their
// documented values, and names the version that runs now. An administrator's changes stay.
Result<> ensure_system_instances(Transaction& transaction, const SystemFacts& facts);

// The singletons that every namespace has (SYS-117, 118).
Result<> ensure_namespace_instances(Transaction& transaction, const cim::NamespacePath& ns);

}  // namespace openwmi::repository
