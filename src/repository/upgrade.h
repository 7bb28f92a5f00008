#pragma once

#include <string>

#include "base/result.h"
#include "repository/shared.h"

namespace openwmi::repository {

// Brings an opened and loaded repository of an older format up to this one, after a copy of it was
// put beside it as repository.format<number>.db; and the index up to what this program's system
// classes ask for. One transaction: a crash leaves the old format.
Result<> bring_up_to_date(Shared& shared);

}  // namespace openwmi::repository
