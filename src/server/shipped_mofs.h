#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "base/executor.h"
#include "core/session.h"
#include "server/log.h"

namespace openwmi::server {

// Compiles the *.mof files of these folders, in the order of their names, through a session of the
// service itself. A file is compiled when it is new or has changed since it last compiled without
// error; which that is stands in `record`, a text file. A file with mistakes is told in the log and
// leaves the others alone. The calling thread may wait.
void compile_shipped_mofs(const std::vector<std::filesystem::path>& folders,
                          const std::filesystem::path& record,
                          const std::shared_ptr<core::Session>& session, base::Executor& executor,
                          const Log& log);

}  // namespace openwmi::server
