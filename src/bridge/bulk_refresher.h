#pragma once

#include <memory>

#include "core/session.h"
#include "wbem/bulk_refresher.h"

namespace openwmi::bridge {

// The session's refresher as COM's refreshers use it.
std::unique_ptr<wbem::BulkRefresher> make_bulk_refresher(core::Session& session);

}  // namespace openwmi::bridge
