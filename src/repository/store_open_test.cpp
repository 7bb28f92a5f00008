#include <gmock/gmock.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "repository/testing/store_fixture.h"
#include "support/proves.h"
#include "support/temporary_folder.h"

namespace openwmi::repository {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

std::string content(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

void overwrite(const fs::path& file, std::streamoff offset, std::string_view bytes) {
    std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
    stream.seekp(offset);
    stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

void execute(const fs::path& file, const char* sql) {
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sql;
    EXPECT_EQ(sqlite3_close(database), SQLITE_OK);
}

class StoreOpenTest : public testing::Test, protected StoreSteps {
  protected:
    void make_repository() {
        open({.folder = folder});
        ASSERT_TRUE(put_class(Declare("Sensor").key("Id").property("Temp")));
        const auto instance = make("Sensor", {{"Temp", 1}});
        ASSERT_TRUE(in_transaction([&](Transaction& t) -> Result<> {
            for (int i = 0; i < 200; ++i) WMI_TRY(t.put_instance(ns, *instance));
            return {};
        }));
        store.reset();
    }
    void expect_refused(Status status, const char* says) {
        const std::string before = content(file);
        const auto opened = Store::open({.folder = folder});
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().status, status) << opened.error().message;
        EXPECT_THAT(opened.error().message, HasSubstr(says));
        EXPECT_THAT(opened.error().message, HasSubstr("left as it is"));
        EXPECT_EQ(content(file), before) << "refused untouched";
    }

    support::TemporaryFolder temporary;
    fs::path folder = temporary / "repository";
    fs::path file = folder / "repository.db";
};

struct Damage {
    const char* name;
    void (*apply)(const fs::path&);
    Status status;
    const char* says;
};

class RefusedFileTest : public StoreOpenTest, public testing::WithParamInterface<Damage> {};

INSTANTIATE_TEST_SUITE_P(
    Files, RefusedFileTest,
    testing::Values(
        Damage{"Empty", [](const fs::path& f) { fs::resize_file(f, 0); }, Status::CriticalError,
               "damaged"},
        Damage{"CutInTheHeader", [](const fs::path& f) { fs::resize_file(f, 60); },
               Status::CriticalError, "damaged"},
        Damage{"CutInHalf", [](const fs::path& f) { fs::resize_file(f, fs::file_size(f) / 2); },
               Status::CriticalError, "damaged"},
        Damage{"Text", [](const fs::path& f) { std::ofstream(f) << std::string(9000, 'x'); },
               Status::CriticalError, "damaged"},
        Damage{"GarbageInside",
               [](const fs::path& f) {
                   overwrite(f, std::size_t{4096} * 3, std::string(std::size_t{4096} * 4, '\x5a'));
               },
               Status::CriticalError, "damaged"},
        Damage{"GarbageInTheLastInstances",
               [](const fs::path& f) {
                   const auto last = static_cast<std::streamoff>(fs::file_size(f)) - 4096;
                   overwrite(f, last, std::string(std::size_t{4096}, '\x5a'));
               },
               Status::CriticalError, "damaged"},
        Damage{"NewerFormat",
               [](const fs::path& f) { overwrite(f, 60, std::string_view("\0\0\0\3", 4)); },
               Status::DatabaseVerMismatch, "format 3"},
        Damage{"NoFormat",
               [](const fs::path& f) { overwrite(f, 60, std::string_view("\0\0\0\0", 4)); },
               Status::CriticalError, "damaged"},
        Damage{"ForeignProgram", [](const fs::path& f) { overwrite(f, 68, "ABCD"); },
               Status::InvalidObject, "another program"},
        Damage{"OtherFolding",
               [](const fs::path& f) {
                   execute(f, "UPDATE store SET value = '1.0' WHERE key = 'fold'");
               },
               Status::DatabaseVerMismatch, "case folding 1.0"},
        Damage{"UnreadableClass",
               [](const fs::path& f) { execute(f, "UPDATE classes SET declaration = x'00'"); },
               Status::CriticalError, "class sensor"},
        Damage{"UnreadableLayout",
               [](const fs::path& f) { execute(f, "UPDATE layouts SET layout = x'00'"); },
               Status::CriticalError, "layout"}),
    [](const auto& test) { return test.param.name; });

TEST_P(RefusedFileTest, IsLeftAsItIs) {
    make_repository();
    GetParam().apply(file);
    PROVES("DIA-030", expect_refused(GetParam().status, GetParam().says));
}

TEST_F(StoreOpenTest, ARefusedFileIsStillWholeForTheProgramThatKnowsIt) {
    make_repository();
    overwrite(file, 60, std::string_view("\0\0\0\3", 4));
    expect_refused(Status::DatabaseVerMismatch, "format 3");
    overwrite(file, 60, std::string_view("\0\0\0\2", 4));
    open({.folder = folder});
    EXPECT_EQ(all("Sensor").size(), 200u);
}

TEST_F(StoreOpenTest, ASecondOpenerIsToldWhoHoldsTheRepository) {
    open({.folder = folder});
    const auto holder = std::to_string(::getpid());
    const auto second = Store::open({.folder = folder});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().status, Status::InvalidOperation);
    EXPECT_THAT(second.error().message, HasSubstr("process " + holder));

    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        const auto other = Store::open({.folder = folder});
        const bool refused = !other && other.error().message.find(holder) != std::string::npos;
        ::_exit(refused ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);

    store.reset();
    EXPECT_TRUE(Store::open({.folder = folder})) << "closing lets the next one in";
}

TEST_F(StoreOpenTest, OnlyTheOwnerCanReadTheFiles) {
    const auto mode = [](const fs::path& path) {
        struct stat info{};
        EXPECT_EQ(::stat(path.c_str(), &info), 0) << path;
        return info.st_mode & 07777;
    };
    const mode_t before = ::umask(0);
    open({.folder = folder});
    ::umask(before);
    EXPECT_EQ(mode(folder), 0700u);
    int files = 0;
    for (const auto& entry : fs::directory_iterator(folder)) {
        EXPECT_EQ(mode(entry.path()), 0600u) << entry.path();
        ++files;
    }
    EXPECT_GE(files, 2);
}

TEST_F(StoreOpenTest, AFolderThatOthersMayWriteToIsRefused) {
    ASSERT_TRUE(fs::create_directory(folder));
    fs::permissions(folder, fs::perms::others_write, fs::perm_options::add);
    EXPECT_EQ(status_of(Store::open({.folder = folder})), Status::AccessDenied);
    EXPECT_TRUE(fs::is_empty(folder));
}

TEST_F(StoreOpenTest, WithoutCreateNothingIsMade) {
    EXPECT_EQ(status_of(Store::open({.folder = folder, .create = false})), Status::NotFound);
    EXPECT_FALSE(fs::exists(folder));
}

TEST_F(StoreOpenTest, WhatACrashLeftOfAMakingIsReplaced) {
    ASSERT_TRUE(fs::create_directory(folder));
    fs::permissions(folder, fs::perms::owner_all);
    std::ofstream(folder / "repository.db.new") << "half of it";
    open({.folder = folder});
    EXPECT_FALSE(fs::exists(folder / "repository.db.new"));
    EXPECT_EQ(store->namespaces().size(), 4u);
}

TEST_F(StoreOpenTest, TheRunningVersionIsNamedBesideTheOneThatMadeIt) {
    open({.folder = folder, .version = "1.0"});
    store.reset();
    open({.folder = folder, .version = "1.1"});
    ns = cim::NamespacePath::root();
    PROVES("SYS-115", {
        EXPECT_EQ(value("__cimomidentification=@", "VersionCurrentlyRunning"), cim::Value("1.1"));
        EXPECT_EQ(value("__cimomidentification=@", "VersionUsedToCreateDB"), cim::Value("1.0"));
        EXPECT_EQ(value("__cimomidentification=@", "WorkingDirectory"),
                  cim::Value(folder.string()));
    });
}

// A process that is killed while it puts pairs, as fast as it can.
class Victim {
  public:
    explicit Victim(const fs::path& folder, int first) {
        int ends[2];
        EXPECT_EQ(::pipe(ends), 0);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::close(ends[0]);
            put_pairs(folder, first, ends[1]);
            ::_exit(1);
        }
        ::close(ends[1]);
        reports_ = ends[0];
    }
    ~Victim() { ::close(reports_); }
    Victim(const Victim&) = delete;
    Victim& operator=(const Victim&) = delete;

