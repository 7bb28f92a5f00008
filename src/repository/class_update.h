#pragma once

#include <functional>
#include <vector>

#include "cim/class.h"
#include "repository/catalog.h"
#include "repository/store.h"

namespace openwmi::repository {

// What a PutClass does to the classes of its namespace.
struct ClassUpdate {
    cim::ClassPtr previous;               // null: the class is new
    std::vector<cim::ClassPtr> resolved;  // the class, then those below it, derived anew
    std::vector<cim::ClassPtr> declared;  // those whose declaration changes on disk
};

using HasInstances = std::function<Result<bool>(const cim::Class&)>;

// Works out a PutClass before anything is written (COM-037 to 042). The rules, where the class
// exists:
//   - only qualifiers changed that structure nothing (Description and its like): always allowed
//   - keys or indices changed: only while nothing uses them (no subclasses, no instances)
//   - otherwise with instances of its own: only Force, and only when they stay as they are
//     (same layout, still neither abstract nor singleton nor dynamic; OD-090)
//   - otherwise with subclasses: Safe and Force, when all of them can be derived again and the
//     layout of those that have instances stays (OD-061); Force takes qualifiers out of
//     subclasses that may no longer be overridden
Result<ClassUpdate> plan_class_update(const ClassTable& classes, cim::ClassDeclaration declaration,
                                      PutClassOptions options, const HasInstances& has_instances);

}  // namespace openwmi::repository
