#include "repository/folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include "base/text.h"
#include "repository/files.h"

namespace openwmi::repository {
namespace {

std::string read_holder(int file) {
    std::array<char, 32> buffer{};
    const ssize_t size = ::pread(file, buffer.data(), buffer.size(), 0);
    if (size <= 0) return "unknown";
    return std::string(base::trim({buffer.data(), static_cast<std::size_t>(size)}));
}

Result<> check_writers(const std::filesystem::path& path) {
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0) return fail_errno(path, "look at the folder");
    if (!S_ISDIR(info.st_mode)) {
        return fail(Status::InvalidParameter, "{} is not a folder", path.string());
    }
    if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return fail(Status::AccessDenied,
                    "others may write to {}: a repository needs a folder of its own (chmod 700)",
                    path.string());
    }
    return {};
}

}  // namespace

Result<Folder> Folder::open(const std::filesystem::path& path, bool create) {
    Folder folder;
    folder.path_ = path;
    std::error_code code;
    if (!std::filesystem::exists(folder.database(), code) && !create) {
        return fail(Status::NotFound, "there is no repository in {}", path.string());
    }
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
        return fail_errno(path, "make the folder");
    }
    WMI_TRY(check_writers(path));
    WMI_TRY(folder.lock());
    return folder;
}

Result<Folder> Folder::temporary() {
    std::error_code code;
    const std::filesystem::path shared_memory = "/dev/shm";
    const bool usable = ::access(shared_memory.c_str(), W_OK | X_OK) == 0;
    std::string name =
        (usable ? shared_memory : std::filesystem::temp_directory_path(code)) / "openwmi-XXXXXX";
    if (!::mkdtemp(name.data())) return fail_errno(name, "make a folder");
    Folder folder;
    folder.path_ = name;
    folder.temporary_ = true;
    return folder;
}

Folder::Folder(Folder&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      lock_(std::exchange(other.lock_, -1)),
      temporary_(std::exchange(other.temporary_, false)) {}

Folder::~Folder() {
    vanish();
    if (lock_ >= 0) ::close(lock_);
}

Result<> Folder::lock() {
    const auto file = path_ / "lock";
    lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock_ < 0) return fail_errno(file, "open the lock");
    if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return fail_errno(file, "take the lock");
        return fail(Status::InvalidOperation,
                    "the repository {} is open in process {}: stop that process first, or connect "
                    "to it instead of opening its files",
                    path_.string(), read_holder(lock_));
    }
    const std::string holder = std::to_string(::getpid()) + "\n";
    if (::ftruncate(lock_, 0) != 0 || ::pwrite(lock_, holder.data(), holder.size(), 0) < 0) {
        return fail_errno(file, "write the lock");
    }
    return {};
}

void Folder::vanish() {
    if (!std::exchange(temporary_, false)) return;
    // Best effort: what cannot be removed is empty of secrets and lies in shared memory.
    std::error_code code;
    std::filesystem::remove_all(path_, code);
}

Result<std::filesystem::path> Folder::make_new_database() const {
    auto file = path_ / "repository.db.new";
    WMI_TRY(make_empty_file(file));
    return file;
}

Result<> Folder::install(const std::filesystem::path& new_database) const {
    return put_in_place(new_database, database());
}

}  // namespace openwmi::repository
