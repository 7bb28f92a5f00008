#include "bridge/backup_restore.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <future>
#include <optional>

#include "base/text.h"
#include "repository/maintenance.h"
#include "repository/store.h"
#include "support/proves.h"
#include "support/temporary_folder.h"
#include "support/test_service.h"

namespace openwmi::bridge {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

class BackupRestoreTest : public ::testing::Test {
  protected:
    BackupRestoreTest() { open_for(security::Identity::of_service()); }

    void open_for(security::Identity identity) {
        maintenance_ = nullptr;
        registration_.reset();
        auto opened = BackupRestoreRegistration::open(*service_.service, std::move(identity),
                                                      [this](const fs::path& backup) -> Result<> {
                                                          restored_.push_back(backup);
                                                          return {};
                                                      });
        ASSERT_TRUE(opened);
        registration_.emplace(std::move(*opened));
        maintenance_ = make();
    }
    static com::Ptr<IWbemBackupRestoreEx> make() {
        com::Ptr<IWbemBackupRestoreEx> made;
        EXPECT_EQ(CoCreateInstance(CLSID_WbemBackupRestore, nullptr, CLSCTX_INPROC_SERVER,
                                   IID_PPV_ARGS(made.put())),
                  S_OK);
        return made;
    }
    HRESULT backup(const fs::path& file, LONG flags = 0) {
        return told(maintenance_->Backup(base::utf8_to_wide(file.string()).c_str(), flags));
    }
    HRESULT restore(const fs::path& file, LONG flags) {
        return told(maintenance_->Restore(base::utf8_to_wide(file.string()).c_str(), flags));
    }
    HRESULT told(HRESULT hr) {
        error_ = take_error_text();
        return hr;
    }

    support::TemporaryFolder folder_;
    support::TestService service_;
    std::vector<fs::path> restored_;
    std::optional<BackupRestoreRegistration> registration_;
    com::Ptr<IWbemBackupRestoreEx> maintenance_;
    std::string error_;
};

TEST_F(BackupRestoreTest, SavesTheRunningRepository) {
    const fs::path file = folder_ / "saved.db";
    PROVES("COM-171", EXPECT_EQ(backup(file), S_OK) << error_);
    PROVES("COM-171", EXPECT_TRUE(repository::verify(file)->whole()));
    EXPECT_EQ(backup(file), WBEM_E_ALREADY_EXISTS);
    PROVES("COM-171", EXPECT_EQ(backup(folder_ / "other.db", 1), WBEM_E_INVALID_PARAMETER));
    EXPECT_FALSE(fs::exists(folder_ / "other.db"));
    EXPECT_EQ(maintenance_->Backup(nullptr, 0), WBEM_E_INVALID_PARAMETER);
    (void)take_error_text();
}

TEST_F(BackupRestoreTest, RestoresWhenNobodyIsConnectedOrByForce) {
    const fs::path file = folder_ / "saved.db";
    ASSERT_EQ(backup(file), S_OK);
    PROVES("COM-171", EXPECT_EQ(restore(file, WBEM_FLAG_BACKUP_RESTORE_DEFAULT),
                                WBEM_E_BACKUP_RESTORE_WINMGMT_RUNNING));
    EXPECT_THAT(error_, HasSubstr("2 clients are connected"));
    EXPECT_THAT(restored_, IsEmpty());
    PROVES("COM-171", EXPECT_EQ(restore(file, WBEM_FLAG_BACKUP_RESTORE_FORCE_SHUTDOWN), S_OK));
    EXPECT_THAT(restored_, ElementsAre(file));
    service_.services = nullptr;
    service_.root = nullptr;
    PROVES("COM-171", EXPECT_EQ(restore(file, WBEM_FLAG_BACKUP_RESTORE_DEFAULT), S_OK) << error_);
    EXPECT_THAT(restored_, ElementsAre(file, file));
}

TEST_F(BackupRestoreTest, ABadBackupChangesNothing) {
    const fs::path file = folder_ / "saved.db";
    ASSERT_EQ(backup(file), S_OK);
    EXPECT_EQ(restore(file, 2), WBEM_E_INVALID_PARAMETER);
    EXPECT_EQ(restore("saved.db", 1), WBEM_E_INVALID_PARAMETER);
    EXPECT_THAT(error_, HasSubstr("does not begin with /"));
    EXPECT_EQ(restore(folder_ / "missing.db", 1), WBEM_E_NOT_FOUND);
    {
        std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
        stream.seekp(4096);
        stream << std::string(8192, '\xEE');
    }
    EXPECT_EQ(restore(file, 1), WBEM_E_CRITICAL_ERROR);
    EXPECT_THAT(error_, HasSubstr("is damaged"));
    EXPECT_THAT(restored_, IsEmpty());
}

TEST_F(BackupRestoreTest, PausesWriting) {
    auto* const store = *service_.service->administer(security::Identity::of_service());
    PROVES("COM-171", ASSERT_EQ(maintenance_->Pause(), S_OK));
    auto writes = std::async(std::launch::async, [&] { (void)store->begin(); });
    PROVES("COM-171",
           EXPECT_EQ(writes.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout));
    EXPECT_EQ(backup(folder_ / "saved.db"), S_OK) << "what is paused can be saved";
    EXPECT_EQ(told(maintenance_->Pause()), WBEM_E_INVALID_OPERATION);
    EXPECT_EQ(told(make()->Resume()), WBEM_E_INVALID_OPERATION) << "somebody else";
    PROVES("COM-171", EXPECT_EQ(maintenance_->Resume(), S_OK));
    writes.get();
    EXPECT_EQ(told(maintenance_->Resume()), WBEM_E_INVALID_OPERATION);

    ASSERT_EQ(maintenance_->Pause(), S_OK);
    maintenance_ = nullptr;
    (void)store->begin();  // whoever paused has gone
}

TEST_F(BackupRestoreTest, IsForAdministrators) {
    open_for(security::Identity::of_user(12345, 12345, {}));
    PROVES("COM-171", EXPECT_EQ(backup(folder_ / "saved.db"), WBEM_E_ACCESS_DENIED));
    PROVES("COM-171", EXPECT_EQ(restore(folder_ / "saved.db", 1), WBEM_E_ACCESS_DENIED));
    EXPECT_EQ(told(maintenance_->Pause()), WBEM_E_ACCESS_DENIED);
}

TEST_F(BackupRestoreTest, OutlivesTheServiceWithoutHarm) {
    ASSERT_EQ(maintenance_->Pause(), S_OK);
    registration_.reset();
    EXPECT_EQ(backup(folder_ / "saved.db"), WBEM_E_SHUTTING_DOWN);
    EXPECT_EQ(told(maintenance_->Resume()), WBEM_E_INVALID_OPERATION);
}

}  // namespace
}  // namespace openwmi::bridge
