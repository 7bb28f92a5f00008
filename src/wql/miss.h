#pragma once

#include <string>

#include "cim/object.h"
#include "wql/bound_query.h"
#include "wql/explain.h"

namespace openwmi::wql {

// What strikes about a predicate that is not true, in one sentence; Miss::None and nothing where it
// is as false as it looks.
struct Finding {
    Miss miss = Miss::None;
    std::string sentence;
};
Finding find_miss(const BoundQuery& query, const BoundNode& node, const cim::Object& object);

// The names of a path: TargetInstance.Temp.
std::string name_of(const BoundPath& path);

}  // namespace openwmi::wql
