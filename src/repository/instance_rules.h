#pragma once

#include <string>

#include "cim/class.h"
#include "cim/instance.h"
#include "repository/catalog.h"
#include "repository/rows.h"

namespace openwmi::repository {

// True for the class whose instances are the namespaces themselves (SYS-116).
bool is_namespace_class(const cim::Class& cls);

// The instance as it may be stored in `name_space` under `cls`, the class as it is there now:
// upgraded when it was built with another version, NULL string keys replaced by GUIDs (COM-051),
// with its origin. Fails: InvalidOperation (abstract, or a provider supplies the class), NoKey,
// IllegalNull (COM-050, MOF-057).
Result<cim::InstancePtr> storable(const cim::Instance& instance, const cim::ClassPtr& cls,
                                  const Namespace& name_space);

// Of an instance that is storable.
Result<Place> place_of(const cim::Instance& instance, const Namespace& name_space);

// What an instance path leads to.
struct Target {
    NamespacePtr name_space;
    cim::ClassPtr cls;  // of the path; the instance may be of a subclass
    Place place;
};
// Fails: InvalidNamespace (also when the path names another one), InvalidClass, InvalidObjectPath.
Result<Target> resolve(const Catalog& catalog, const cim::NamespacePath& name_space,
                       const cim::ObjectPath& path);

// True when a row found at the target's place is an instance of the target's class.
bool matches(const Row& row, const Target& target);

tl::unexpected<Error> no_instance(const cim::NamespacePath& ns, const cim::ObjectPath& path);

// The namespace that a path to a __Namespace instance in `parent` names, or that such an instance
// stands for. Fails with InvalidParameter when the name cannot be one.
Result<cim::NamespacePath> child_path(const cim::NamespacePath& parent, const std::string& name);
Result<cim::NamespacePath> child_path(const cim::NamespacePath& parent,
                                      const cim::ObjectPath& path);

}  // namespace openwmi::repository
