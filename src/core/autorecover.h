#pragma once

#include <filesystem>
#include <mutex>
#include <vector>

#include "base/result.h"

namespace openwmi::core {

// The MOF files that are compiled again, in this order, when the repository is rebuilt (MOF-034,
// MOF-035): a text file in the state folder (docs/formats/autorecover.md) that people may edit, so
// it is read whenever it is asked. Thread-safe.
class AutorecoverList {
  public:
    // `state_folder` empty: nothing survives.
    explicit AutorecoverList(const std::filesystem::path& state_folder);

    // Adds a file at the end; one that is there already keeps its place. Fails: InvalidParameter
    // (the path is not absolute or has a line end in it), NotFound (this computer has no such
    // file), Failed (the list cannot be written).
    Result<> add(const std::filesystem::path& file);
    // Fails: NotFound, Failed.
    Result<> remove(const std::filesystem::path& file);
    Result<std::vector<std::filesystem::path>> files() const;

    // A new repository owes what the list names, until `recovered` is called; a crash in between
    // forgets nothing.
    Result<> owe();
    bool is_owed() const;
    Result<> recovered();

  private:
    Result<std::vector<std::string>> read() const;
    Result<> write(const std::vector<std::string>& lines);

    mutable std::mutex mutex_;
    const std::filesystem::path list_;   // empty: in memory
    const std::filesystem::path owing_;  // exists: owed
    std::vector<std::string> in_memory_;
};

}  // namespace openwmi::core
