#pragma once

#include <atomic>
#include <filesystem>

#include "base/result.h"
#include "server/log.h"

namespace openwmi::server {

// A restore that is owed: written down, then done by the process that takes this one's place, which
// nobody's open files and sessions can keep from it. A kill in between changes only when.
// Thread-safe.
class Restart {
  public:
    explicit Restart(std::filesystem::path state_folder) : state_folder_(std::move(state_folder)) {}

    // Writes it down and asks this process to stop (SIGTERM). Fails with AccessDenied or
    // OutOfDiskSpace, and stops nothing then.
    Result<> with(const std::filesystem::path& backup);
    // Whether the process is to be started again once it has stopped.
    bool is_wanted() const { return wanted_; }

  private:
    const std::filesystem::path state_folder_;
    std::atomic<bool> wanted_{false};
};

// Puts the owed backup in the repository's place, before anybody opens that, and says in the log
// what came of it; where it fails, the repository stays as it is. Nothing owed: does nothing.
void restore_if_owed(const std::filesystem::path& state_folder, const Log& log);

}  // namespace openwmi::server
