#include "core/restore.h"

#include "repository/maintenance.h"

namespace openwmi::core {

Result<> restore(const Service& service, const security::Identity& who,
                 const std::filesystem::path& backup, Clients clients, const RestartWith& restart) {
    WMI_TRY(service.administer(who));
    if (!backup.is_absolute()) {
        return fail(Status::InvalidParameter, "'{}' does not begin with /", backup.string());
    }
    const auto found = WMI_TRY(repository::verify(backup));
    if (!found.whole()) {
        return fail(Status::CriticalError, "{} is damaged: {}", backup.string(),
                    found.problems.front());
    }
    if (const auto connected = service.clients();
        clients == Clients::MustBeGone && connected != 0) {
        return fail(Status::BackupRestoreWinmgmtRunning,
                    "{} clients are connected; a forced restore disconnects them", connected);
    }
    return restart(backup);
}

}  // namespace openwmi::core
