#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <new>
#include <random>
#include <vector>

#include "repository/testing/simulated_disk.h"
#include "repository/testing/store_fixture.h"
#include "support/temporary_folder.h"

namespace openwmi::repository {
namespace {

constexpr std::size_t sector = 512;

using Bytes = std::vector<char>;

// A write, or (without data) a change of the length, that the disk has not kept for certain.
struct Pending {
    std::size_t offset = 0;
    Bytes data;
    bool truncation = false;
};

void apply(Bytes& content, const Pending& change, std::size_t length) {
    if (change.truncation) {
        content.resize(change.offset);
        return;
    }
    if (content.size() < change.offset + length) content.resize(change.offset + length);
    std::copy_n(change.data.begin(), length,
                content.begin() + static_cast<std::ptrdiff_t>(change.offset));
}

struct DiskFile {
    bool exists = false;
    Bytes now;   // as the machine sees it
    Bytes kept;  // as of the last sync
    std::vector<Pending> pending;
    std::vector<std::unique_ptr<Bytes>> shared;  // the memory that connections share
    std::array<int, SQLITE_SHM_NLOCK> shared_locks{};
    std::array<bool, SQLITE_SHM_NLOCK> exclusive_locks{};
};

}  // namespace

struct SimulatedDisk::State {
    sqlite3_vfs vfs{};
    std::mt19937_64 random;
    std::map<std::string, DiskFile> files;
    int operations_left = std::numeric_limits<int>::max();
    int writes_left = std::numeric_limits<int>::max();
    bool stopped = false;
    Counts counts;

    bool chance(std::uint64_t one_in) { return random() % one_in == 0; }
    // False: the machine stands still.
    bool operate() {
        if (operations_left > 0) --operations_left;
        stopped |= operations_left == 0;
        return !stopped;
    }
};

namespace {

// What SQLite allocates for an open file.
struct OpenFile {
    sqlite3_file base;
    SimulatedDisk::State* disk;
    DiskFile* file;
    std::array<bool, SQLITE_SHM_NLOCK> shared_held;
    std::array<bool, SQLITE_SHM_NLOCK> exclusive_held;

