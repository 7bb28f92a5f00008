#pragma once

#include <string>

#include "cim/class.h"
#include "cim/namespace_path.h"
#include "cim/object_path.h"
#include "cim/schema.h"

namespace openwmi::core {

// Text that is equal for paths to the same instance, also where the paths in reference keys are
// spelled differently: with or without this namespace, by the name of their only key or without.
// Fails as cim::instance_key does.
Result<std::string> comparable_key(const cim::ObjectPath& path, const cim::Class& cls,
                                   const cim::NamespacePath& ns, const cim::Schema& schema);

}  // namespace openwmi::core
