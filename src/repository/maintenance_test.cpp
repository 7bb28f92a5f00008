#include "repository/maintenance.h"

#include <gmock/gmock.h>
#include <sqlite3.h>

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

void execute(const fs::path& file, const char* sql) {
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sql;
    EXPECT_EQ(sqlite3_close(database), SQLITE_OK);
}

class MaintenanceTest : public testing::Test, protected StoreSteps {
  protected:
    void SetUp() override {
        open({.folder = folder});
        ASSERT_TRUE(put_class(Declare("Sensor")
                                  .key("Id", cim::CimType::Sint32)
                                  .property("Room", cim::CimType::String)
                                  .on_property(flag("indexed"))
                                  .property("Text", cim::CimType::String)));
        ASSERT_TRUE(put_class(Declare("Thermometer", "Sensor").property("Temp")));
        put_sensors(0, 300);
    }
    void put_sensors(int from, int to) {
        const auto done = in_transaction([&](Transaction& t) -> Result<> {
            for (int i = from; i < to; ++i) {
                WMI_TRY(t.put_instance(ns, *make(i % 10 == 0 ? "Thermometer" : "Sensor",
                                                 {{"Id", i},
                                                  {"Room", i % 2 == 0 ? "a" : "b"},
                                                  {"Text", std::string(300, 'x')}})));
            }
            return {};
        });
        ASSERT_TRUE(done) << to_text(done.error());
    }
    void damage_pages(int first, int count) {
        std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
        stream.seekp(4096L * first);
        stream << std::string(static_cast<std::size_t>(4096 * count), '\x5a');
    }

    support::TemporaryFolder temporary;
    fs::path folder = temporary / "repository";
    fs::path file = folder / "repository.db";
    fs::path saved = temporary / "saved.db";
};

