#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "base/executor.h"
#include "core/session.h"
#include "server/log.h"

namespace openwmi::server {

// Applies the MOF files in and below each folder (core/apply.h), in the order of their names. A
// folder in which one has mistakes is left out whole; the service starts all the same, and the log
// says what was done and what not. Nothing is pruned: that is asked for with openwmi apply --prune.
void apply_folders(const std::vector<std::filesystem::path>& folders,
                   const std::shared_ptr<core::Session>& session, base::Executor& executor,
                   const Log& log);

}  // namespace openwmi::server
