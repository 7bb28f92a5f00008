#include "repository/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace openwmi::repository {
namespace {

// Writes a file's content, or what rename and create did to a folder, to disk.
Result<> sync(const std::filesystem::path& path, int flags) {
    const int handle = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | flags);
    if (handle < 0) return fail_errno(path, "open it");
    const bool synced = ::fsync(handle) == 0;
    const int error = errno;
    ::close(handle);
    errno = error;
    if (!synced) return fail_errno(path, "write it to disk");
    return {};
}

}  // namespace

tl::unexpected<Error> fail_errno(const std::filesystem::path& path, std::string_view what) {
    const int error = errno;
    const Status status = error == ENOSPC || error == EDQUOT ? Status::OutOfDiskSpace
                          : error == EACCES || error == EPERM || error == EROFS
                              ? Status::AccessDenied
                          : error == ENOENT || error == ENOTDIR ? Status::NotFound
                                                                : Status::Failed;
    return fail(status, "{}: cannot {}: {}", path.string(), what, std::strerror(error));
}

void remove_database(const std::filesystem::path& file) {
    for (const char* suffix : {"", "-journal", "-wal", "-shm"}) {
        std::error_code code;
        std::filesystem::remove(file.string() + suffix, code);
    }
}

Result<> make_empty_file(const std::filesystem::path& file) {
    remove_database(file);
    const int handle = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (handle < 0) return fail_errno(file, "make the file");
    ::close(handle);
    return {};
}

Result<> put_in_place(const std::filesystem::path& file, const std::filesystem::path& place) {
    WMI_TRY(sync(file, 0));
    if (::rename(file.c_str(), place.c_str()) != 0) return fail_errno(file, "rename the file");
    const auto folder = place.parent_path();
    return sync(folder.empty() ? "." : folder, O_DIRECTORY);
}

}  // namespace openwmi::repository