TEST_F(MaintenanceTest, AnOpenRepositoryIsCopiedAsItIs) {
    ASSERT_TRUE(store->backup(saved));
    put_sensors(300, 310);
    EXPECT_EQ(fs::status(saved).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    const auto found = verify(saved);
    ASSERT_TRUE(found) << to_text(found.error());
    EXPECT_TRUE(found->whole()) << found->problems.front();
    EXPECT_EQ(found->classes, 2u);
    EXPECT_EQ(found->index_entries, 300u);
    EXPECT_FALSE(fs::exists(saved.string() + "-wal")) << "looking at it leaves nothing beside it";
}

TEST_F(MaintenanceTest, ABackupOverwritesNothing) {
    std::ofstream(saved) << "something dear";
    EXPECT_EQ(status_of(store->backup(saved)), Status::AlreadyExists);
    EXPECT_EQ(content(saved), "something dear");
    EXPECT_EQ(status_of(store->backup(temporary / "no" / "folder.db")), Status::NotFound);
}

TEST_F(MaintenanceTest, AStoreInMemoryIsCopied) {
    StoreSteps other;
    other.open({});
    ASSERT_TRUE(other.put_class(Declare("Only").key("Id")));
    ASSERT_TRUE(other.store->backup(saved));
    EXPECT_TRUE(other.store->verify()->whole());
    EXPECT_EQ(verify(saved)->classes, 1u);
}

TEST_F(MaintenanceTest, ABackupIsPutBackAndTheOldRepositoryKept) {
    ASSERT_TRUE(store->backup(saved));
    put_sensors(300, 310);
    store.reset();
    const auto aside = restore(folder, saved);
    ASSERT_TRUE(aside) << to_text(aside.error());
    EXPECT_EQ(verify(*aside)->instances, verify(saved)->instances + 10) << "for a roll-back";
    open({.folder = folder});
    EXPECT_EQ(all("Sensor").size(), 300u);
    store.reset();
    ASSERT_TRUE(restore(folder, *aside));
    open({.folder = folder});
    EXPECT_EQ(all("Sensor").size(), 310u);
}

TEST_F(MaintenanceTest, WhatIsOpenIsNotReplaced) {
    ASSERT_TRUE(store->backup(saved));
    EXPECT_EQ(status_of(restore(folder, saved)), Status::InvalidOperation);
    EXPECT_EQ(status_of(reset(folder)), Status::InvalidOperation);
    EXPECT_EQ(status_of(verify(folder)), Status::InvalidOperation);
    EXPECT_EQ(status_of(salvage(folder, temporary / "new")), Status::InvalidOperation);
    put_sensors(300, 310);
    EXPECT_EQ(all("Sensor").size(), 310u);
}

TEST_F(MaintenanceTest, ADamagedBackupIsNotPutBack) {
    ASSERT_TRUE(store->backup(saved));
    store.reset();
    const auto before = content(file);
    for (const auto* how : {"cut", "text", "class"}) {
        SCOPED_TRACE(how);
        const auto bad = temporary / "bad.db";
        fs::copy_file(saved, bad, fs::copy_options::overwrite_existing);
        if (std::string_view(how) == "cut") fs::resize_file(bad, fs::file_size(bad) / 2);
        if (std::string_view(how) == "text") std::ofstream(bad) << "not at all";
        if (std::string_view(how) == "class") {
            execute(bad, "DELETE FROM classes WHERE key = 'sensor'");
        }
        const auto restored = restore(folder, bad);
        ASSERT_FALSE(restored);
        EXPECT_EQ(restored.error().status, Status::CriticalError) << restored.error().message;
        EXPECT_EQ(content(file), before);
    }
    EXPECT_EQ(status_of(restore(folder, temporary / "none.db")), Status::NotFound);
}

TEST_F(MaintenanceTest, ARestoreMakesAFolderThatIsMissing) {
    ASSERT_TRUE(store->backup(saved));
    store.reset();
    const auto aside = restore(temporary / "elsewhere", saved);
    ASSERT_TRUE(aside) << to_text(aside.error());
    EXPECT_EQ(*aside, fs::path());
    open({.folder = temporary / "elsewhere"});
    EXPECT_EQ(all("Sensor").size(), 300u);
}

TEST_F(MaintenanceTest, ACheckNamesWhatIsWrong) {
    EXPECT_TRUE(store->verify()->whole());
    store.reset();
    ASSERT_TRUE(verify(folder)->whole());
    struct Wrong {
        const char* sql;
        const char* says;
    };
    for (const auto& [sql, says] : {
             Wrong{"UPDATE instances SET object = x'00' WHERE class = 'sensor' AND key = '7'",
                   "instance 7 of sensor"},
             Wrong{"UPDATE instances SET key = '7777' WHERE class = 'sensor' AND key = '7'",
                   "its key is 7"},
             Wrong{"DELETE FROM entries WHERE instance = (SELECT min(instance) FROM entries)",
                   "the index lacks its Room"},
             Wrong{"INSERT INTO entries VALUES (1, x'02', 999999)", "the index has 301 entries"},
             Wrong{"DELETE FROM classes WHERE key = 'sensor'", "class thermometer"},
         }) {
        SCOPED_TRACE(sql);
        const auto bad = temporary / "bad.db";
        fs::copy_file(file, bad, fs::copy_options::overwrite_existing);
        execute(bad, sql);
        const auto found = verify(bad);
        ASSERT_TRUE(found) << to_text(found.error());
        ASSERT_FALSE(found->whole());
        EXPECT_THAT(found->problems.front(), HasSubstr(says));
    }
}

TEST_F(MaintenanceTest, ADamagedPageIsFoundByACheck) {
    store.reset();
    damage_pages(30, 2);
    const auto before = content(file);
    const auto found = verify(folder);
    ASSERT_TRUE(found) << to_text(found.error());
    EXPECT_FALSE(found->whole());
    EXPECT_EQ(content(file), before);
}

TEST_F(MaintenanceTest, ASalvageKeepsAllOfAWholeRepository) {
    store.reset();
    const auto saved_all = salvage(folder, temporary / "new");
    ASSERT_TRUE(saved_all) << to_text(saved_all.error());
    EXPECT_EQ(saved_all->lost, 0u);
    EXPECT_EQ(saved_all->classes, 2u);
    EXPECT_TRUE(verify(temporary / "new")->whole());
    open({.folder = temporary / "new"});
    EXPECT_EQ(all("Sensor").size(), 300u);
    EXPECT_EQ(value("Sensor=7", "Room"), cim::Value("b"));
    store.reset();
    EXPECT_EQ(status_of(salvage(folder, temporary / "new")), Status::AlreadyExists);
}

TEST_F(MaintenanceTest, ASalvageGoesOnBehindADamagedPage) {
    store.reset();
    damage_pages(static_cast<int>(fs::file_size(file) / 4096) - 12, 3);
    const auto before = content(file);
    ASSERT_FALSE(verify(folder)->whole());
    const auto found = salvage(folder, temporary / "new");
    ASSERT_TRUE(found) << to_text(found.error());
    EXPECT_FALSE(found->reports.empty());
    EXPECT_EQ(content(file), before) << "the damaged one is left as it is";
    EXPECT_TRUE(verify(temporary / "new")->whole());
    open({.folder = temporary / "new"});
    const auto kept = all("Sensor").size();
    EXPECT_LT(kept, 300u) << "something was damaged";
    EXPECT_GT(kept, 150u) << "and most of it can be read";
}

TEST_F(MaintenanceTest, ASalvageReportsWhatItLoses) {
    store.reset();
    execute(file, "UPDATE classes SET declaration = x'00' WHERE key = 'thermometer'");
    const auto found = salvage(folder, temporary / "new");
    ASSERT_TRUE(found) << to_text(found.error());
    EXPECT_EQ(found->lost, 31u) << "the class and its instances";
    EXPECT_THAT(found->reports.front(), HasSubstr("class thermometer"));
    open({.folder = temporary / "new"});
    EXPECT_EQ(all("Sensor").size(), 270u);
}

TEST_F(MaintenanceTest, AResetMovesTheRepositoryAside) {
    store.reset();
    const auto aside = reset(folder);
    ASSERT_TRUE(aside) << to_text(aside.error());
    EXPECT_EQ(verify(*aside)->classes, 2u);
    open({.folder = folder});
    EXPECT_EQ(store->schema(ns)->find_class("Sensor"), nullptr);
    store.reset();
    const auto second = reset(folder);
    ASSERT_TRUE(second);
    EXPECT_NE(*second, *aside);
    EXPECT_EQ(status_of(reset(folder)), Status::NotFound);
}

TEST_F(MaintenanceTest, LayoutsThatNothingUsesAreCollected) {
    for (int i = 0; i < 20; ++i) {
        const auto name = fmt::format("P{}", i);
        ASSERT_TRUE(put_class(Declare("Changing").key("Id").property(name.c_str())));
        ASSERT_TRUE(put("Changing", {{"Id", "short-lived"}}));
        ASSERT_TRUE(remove("Changing=\"short-lived\""));
    }
    // A layout that only an embedded object has.
    ASSERT_TRUE(put_class(Declare("Outer").key("Id").property("O", cim::CimType::Object)));
    ASSERT_TRUE(put(
        "Outer", {{"Id", "o"}, {"O", cim::Value(make("Changing", {{"Id", "in"}, {"P19", 5}}))}}));
    ASSERT_TRUE(put_class(Declare("Changing").key("Id").property("Last")));
    const auto collected = store->collect_layouts();
    ASSERT_TRUE(collected) << to_text(collected.error());
    EXPECT_GE(*collected, 18u);
    EXPECT_EQ(*store->collect_layouts(), 0u);
    store.reset();
    open({.folder = folder});
    EXPECT_TRUE(store->verify()->whole());
    EXPECT_EQ(all("Sensor").size(), 300u);
    EXPECT_TRUE(get("Outer=\"o\"")) << "its embedded object is still read";
    // One that was collected is stored again when it is used again.
    ASSERT_TRUE(put_class(Declare("Changing").key("Id").property("P3")));
    ASSERT_TRUE(put("Changing", {{"Id", "x"}}));
    store.reset();
    open({.folder = folder});
    EXPECT_TRUE(get("Changing=\"x\""));
}

}  // namespace
}  // namespace openwmi::repository
