#include <unistd.h>

#include "repository/files.h"
#include "repository/folder.h"
#include "repository/format.h"
#include "repository/verify.h"

namespace openwmi::repository {
namespace {

namespace fs = std::filesystem;

// The first of repository.<word>.db, repository.<word>-2.db, … that is free.
fs::path free_name(const Folder& folder, std::string_view word) {
    for (int number = 1;; ++number) {
        const auto suffix = number == 1 ? std::string() : fmt::format("-{}", number);
        auto name = folder.path() / fmt::format("repository.{}{}.db", word, suffix);
        std::error_code code;
        if (!fs::exists(name, code)) return name;
    }
}

// Makes the repository one file: what stands in its log only goes into it. A file too damaged for
// that keeps its log, which moves along.
Result<> fold_log(const Folder& folder, const fs::path& aside) {
    const auto file = folder.database();
    if (check_header(file)) {
        auto database = Database::open({.file = file, .vfs = ""});
        if (database) static_cast<void>((*database)->execute("PRAGMA wal_checkpoint(TRUNCATE)"));
    }
    std::error_code code;
    const fs::path log = file.string() + "-wal";
    if (fs::exists(log, code) && ::rename(log.c_str(), (aside.string() + "-wal").c_str()) != 0) {
        return fail_errno(log, "move it aside");
    }
    fs::remove(file.string() + "-shm", code);
    return {};
}

// Gives the repository another name as well; it stands under both until it is replaced.
Result<fs::path> set_aside(const Folder& folder, std::string_view word) {
    std::error_code code;
    if (!fs::exists(folder.database(), code)) return fs::path();
    auto aside = free_name(folder, word);
    WMI_TRY(fold_log(folder, aside));
    if (::link(folder.database().c_str(), aside.c_str()) != 0) {
        return fail_errno(aside, "name the old repository so");
    }
    return aside;
}

Result<> check_backup(const fs::path& backup) {
    WMI_TRY(check_header(backup));
    const auto found = WMI_TRY(verify(backup));
    if (found.whole()) return {};
    return fail(Status::CriticalError, "the backup {} is damaged: {}. Nothing was changed",
                backup.string(), found.problems.front());
}

}  // namespace

Result<fs::path> restore(const fs::path& folder, const fs::path& backup) {
    std::error_code code;
    if (!fs::exists(backup, code)) return fail(Status::NotFound, "there is no {}", backup.string());
    WMI_TRY(check_backup(backup));
    const auto place = WMI_TRY(Folder::open(folder, true));
    const auto fresh = WMI_TRY(place.make_new_database());
    {
        const auto source = WMI_TRY(Database::open({.file = backup, .vfs = "", .immutable = true}));
        WMI_TRY(source->copy_to(fresh));
    }
    auto aside = WMI_TRY(set_aside(place, "before-restore"));
    WMI_TRY(place.install(fresh));
    return aside;
}

Result<fs::path> reset(const fs::path& folder) {
    const auto place = WMI_TRY(Folder::open(folder, false));
    auto aside = WMI_TRY(set_aside(place, "before-reset"));
    if (::unlink(place.database().c_str()) != 0) {
        return fail_errno(place.database(), "take it out of its place");
    }
    return aside;
}

}  // namespace openwmi::repository
