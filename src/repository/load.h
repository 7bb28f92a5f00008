#pragma once

#include <memory>
#include <string>

#include "repository/catalog.h"
#include "repository/layouts.h"
#include "repository/sqlite.h"

namespace openwmi::repository {

// Reads all namespaces and classes of a repository into a catalog. `layouts` must be loaded. Fails
// with CriticalError where something in the file contradicts itself.
Result<std::shared_ptr<const Catalog>> load_catalog(Database& database, const Layouts& layouts,
                                                    const std::string& server);

}  // namespace openwmi::repository
