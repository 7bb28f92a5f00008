#include "server/recovery.h"

#include <system_error>

#include "core/recovery.h"

namespace openwmi::server {

void forget_shipped_if_owed(const core::Service& service, const std::filesystem::path& record) {
    std::error_code error;
    if (service.autorecover().is_owed()) std::filesystem::remove(record, error);
}

void recover_if_owed(core::Service& service, const std::shared_ptr<core::Session>& session,
                     const Log& log) {
    auto& list = service.autorecover();
    if (!list.is_owed()) return;
    const auto recovered = core::recover(list, session, service.executor());
    if (!recovered) return log.error("mof", to_text(recovered.error()));
    for (const auto& each : *recovered) {
        for (const auto& mistake : each.mistakes) {
            log.error("mof", mistake, {{"file", each.file.string()}});
        }
        if (each.report.ok()) {
            log.info("mof", "compiled an autorecover MOF file",
                     {{"file", each.file.string()}, {"stored", mof::summary(each.report)}});
        }
    }
    if (const auto done = list.recovered(); !done) log.error("mof", to_text(done.error()));
}

}  // namespace openwmi::server
