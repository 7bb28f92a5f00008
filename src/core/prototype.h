#pragma once

#include "wql/query.h"

namespace openwmi::core {

// What WBEM_FLAG_PROTOTYPE asks for: the class of the results, with the properties that the query
// selects and no others (COM-064).
Result<cim::ClassPtr> prototype_of(const wql::BoundQuery& query);

}  // namespace openwmi::core
