#pragma once

#include <memory>

#include "base/result.h"
#include "com/class_object.h"
#include "core/restore.h"
#include "security/identity.h"

namespace openwmi::bridge {

class Maintenance;

// CLSID_WbemBackupRestore of this process: an IWbemBackupRestoreEx over its own service, as one
// identity (COM-171). Revoked by destruction, which must come before the service's and lets paused
// writers go on; objects that are still held answer ShuttingDown from then on. Confined to its
// owner.
class BackupRestoreRegistration {
  public:
    static Result<BackupRestoreRegistration> open(core::Service& service,
                                                  security::Identity identity,
                                                  core::RestartWith restart);
    ~BackupRestoreRegistration();
    BackupRestoreRegistration(BackupRestoreRegistration&&) noexcept = default;
    BackupRestoreRegistration& operator=(BackupRestoreRegistration&&) = delete;

  private:
    BackupRestoreRegistration(std::shared_ptr<Maintenance> maintenance,
                              com::ClassRegistration registration)
        : maintenance_(std::move(maintenance)), class_(std::move(registration)) {}

    std::shared_ptr<Maintenance> maintenance_;  // null when moved from
    com::ClassRegistration class_;
};

}  // namespace openwmi::bridge
