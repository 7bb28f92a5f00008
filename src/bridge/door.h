#pragma once

#include <mutex>
#include <shared_mutex>

#include "bridge/connection.h"
#include "core/service.h"
#include "security/identity.h"

namespace openwmi::bridge {

// What the objects share by which clients come to one service, as one identity: closed when their
// registration goes, after which it answers ShuttingDown. Thread-safe.
class Door {
  public:
    Door(core::Service& service, base::Executor& calls, security::Identity identity)
        : service_(&service), calls_(calls), identity_(std::move(identity)) {}

    Result<Connection> connect(const cim::NamespacePath& ns, const std::string& locale) const {
        const std::shared_lock lock(mutex_);
        if (!service_) return fail(Status::ShuttingDown, "the service has stopped");
        return Connection{.session = WMI_TRY(service_->open_session(identity_, ns, locale)),
                          .executor = &service_->executor(),
                          .calls = &calls_};
    }
    // Has this MOF file compiled again when the repository is rebuilt. Fails as
    // AutorecoverList::add does.
    Result<> add_to_autorecovery(const std::filesystem::path& file) const {
        const std::shared_lock lock(mutex_);
        if (!service_) return fail(Status::ShuttingDown, "the service has stopped");
        return service_->autorecover().add(file);
    }
    void close() {
        const std::unique_lock lock(mutex_);
        service_ = nullptr;
    }

  private:
    mutable std::shared_mutex mutex_;
    core::Service* service_;  // null once closed
    base::Executor& calls_;
    const security::Identity identity_;
};

}  // namespace openwmi::bridge