    // Lets it commit that many, kills it, and returns the last one it knows to be committed.
    int kill_after(int commits) {
        int last = -1;
        int number = 0;
        while (commits-- > 0 && ::read(reports_, &number, sizeof number) > 0) last = number;
        ::kill(pid_, SIGKILL);
        while (::read(reports_, &number, sizeof number) > 0) last = number;
        ::waitpid(pid_, nullptr, 0);
        return last;
    }

  private:
    static void put_pairs(const fs::path& folder, int number, int reports) {
        StoreSteps steps;
        steps.open({.folder = folder});
        if (!steps.store) return;
        for (;; ++number) {
            const auto left = steps.make("Pair", {{"Side", "left"}, {"N", number}});
            const auto right = steps.make("Pair", {{"Side", "right"}, {"N", number}});
            auto transaction = steps.store->begin();
            if (!transaction.put_instance(steps.ns, *left)) return;
            if (!transaction.put_instance(steps.ns, *right)) return;
            if (!transaction.commit()) return;
            if (::write(reports, &number, sizeof number) < 0) return;
        }
    }

    pid_t pid_ = -1;
    int reports_ = -1;
};

TEST_F(StoreOpenTest, AKilledWriterLeavesWholeTransactionsAndAllThatItKnewOf) {
    open({.folder = folder});
    ASSERT_TRUE(put_class(Declare("Pair").key("Side").key("N", cim::CimType::Uint32)));
    store.reset();
    int next = 0;
    for (int round = 0; round < 20; ++round) {
        Victim victim(folder, next);
        const int last = victim.kill_after(1 + round % 4);
        ASSERT_GE(last, next);
        open({.folder = folder});
        const auto found = all("Pair");
        ASSERT_EQ(found.size() % 2, 0u) << "half a transaction";
        const int pairs = static_cast<int>(found.size() / 2);
        EXPECT_GT(pairs, last) << "a committed one is gone";
        EXPECT_LE(pairs, last + 2) << "more than the one in flight";
        for (int n = next; n < pairs; ++n) {
            const auto number = std::to_string(n);
            EXPECT_TRUE(get("Pair.Side=\"left\",N=" + number));
            EXPECT_TRUE(get("Pair.Side=\"right\",N=" + number));
        }
        next = pairs;
        store.reset();
    }
}

}  // namespace
}  // namespace openwmi::repository
