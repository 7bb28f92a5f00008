#pragma once

#include "cim/object.h"
#include "wql/bound_query.h"
#include "wql/truth.h"

namespace openwmi::wql {

// One comparison, without what stands around it: shared by evaluate and explain. Not for And, Or
// and Not.
Truth evaluate_predicate(const BoundQuery& query, const BoundNode& node, const cim::Object& object);

}  // namespace openwmi::wql
