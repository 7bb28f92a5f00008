#include <gmock/gmock.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "repository/testing/store_fixture.h"
#include "support/temporary_folder.h"

namespace openwmi::repository {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string content(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

// Runs statements on an SQLite file; the number in the first column of the last row, else 0.
int execute(const fs::path& file, const std::string& sql) {
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
    int result = 0;
    const auto take = [](void* to, int, char** values, char**) {
        *static_cast<int*>(to) = values[0] ? std::atoi(values[0]) : 0;
        return 0;
    };
    char* message = nullptr;
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), take, &result, &message), SQLITE_OK) << message;
    EXPECT_EQ(sqlite3_close(database), SQLITE_OK);
    return result;
}

// A repository as the release before wrote it: testing/format_1.sql, from its own program.
class UpgradeTest : public testing::Test, protected StoreSteps {
  protected:
    void SetUp() override {
        fs::create_directory(folder);
        fs::permissions(folder, fs::perms::owner_all);
        const auto sql = content(fs::path(OPENWMI_REPOSITORY_FIXTURES) / "format_1.sql");
        ASSERT_FALSE(sql.empty());
        execute(file, sql);
    }
    std::vector<std::string> found(const char* class_name, Condition condition) const {
        std::vector<std::string> result;
        const auto page = store->find({ns, class_name, true, {std::move(condition)}});
        EXPECT_TRUE(page) << to_text(page.error());
        if (!page) return result;
        for (const auto& each : page->instances) result.push_back(each->path()->relative_text());
        return result;
    }

    support::TemporaryFolder temporary;
    fs::path folder = temporary / "repository";
    fs::path file = folder / "repository.db";
    fs::path old_file = folder / "repository.format1.db";
};

TEST_F(UpgradeTest, EverythingIsThereAndIndexed) {
    open({.folder = folder});
    EXPECT_EQ(all("Sensor").size(), 21u);
    EXPECT_EQ(all("Pair").size(), 20u);
    EXPECT_TRUE(store->has_namespace(ns.child("Fixture")));
    EXPECT_EQ(value("Sensor=\"s7\"", "Temp"), cim::Value(7));
    EXPECT_EQ(found("Sensor", {"Room", Condition::Kind::Equal, "kitchen"}).size(), 11u);
    EXPECT_EQ(found("Pair", {"Left", Condition::Kind::Equal, "B"}).size(), 5u);
    store.reset();
    EXPECT_EQ(execute(file, "PRAGMA user_version"), 2);
    open({.folder = folder});
    EXPECT_EQ(found("Sensor", {"Room", Condition::Kind::Equal, "kitchen"}).size(), 11u);
}

TEST_F(UpgradeTest, TheOldFileIsKeptBesideTheNewOne) {
    ASSERT_FALSE(fs::exists(old_file));
    open({.folder = folder});
    store.reset();
    ASSERT_TRUE(fs::exists(old_file));
    EXPECT_EQ(execute(old_file, "PRAGMA user_version"), 1);
    EXPECT_EQ(execute(old_file, "SELECT count(*) FROM instances WHERE class = 'sensor'"), 20);
    EXPECT_EQ(fs::status(old_file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    // Put back, it is upgraded again.
    fs::rename(old_file, file);
    open({.folder = folder});
    EXPECT_EQ(all("Sensor").size(), 21u);
}

TEST_F(UpgradeTest, AnOldFileThatContradictsItselfIsRefusedUntouched) {
    execute(file, "UPDATE classes SET declaration = x'00' WHERE key = 'pair'");
    const auto before = content(file);
    const auto opened = Store::open({.folder = folder});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().status, Status::CriticalError);
    EXPECT_THAT(opened.error().message, HasSubstr("left as it is"));
    EXPECT_EQ(content(file), before);
    EXPECT_FALSE(fs::exists(old_file));
}

TEST_F(UpgradeTest, WhereTheOldFileCannotBeKeptItIsNotUpgraded) {
    fs::create_directories(folder / "repository.format1.db" / "something");
    EXPECT_FALSE(Store::open({.folder = folder}));
    EXPECT_EQ(execute(file, "PRAGMA user_version"), 1);
}

TEST_F(UpgradeTest, AnIndexOfAnotherProgramIsMadeAnew) {
    open({.folder = folder});
    store.reset();
    execute(file, "DELETE FROM entries; UPDATE store SET value = 'other' WHERE key = 'index'");
    open({.folder = folder});
    EXPECT_EQ(found("Sensor", {"Room", Condition::Kind::Equal, "kitchen"}).size(), 11u);
}

}  // namespace
}  // namespace openwmi::repository
