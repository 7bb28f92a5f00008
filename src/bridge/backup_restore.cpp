#include "bridge/backup_restore.h"

#include <wbemcli.h>

#include <future>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <thread>

#include "base/text.h"
#include "com/boundary.h"
#include "com/implements.h"
#include "repository/store.h"

namespace openwmi::bridge {
namespace {

Result<std::filesystem::path> file_argument(LPCWSTR text) {
    if (!text || *text == L'\0') return fail(Status::InvalidParameter, "the file's name is NULL");
    return std::filesystem::path(base::wide_to_utf8(text));
}

// Keeps the repository's writer place as long as it lives. A transaction belongs to one thread,
// while Pause and Resume may come from two: so it has one of its own.
class PausedWriters {
  public:
    explicit PausedWriters(repository::Store& store)
        : thread_([this, &store] {
              const auto transaction = store.begin();
              held_.set_value();
              end_.get_future().wait();
          }) {
        held_.get_future().wait();
    }
    ~PausedWriters() {
        end_.set_value();
        thread_.join();
    }
    PausedWriters(const PausedWriters&) = delete;
    PausedWriters& operator=(const PausedWriters&) = delete;

  private:
    std::promise<void> held_;
    std::promise<void> end_;
    std::thread thread_;
};

}  // namespace

// What the objects of one registration share. Thread-safe.
class Maintenance {
  public:
    Maintenance(core::Service& service, security::Identity identity, core::RestartWith restart)
        : service_(&service), identity_(std::move(identity)), restart_(std::move(restart)) {}

    Result<> back_up(const std::filesystem::path& file) const {
        const std::shared_lock lock(service_mutex_);
        return WMI_TRY(store())->backup(file);
    }
    Result<> restore(const std::filesystem::path& file, core::Clients clients) const {
        const std::shared_lock lock(service_mutex_);
        WMI_TRY(store());
        return core::restore(*service_, identity_, file, clients, restart_);
    }
    // Whoever pauses resumes.
    Result<> pause(const void* who) {
        const std::shared_lock lock(service_mutex_);
        auto* const writers = WMI_TRY(store());
        const std::lock_guard paused_lock(pause_mutex_);
        if (paused_) return fail(Status::InvalidOperation, "writing is paused already");
        paused_.emplace(*writers);
        paused_by_ = who;
        return {};
    }
    Result<> resume(const void* who) {
        const std::lock_guard lock(pause_mutex_);
        if (!paused_ || paused_by_ != who) {
            return fail(Status::InvalidOperation, "writing was not paused through this object");
        }
        paused_.reset();
        return {};
    }
    void close() {
        {
            const std::lock_guard lock(pause_mutex_);
            paused_.reset();
        }
        const std::unique_lock lock(service_mutex_);
        service_ = nullptr;
        const std::lock_guard paused_lock(pause_mutex_);
        paused_.reset();
    }

  private:
    Result<repository::Store*> store() const {
        if (!service_) return fail(Status::ShuttingDown, "the service has stopped");
        return service_->administer(identity_);
    }

    mutable std::shared_mutex service_mutex_;
    core::Service* service_;  // null once closed
    const security::Identity identity_;
    const core::RestartWith restart_;
    std::mutex pause_mutex_;
    std::optional<PausedWriters> paused_;
    const void* paused_by_ = nullptr;
};

namespace {

// The ABI of IWbemBackupRestoreEx. Thread-safe.
class BackupRestore final : public com::Implements<IWbemBackupRestoreEx> {
  public:
    explicit BackupRestore(std::shared_ptr<Maintenance> maintenance)
        : maintenance_(std::move(maintenance)) {}
    // Who goes without Resume leaves nobody waiting.
    ~BackupRestore() override { (void)maintenance_->resume(this); }

    HRESULT STDMETHODCALLTYPE Backup(LPCWSTR strBackupToFile, LONG lFlags) override {
        return com::boundary([&]() -> Result<> {
            const auto file = WMI_TRY(file_argument(strBackupToFile));
            if (lFlags != 0) return fail(Status::InvalidParameter, "lFlags is not 0");
            return maintenance_->back_up(file);
        });
    }
    HRESULT STDMETHODCALLTYPE Restore(LPCWSTR strRestoreFromFile, LONG lFlags) override {
        return com::boundary([&]() -> Result<> {
            const auto file = WMI_TRY(file_argument(strRestoreFromFile));
            if (lFlags != WBEM_FLAG_BACKUP_RESTORE_DEFAULT &&
                lFlags != WBEM_FLAG_BACKUP_RESTORE_FORCE_SHUTDOWN) {
                return fail(Status::InvalidParameter,
                            "lFlags is {}; it is 0 or 1 (WBEM_FLAG_BACKUP_RESTORE_FORCE_SHUTDOWN)",
                            lFlags);
            }
            return maintenance_->restore(file, lFlags == WBEM_FLAG_BACKUP_RESTORE_DEFAULT
                                                   ? core::Clients::MustBeGone
                                                   : core::Clients::AreDisconnected);
        });
    }
    HRESULT STDMETHODCALLTYPE Pause() override {
        return com::boundary([&] { return maintenance_->pause(this); });
    }
    HRESULT STDMETHODCALLTYPE Resume() override {
        return com::boundary([&] { return maintenance_->resume(this); });
    }

  private:
    const std::shared_ptr<Maintenance> maintenance_;
};

}  // namespace

Result<BackupRestoreRegistration> BackupRestoreRegistration::open(core::Service& service,
                                                                  security::Identity identity,
                                                                  core::RestartWith restart) {
    auto maintenance =
        std::make_shared<Maintenance>(service, std::move(identity), std::move(restart));
    const auto factory = com::class_object([maintenance]() -> Result<com::Ptr<IUnknown>> {
        return com::Ptr<IUnknown>(com::make<BackupRestore>(maintenance));
    });
    auto registration = WMI_TRY(com::ClassRegistration::open(CLSID_WbemBackupRestore, factory));
    return BackupRestoreRegistration(std::move(maintenance), std::move(registration));
}

BackupRestoreRegistration::~BackupRestoreRegistration() {
    if (maintenance_) maintenance_->close();
}

}  // namespace openwmi::bridge
