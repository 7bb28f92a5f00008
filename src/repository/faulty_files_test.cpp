#include "repository/testing/faulty_files.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <limits>
#include <new>

#include "repository/testing/store_fixture.h"
#include "support/temporary_folder.h"

namespace openwmi::repository {

struct FaultyFiles::State {
    sqlite3_vfs vfs{};
    sqlite3_vfs* machine = nullptr;
    int writes_left = std::numeric_limits<int>::max();
    bool syncs_fail = false;
};

namespace {

// What SQLite allocates for one file: our part, then the machine's.
struct FaultyFile {
    sqlite3_file base;
    FaultyFiles::State* state;

    static FaultyFile& of(sqlite3_file* file) { return *reinterpret_cast<FaultyFile*>(file); }
    sqlite3_file* machine() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

sqlite3_file* machine(sqlite3_file* file) {
    return FaultyFile::of(file).machine();
}

int write_file(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
    int& left = FaultyFile::of(file).state->writes_left;
    if (left <= 0) return SQLITE_FULL;
    --left;
    return machine(file)->pMethods->xWrite(machine(file), data, size, offset);
}

int sync_file(sqlite3_file* file, int flags) {
    if (FaultyFile::of(file).state->syncs_fail) return SQLITE_IOERR_FSYNC;
    return machine(file)->pMethods->xSync(machine(file), flags);
}

// Hands a call on to the machine's file.
template <auto Method, class... Args>
int forward(sqlite3_file* file, Args... args) {
    return (machine(file)->pMethods->*Method)(machine(file), args...);
}

void shm_barrier(sqlite3_file* file) {
    machine(file)->pMethods->xShmBarrier(machine(file));
}

using Methods = sqlite3_io_methods;
const Methods methods = {
    2,
    forward<&Methods::xClose>,
    forward<&Methods::xRead, void*, int, sqlite3_int64>,
    write_file,
    forward<&Methods::xTruncate, sqlite3_int64>,
    sync_file,
    forward<&Methods::xFileSize, sqlite3_int64*>,
    forward<&Methods::xLock, int>,
    forward<&Methods::xUnlock, int>,
    forward<&Methods::xCheckReservedLock, int*>,
    forward<&Methods::xFileControl, int, void*>,
    forward<&Methods::xSectorSize>,
    forward<&Methods::xDeviceCharacteristics>,
    forward<&Methods::xShmMap, int, int, int, void volatile**>,
    forward<&Methods::xShmLock, int, int, int>,
    shm_barrier,
    forward<&Methods::xShmUnmap, int>,
    nullptr,
    nullptr,
};

int open_file(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* file, int flags,
              int* out_flags) {
    auto& state = *static_cast<FaultyFiles::State*>(vfs->pAppData);
    auto* faulty = new (file) FaultyFile{{}, &state};
    const int code = state.machine->xOpen(state.machine, name, faulty->machine(), flags, out_flags);
    if (faulty->machine()->pMethods) faulty->base.pMethods = &methods;
    return code;
}

}  // namespace

FaultyFiles::FaultyFiles() : state_(std::make_unique<State>()) {
    state_->machine = sqlite3_vfs_find(nullptr);
    state_->vfs = *state_->machine;
    state_->vfs.pNext = nullptr;
    state_->vfs.zName = "openwmi-faulty";
    state_->vfs.pAppData = state_.get();
    state_->vfs.szOsFile = static_cast<int>(sizeof(FaultyFile)) + state_->machine->szOsFile;
    state_->vfs.xOpen = open_file;
    EXPECT_EQ(sqlite3_vfs_register(&state_->vfs, 0), SQLITE_OK);
}

FaultyFiles::~FaultyFiles() {
    sqlite3_vfs_unregister(&state_->vfs);
}

std::string FaultyFiles::name() const {
    return state_->vfs.zName;
}

void FaultyFiles::fill_after(int writes) {
    state_->writes_left = writes;
}

void FaultyFiles::fail_syncs() {
    state_->syncs_fail = true;
}

void FaultyFiles::recover() {
    state_->writes_left = std::numeric_limits<int>::max();
    state_->syncs_fail = false;
}

namespace {

class FaultTest : public testing::Test, protected StoreSteps {
  protected:
    void reopen() {
        store.reset();
        open({.folder = folder_ / "repository", .vfs = files.name()});
    }
    // Several kinds of change at once, larger than a page.
    Result<> change_much() {
        return in_transaction([&](Transaction& t) -> Result<> {
            WMI_TRY(t.create_namespace(ns.child("more")));
            WMI_TRY(t.put_class(ns, Declare("More").key("Id").done()));
            for (const auto& each : batch_) WMI_TRY(t.put_instance(ns, *each));
            return {};
        });
    }
    void prepare() {
        ASSERT_TRUE(put_class(Declare("Text").key("Id").property("T", cim::CimType::String)));
        ASSERT_TRUE(put("Text", {{"Id", "old"}, {"T", "before"}}));
        for (const char* id : {"old", "a", "b", "c"}) {
            batch_.push_back(make("Text", {{"Id", id}, {"T", std::string(9000, 'x')}}));
        }
    }
    void expect_nothing_happened() {
        EXPECT_FALSE(store->has_namespace(ns.child("more")));
        EXPECT_EQ(store->schema(ns)->find_class("More"), nullptr);
        EXPECT_EQ(all("Text"), std::vector<std::string>{"Text.Id=\"old\""});
        EXPECT_EQ(value("Text=\"old\"", "T"), cim::Value("before"));
    }

