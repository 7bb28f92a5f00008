#pragma once

#include <filesystem>

#include "base/result.h"

namespace openwmi::repository {

// The folder of a repository, held by one process: an exclusive flock on its file `lock`, which
// names the holder. Or, for a store in memory, a folder of its own in shared memory that is taken
// off the file system as soon as its files are open, so that it vanishes with the process. Confined
// to its owner.
class Folder {
  public:
    // Fails: NotFound (no such folder and not `create`), AccessDenied (others may write to it),
    // InvalidOperation (held by another process).
    static Result<Folder> open(const std::filesystem::path& path, bool create);
    static Result<Folder> temporary();
    Folder(Folder&& other) noexcept;
    Folder& operator=(Folder&&) = delete;
    ~Folder();

    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path database() const { return path_ / "repository.db"; }
    bool is_temporary() const { return temporary_; }
    void vanish();  // of a temporary one: unlinks it and its files

    // An empty file 0600 beside the database, in place of one that a crash left behind.
    Result<std::filesystem::path> make_new_database() const;
    // Puts it in the database's place, durably.
    Result<> install(const std::filesystem::path& new_database) const;

  private:
    Folder() = default;
    Result<> lock();

    std::filesystem::path path_;
    int lock_ = -1;
    bool temporary_ = false;
};

}  // namespace openwmi::repository
