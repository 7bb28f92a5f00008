#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/autorecover.h"
#include "core/session.h"
#include "mof/compiler.h"

namespace openwmi::core {

// What became of one file of the list.
struct Recovered {
    std::filesystem::path file;
    mof::Report report;                 // a file that cannot be read fails in its phase Parse
    std::vector<std::string> mistakes;  // as people read them
};

// Compiles the files of the list, in its order, without any switches (MOF-034). A file that fails
// leaves the others alone. The calling thread may wait. Fails as the list does.
Result<std::vector<Recovered>> recover(const AutorecoverList& list,
                                       const std::shared_ptr<Session>& session,
                                       base::Executor& executor);

}  // namespace openwmi::core
