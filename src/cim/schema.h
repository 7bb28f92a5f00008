#pragma once

#include <vector>

#include "cim/class.h"
#include "cim/namespace_path.h"

namespace openwmi::cim {

// The classes of one namespace, as those who only read them see them. Thread-safe; answers are
// snapshots.
class Schema {
  public:
    virtual ~Schema() = default;
    virtual ClassPtr find_class(const Name& name) const = 0;               // null: none
    virtual std::vector<ClassPtr> subclasses(const Name& name) const = 0;  // all below, not itself
};

// The system classes of the documentation's section on them (SYS-001 to 132): made once, shared by
// all namespaces.
enum class SystemScope { Every, RootOnly, RootAndDefault };
struct SystemClass {
    ClassPtr cls;
    SystemScope scope = SystemScope::Every;
};
const std::vector<SystemClass>& system_classes();  // superclasses before their subclasses
ClassPtr find_system_class(const Name& name);      // null: none
bool exists_in(const SystemClass& system_class, const NamespacePath& name_space);

}  // namespace openwmi::cim