    static OpenFile& of(sqlite3_file* file) { return *reinterpret_cast<OpenFile*>(file); }
};

int close_file(sqlite3_file*) {
    return SQLITE_OK;
}

int read_file(sqlite3_file* handle, void* to, int size, sqlite3_int64 offset) {
    const auto& now = OpenFile::of(handle).file->now;
    const auto at = static_cast<std::size_t>(offset);
    const auto wanted = static_cast<std::size_t>(size);
    const auto there = at < now.size() ? std::min(wanted, now.size() - at) : 0;
    std::memset(to, 0, wanted);
    if (there > 0) std::memcpy(to, now.data() + at, there);
    return there == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int write_file(sqlite3_file* handle, const void* data, int size, sqlite3_int64 offset) {
    auto& [base, disk, file, shared, exclusive] = OpenFile::of(handle);
    if (!disk->operate()) return SQLITE_IOERR_WRITE;
    if (disk->writes_left <= 0) return SQLITE_FULL;
    --disk->writes_left;
    ++disk->counts.writes;
    const auto* bytes = static_cast<const char*>(data);
    Pending change{static_cast<std::size_t>(offset), {bytes, bytes + size}, false};
    apply(file->now, change, change.data.size());
    file->pending.push_back(std::move(change));
    return SQLITE_OK;
}

int truncate_file(sqlite3_file* handle, sqlite3_int64 size) {
    auto& [base, disk, file, shared, exclusive] = OpenFile::of(handle);
    if (!disk->operate()) return SQLITE_IOERR_TRUNCATE;
    Pending change{static_cast<std::size_t>(size), {}, true};
    apply(file->now, change, 0);
    file->pending.push_back(std::move(change));
    return SQLITE_OK;
}

int sync_file(sqlite3_file* handle, int) {
    auto& [base, disk, file, shared, exclusive] = OpenFile::of(handle);
    if (!disk->operate()) return SQLITE_IOERR_FSYNC;
    ++disk->counts.syncs;
    file->kept = file->now;
    file->pending.clear();
    return SQLITE_OK;
}

int file_size(sqlite3_file* handle, sqlite3_int64* size) {
    *size = static_cast<sqlite3_int64>(OpenFile::of(handle).file->now.size());
    return SQLITE_OK;
}

// One process and one thread: nobody is in the way of anybody.
int lock_file(sqlite3_file*, int) {
    return SQLITE_OK;
}
int check_lock(sqlite3_file*, int* locked) {
    *locked = 0;
    return SQLITE_OK;
}
int control(sqlite3_file*, int, void*) {
    return SQLITE_NOTFOUND;
}
int sector_size(sqlite3_file*) {
    return static_cast<int>(sector);
}
int characteristics(sqlite3_file*) {
    return 0;
}

int map_shared(sqlite3_file* handle, int region, int size, int extend, void volatile** memory) {
    auto& shared = OpenFile::of(handle).file->shared;
    *memory = nullptr;
    const auto index = static_cast<std::size_t>(region);
    if (index >= shared.size() && extend == 0) return SQLITE_OK;
    while (index >= shared.size()) {
        shared.push_back(std::make_unique<Bytes>(static_cast<std::size_t>(size)));
    }
    *memory = shared[index]->data();
    return SQLITE_OK;
}

int lock_shared(sqlite3_file* handle, int first, int count, int flags) {
    auto& open = OpenFile::of(handle);
    const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
    const auto begin = static_cast<std::size_t>(first);
    const auto end = begin + static_cast<std::size_t>(count);
    for (auto i = begin; i < end; ++i) {
        if ((flags & SQLITE_SHM_UNLOCK) != 0) {
            if (exclusive && std::exchange(open.exclusive_held[i], false)) {
                open.file->exclusive_locks[i] = false;
            }
            if (!exclusive && std::exchange(open.shared_held[i], false)) {
                --open.file->shared_locks[i];
            }
            continue;
        }
        const int others = open.file->shared_locks[i] - (open.shared_held[i] ? 1 : 0);
        const bool taken = open.file->exclusive_locks[i] && !open.exclusive_held[i];
        if (taken || (exclusive && others > 0)) return SQLITE_BUSY;
    }
    if ((flags & SQLITE_SHM_UNLOCK) != 0) return SQLITE_OK;
    for (auto i = begin; i < end; ++i) {
        if (exclusive) {
            open.exclusive_held[i] = open.file->exclusive_locks[i] = true;
        } else if (!std::exchange(open.shared_held[i], true)) {
            ++open.file->shared_locks[i];
        }
    }
    return SQLITE_OK;
}

void barrier(sqlite3_file*) {}

int unmap_shared(sqlite3_file* handle, int) {
    auto& open = OpenFile::of(handle);
    lock_shared(handle, 0, SQLITE_SHM_NLOCK, SQLITE_SHM_UNLOCK | SQLITE_SHM_SHARED);
    lock_shared(handle, 0, SQLITE_SHM_NLOCK, SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE);
    open.shared_held = {};
    return SQLITE_OK;
}

const sqlite3_io_methods methods = {
    2,           close_file, read_file,    write_file, truncate_file, sync_file,       file_size,
    lock_file,   lock_file,  check_lock,   control,    sector_size,   characteristics, map_shared,
    lock_shared, barrier,    unmap_shared, nullptr,    nullptr,
};

// The first opener of a file that lies on the machine's disk brings its content along.
DiskFile& disk_file(SimulatedDisk::State& disk, const std::string& name) {
    const auto [found, added] = disk.files.try_emplace(name);
    if (added) {
        std::ifstream stream(name, std::ios::binary);
        if (stream) {
            found->second.exists = true;
            found->second.kept.assign(std::istreambuf_iterator<char>(stream), {});
            found->second.now = found->second.kept;
        }
    }
    return found->second;
}

SimulatedDisk::State& disk_of(sqlite3_vfs* vfs) {
    return *static_cast<SimulatedDisk::State*>(vfs->pAppData);
}

int open_file(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* handle, int flags,
              int* out_flags) {
    auto& disk = disk_of(vfs);
    auto& file = disk_file(disk, name ? name : "(temporary)");
    if (!file.exists && (flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
    file.exists = true;
    new (handle) OpenFile{{&methods}, &disk, &file, {}, {}};
    if (out_flags) *out_flags = flags;
    return SQLITE_OK;
}

// Deleting is as durable as a folder that is synced: SQLite asks for that where it matters.
int delete_file(sqlite3_vfs* vfs, const char* name, int) {
    auto& disk = disk_of(vfs);
    if (disk.stopped) return SQLITE_IOERR_DELETE;
    auto& file = disk_file(disk, name);
    if (!file.exists) return SQLITE_IOERR_DELETE_NOENT;
    file.exists = false;
    file.now.clear();
    file.kept.clear();
    file.pending.clear();
    return SQLITE_OK;
}

int access_file(sqlite3_vfs* vfs, const char* name, int, int* result) {
    *result = disk_file(disk_of(vfs), name).exists ? 1 : 0;
    return SQLITE_OK;
}

int full_path(sqlite3_vfs*, const char* name, int size, char* to) {
    std::strncpy(to, name, static_cast<std::size_t>(size));
    return SQLITE_OK;
}

}  // namespace

SimulatedDisk::SimulatedDisk(std::uint64_t seed) : state_(std::make_unique<State>()) {
    state_->random.seed(seed);
    auto& vfs = state_->vfs;
    vfs = *sqlite3_vfs_find(nullptr);  // time, randomness, sleep
    vfs.pNext = nullptr;
    vfs.zName = "openwmi-simulated";
    vfs.pAppData = state_.get();
    vfs.szOsFile = static_cast<int>(sizeof(OpenFile));
    vfs.xOpen = open_file;
    vfs.xDelete = delete_file;
    vfs.xAccess = access_file;
    vfs.xFullPathname = full_path;
    EXPECT_EQ(sqlite3_vfs_register(&vfs, 0), SQLITE_OK);
}

SimulatedDisk::~SimulatedDisk() {
    sqlite3_vfs_unregister(&state_->vfs);
}

std::string SimulatedDisk::name() const {
    return state_->vfs.zName;
}

void SimulatedDisk::stop_after(int operations) {
    state_->operations_left = operations;
}

bool SimulatedDisk::stopped() const {
    return state_->stopped;
}

void SimulatedDisk::fill_after(int writes) {
    state_->writes_left = writes;
}

SimulatedDisk::Counts SimulatedDisk::counts() const {
    return state_->counts;
}

void SimulatedDisk::restart() {
    for (auto& [name, file] : state_->files) {
        for (const auto& change : file.pending) {
            if (state_->chance(2)) {
                ++state_->counts.lost;
                continue;
            }
            auto length = change.data.size();
            if (length > sector && state_->chance(4)) {
                ++state_->counts.torn;
                length = sector * (state_->random() % (length / sector));
            }
            apply(file.kept, change, length);
        }
        file.now = file.kept;
        file.pending.clear();
        file.shared.clear();
        file.shared_locks = {};
        file.exclusive_locks = {};
    }
    state_->stopped = false;
    state_->operations_left = std::numeric_limits<int>::max();
    state_->writes_left = std::numeric_limits<int>::max();
}

namespace {

// What the store should hold: the value of every instance.
using Model = std::map<int, int>;

class PowerFailureTest : public testing::Test, protected StoreSteps {
  protected:
    static int rounds() {
        const char* wanted = std::getenv("OPENWMI_DISK_ROUNDS");
        return wanted ? std::atoi(wanted) : 40;
    }
    static std::uint64_t seed() {
        const char* wanted = std::getenv("OPENWMI_DISK_SEED");
        return wanted ? std::strtoull(wanted, nullptr, 10) : 1;
    }

    void make_repository() {
        open({.folder = folder_ / "repository"});
        ASSERT_TRUE(put_class(Declare("Cell")
                                  .key("Id", cim::CimType::Sint32)
                                  .property("Value")
                                  .on_property(flag("indexed"))
                                  .property("Text", cim::CimType::String)));
        store.reset();
    }
    void reopen(const SimulatedDisk& disk) {
        store.reset();
        open({.folder = folder_ / "repository", .vfs = disk.name()});
    }

    // A transaction of some puts and deletions, sometimes with a class; the model with it.
    Result<> change(Model& model) {
        auto transaction = store->begin();
        const auto steps = 1 + below(6);
        for (int i = 0; i < steps; ++i) {
            const int id = below(60);
            if (below(3) == 0 && model.contains(id)) {
                WMI_TRY(transaction.delete_instance(ns, path_of(fmt::format("Cell.Id={}", id))));
                model.erase(id);
                continue;
            }
            const int value = below(1000);
            const std::string text(static_cast<std::size_t>(below(9000)), 'x');
            WMI_TRY(transaction.put_instance(
                ns, *make("Cell", {{"Id", id}, {"Value", value}, {"Text", text}})));
            model[id] = value;
        }
        if (below(4) == 0) {
            const auto name = fmt::format("Class{}", below(5));
            WMI_TRY(transaction.put_class(ns, Declare(name.c_str())
                                                  .key("Id")
                                                  .description(std::to_string(below(99)).c_str())
                                                  .done()));
        }
        return transaction.commit();
    }
    Model content() {
        Model result;
        std::string after;
        do {
            const auto page = store->enumerate(ns, "Cell", true, after);
            EXPECT_TRUE(page) << to_text(page.error());
            if (!page) return result;
            for (const auto& each : page->instances) {
                result[static_cast<int>(each->find("Id")->get<std::int64_t>())] =
                    static_cast<int>(each->find("Value")->get<std::int64_t>());
            }
            after = page->next;
        } while (!after.empty());
        return result;
    }
    void expect_whole() {
        const auto found = store->verify();
        ASSERT_TRUE(found) << to_text(found.error());
        EXPECT_TRUE(found->whole()) << found->problems.front();
    }
    int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
    void reseed(std::uint64_t seed) { random_.seed(seed); }

    // One machine, until it stops and comes up again.
    void one_life(SimulatedDisk& disk, Model& model) {
        ASSERT_NO_FATAL_FAILURE(reopen(disk));
        disk.stop_after(1 + below(300));
        if (below(3) == 0) disk.fill_after(below(200));
        Model in_flight = model;
        while (!disk.stopped()) {
            in_flight = model;
            const auto done = change(in_flight);
            if (done) model = in_flight;
            if (!done && !disk.stopped()) {
                ASSERT_EQ(done.error().status, Status::OutOfDiskSpace) << done.error().message;
                ++refused_;
                disk.fill_after(std::numeric_limits<int>::max());
                ASSERT_EQ(content(), model) << "a refused commit changed something";
            }
            ++commits_;
        }
        store.reset();
        disk.restart();
        ASSERT_NO_FATAL_FAILURE(reopen(disk));
        const auto found = content();
        ASSERT_TRUE(found == model || found == in_flight)
            << "an acknowledged commit is gone or half";
        expect_whole();
        model = found;
    }

    int commits_ = 0;
    int refused_ = 0;

  private:
    support::TemporaryFolder folder_;
    std::mt19937_64 random_;
};

TEST_F(PowerFailureTest, WhatWasAcknowledgedIsThereAndNothingIsHalf) {
    make_repository();
    reseed(seed());
    SCOPED_TRACE(fmt::format("OPENWMI_DISK_SEED={}", seed()));
    SimulatedDisk disk(seed());
    Model model;
    for (int round = 0; round < rounds(); ++round) {
        SCOPED_TRACE(round);
        ASSERT_NO_FATAL_FAILURE(one_life(disk, model));
    }
    store.reset();
    const auto counts = disk.counts();
    EXPECT_GT(counts.lost, 0u) << "a power failure that takes nothing shows nothing";
    EXPECT_GT(counts.torn, 0u);
    EXPECT_GT(refused_, 0);
    std::cout << fmt::format(
        "seed {}: {} power failures, {} commits, {} refused by a full disk, {} writes, {} syncs, "
        "{} writes lost, {} torn\n",
        seed(), rounds(), commits_, refused_, counts.writes, counts.syncs, counts.lost,
        counts.torn);
}

}  // namespace
}  // namespace openwmi::repository
