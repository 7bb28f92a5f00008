#pragma once

#include <span>
#include <vector>

#include "wql/ast.h"
#include "wql/bound_query.h"

namespace openwmi::wql {

// The classes of which one must be the class of the object at `path` wherever the condition is
// True: from ISA and __CLASS = that it cannot do without (WQL-047). Empty: it does not say.
std::vector<TargetClass> necessary_classes(const Expression& condition,
                                           std::span<const cim::Name> path);

}  // namespace openwmi::wql