    FaultyFiles files;

  private:
    support::TemporaryFolder folder_;
    std::vector<cim::InstancePtr> batch_;
};

TEST_F(FaultTest, OnAFullDiskThePutFailsAndNothingIsHalfThere) {
    reopen();
    prepare();
    int writes = 0;
    for (;; ++writes) {
        files.fill_after(writes);
        const auto result = change_much();
        files.recover();
        if (result) break;
        ASSERT_EQ(result.error().status, Status::OutOfDiskSpace) << result.error().message;
        expect_nothing_happened();
        reopen();
        expect_nothing_happened();
    }
    EXPECT_GT(writes, 5) << "the disk was full in the middle of the commit, too";
    EXPECT_EQ(all("Text").size(), 4u);
    reopen();
    EXPECT_EQ(all("Text").size(), 4u);
    EXPECT_TRUE(store->has_namespace(ns.child("more")));
}

TEST_F(FaultTest, AFailedCommitTellsNobodyAndTheNextOneWorks) {
    reopen();
    prepare();
    auto transaction = store->begin();
    ASSERT_TRUE(transaction.put_instance(ns, *make("Text", {{"Id", "a"}})));
    const auto ticket = transaction.changes().front().ticket;
    files.fail_syncs();
    bool told = false;
    EXPECT_FALSE(transaction.commit([&](std::span<const Change>) { told = true; }));
    EXPECT_FALSE(told);
    files.recover();
    expect_nothing_happened();
    ASSERT_TRUE(put("Text", {{"Id", "b"}}));
    EXPECT_EQ(changes.at(0).ticket, ticket) << "no gap";
    reopen();
    EXPECT_EQ(all("Text").size(), 2u);
}

TEST_F(FaultTest, AfterTheDiskFailedATransactionCannotGoOn) {
    reopen();
    prepare();
    {
        auto transaction = store->begin();
        files.fill_after(0);
        // Larger than SQLite's cache, so that it must write before the commit.
        Result<> result;
        const auto big = make("Text", {{"T", std::string(8 << 20, 'x')}});
        while (result) {
            const auto put = transaction.put_instance(ns, *big);
            if (!put) result = fail(put.error());
        }
        EXPECT_EQ(status_of(result), Status::OutOfDiskSpace);
        files.recover();
        EXPECT_EQ(status_of(transaction.put_instance(ns, *make("Text", {{"Id", "a"}}))),
                  Status::OutOfDiskSpace);
        EXPECT_EQ(status_of(transaction.commit()), Status::OutOfDiskSpace);
    }
    expect_nothing_happened();
}

TEST(StoreLimit, TheStoresShareOfTheDiskIsBounded) {
    support::TemporaryFolder folder;
    StoreSteps steps;
    steps.open({.folder = folder / "repository", .max_bytes = 1 << 20});
    ASSERT_TRUE(steps.put_class(Declare("Text").key("Id").property("T", cim::CimType::String)));
    const std::string text(100'000, 'x');
    int count = 0;
    Status status = Status::Ok;
    for (; status == Status::Ok && count < 100; ++count) {
        status = status_of(steps.put("Text", {{"Id", std::to_string(count)}, {"T", text}}));
    }
    EXPECT_EQ(status, Status::OutOfDiskSpace);
    EXPECT_LT(count, 11);
    ASSERT_TRUE(steps.remove("Text=\"0\"")) << "deleting makes room";
    EXPECT_EQ(status_of(steps.put("Text", {{"Id", "again"}, {"T", text}})), Status::Ok);
}

}  // namespace
}  // namespace openwmi::repository
