#pragma once

#include <filesystem>
#include <memory>

#include "core/service.h"
#include "server/log.h"

namespace openwmi::server {

// A new repository has nothing of what was compiled into the one before: the record of shipped MOF
// files (shipped_mofs.h) is forgotten, so that they are compiled again. Does nothing else.
void forget_shipped_if_owed(const core::Service& service, const std::filesystem::path& record);

// Compiles the list of autorecover MOF files when a new repository owes it (MOF-035), and says in
// the log what came of each. The calling thread may wait.
void recover_if_owed(core::Service& service, const std::shared_ptr<core::Session>& session,
                     const Log& log);

}  // namespace openwmi::server
