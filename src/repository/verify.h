#pragma once

#include <filesystem>

#include "repository/maintenance.h"
#include "repository/sqlite.h"

namespace openwmi::repository {

// The full check of one open file, of this format, within one read transaction.
Result<Verification> verify(Database& database, const std::filesystem::path& file);

}  // namespace openwmi::repository
