#pragma once

#include "repository/shared.h"
#include "repository/store.h"

namespace openwmi::repository {

// Thread-safe.
struct Store::State : Shared {
    using Shared::Shared;
};

}  // namespace openwmi::repository
