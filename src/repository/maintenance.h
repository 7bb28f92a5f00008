#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace openwmi::repository {

// What an administrator does with a repository that no service has open. Each needs its folder for
// itself and fails with InvalidOperation, naming the process, where one holds it. None changes or
// deletes what was there: what is replaced stands beside the new one.

// What a full check found. Value.
struct Verification {
    std::vector<std::string> problems;  // the first hundred
    std::uint64_t namespaces = 0;
    std::uint64_t classes = 0;
    std::uint64_t instances = 0;
    std::uint64_t index_entries = 0;
    std::uint64_t layouts = 0;
    bool whole() const { return problems.empty(); }
};

// Reads every page, class, instance and index entry of the repository in a folder, or of the lone
// file of a backup. Fails only where there is nothing to check (NotFound, AccessDenied,
// InvalidOperation); damage is a problem that it found.
Result<Verification> verify(const std::filesystem::path& folder_or_file);

// Puts a backup in the place of the repository in `folder`, which is made where it is missing.
// Returns where the old repository is now; empty: there was none. Fails, with everything as it
// was: CriticalError (the backup is damaged; says how), DatabaseVerMismatch, InvalidObject,
// NotFound, OutOfDiskSpace.
Result<std::filesystem::path> restore(const std::filesystem::path& folder,
                                      const std::filesystem::path& backup);

// What could be carried over, and what not.
struct Salvage {
    std::uint64_t namespaces = 0;
    std::uint64_t classes = 0;
    std::uint64_t instances = 0;
    std::uint64_t lost = 0;            // known to have been there
    std::vector<std::string> reports;  // the first hundred
};
// Makes a new repository in the empty folder `to` from all that can still be read in `from`, a
// damaged repository's folder, which is left as it is. Fails: AlreadyExists (`to` has a
// repository), NotFound, CriticalError (nothing can be read at all).
Result<Salvage> salvage(const std::filesystem::path& from, const std::filesystem::path& to);

// Moves the repository in `folder` aside, so that the next start makes a new, empty one. Returns
// where it is now. Fails: NotFound.
Result<std::filesystem::path> reset(const std::filesystem::path& folder);

}  // namespace openwmi::repository
