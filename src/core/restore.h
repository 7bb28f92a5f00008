#pragma once

#include <filesystem>
#include <functional>

#include "core/service.h"

namespace openwmi::core {

// How whoever runs a service has it end, puts the backup in the repository's place and starts the
// service again. Returns when that is certain to happen; the service is about to stop then.
using RestartWith = std::function<Result<>(const std::filesystem::path& backup)>;

// What becomes of those who are connected.
enum class Clients { MustBeGone, AreDisconnected };

// A restore into the running service (COM-171). Fails, with nothing changed: AccessDenied,
// InvalidParameter (a relative path), NotFound, CriticalError (the backup is damaged; says how),
// BackupRestoreWinmgmtRunning (clients are connected), and as `restart` does. The backup is read
// whole first, so this may take long.
Result<> restore(const Service& service, const security::Identity& who,
                 const std::filesystem::path& backup, Clients clients, const RestartWith& restart);

}  // namespace openwmi::core
