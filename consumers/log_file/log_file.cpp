#include "log_file/log_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <openwmi.hpp>
#include <vector>

#include "common/system_error.h"
#include "log_file/backup_name.h"

namespace openwmi::consumers {
namespace {

constexpr const char* cannot_be_opened = "cannot be opened";
constexpr mode_t new_file_mode = 0666;  // less the umask: the consumer does not secure it (CON-020)

std::vector<std::string> names_in(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        names.push_back(entry.path().filename().string());
    }
    return names;
}

void append_utf16(std::string& bytes, std::uint32_t unit, bool little) {
    const char low = static_cast<char>(unit & 0xff);
    const char high = static_cast<char>(unit >> 8);
    bytes += little ? low : high;
    bytes += little ? high : low;
}

std::string to_utf16(std::wstring_view text, bool little) {
    std::string bytes;
    bytes.reserve(text.size() * 2);
    for (const wchar_t character : text) {
        const auto point = static_cast<char32_t>(character);
        if (point < 0x10000) {
            append_utf16(bytes, point, little);
        } else {
            append_utf16(bytes, 0xd800 + ((point - 0x10000) >> 10), little);
            append_utf16(bytes, 0xdc00 + ((point - 0x10000) & 0x3ff), little);
        }
    }
    return bytes;
}

void check_path(const LogFile::Settings& settings) {
    if (!settings.path.empty() && settings.path.front() == '/') return;
    throw error(WBEM_E_INVALID_PARAMETER,
                "Filename '" + settings.path + "' is not an absolute path");
}

void check_is_regular(const LogFile::Settings& settings, const struct stat& status) {
    if (S_ISREG(status.st_mode)) return;
    throw error(WBEM_E_INVALID_PARAMETER, settings.path + " is not a regular file");
}

}  // namespace

LogFile::LogFile(Settings settings) : settings_(std::move(settings)) {
    check_path(settings_);
    open();
}

void LogFile::check(const Settings& settings) {
    check_path(settings);
    struct stat status{};
    const char* path = settings.path.c_str();
    if (lstat(path, &status) != 0) {
        if (errno != ENOENT) fail(settings, cannot_be_opened);
        const auto folder = std::filesystem::path(settings.path).parent_path();
        if (faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0) return;
        fail(settings, cannot_be_opened);
    }
    if (S_ISLNK(status.st_mode) || S_ISDIR(status.st_mode)) {
        errno = S_ISLNK(status.st_mode) ? ELOOP : EISDIR;
        fail(settings, cannot_be_opened);
    }
    if (faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) != 0) fail(settings, cannot_be_opened);
    if (S_ISSOCK(status.st_mode)) {
        errno = ENXIO;
        fail(settings, cannot_be_opened);
    }
    check_is_regular(settings, status);
}

LogFile::~LogFile() {
    close();
}

// With errno.
void LogFile::fail(const Settings& settings, const char* what) {
    const int reason = errno;
    throw error(code_of(reason),
                "log file " + settings.path + " " + what + ": " +
                    (reason == ELOOP ? "symbolic links are not followed" : std::strerror(reason)));
}

void LogFile::close() noexcept {
    if (file_ >= 0) ::close(file_);
    file_ = -1;
}

void LogFile::open() {
    close();
    // O_NONBLOCK: a FIFO without a reader fails instead of waiting.
    constexpr int flags =
        O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK;
    file_ = ::open(settings_.path.c_str(), flags, new_file_mode);
    if (file_ < 0 && errno == EACCES) {  // a log that may be written but not read
        file_ = ::open(settings_.path.c_str(), (flags & ~O_ACCMODE) | O_WRONLY, new_file_mode);
    }
    if (file_ < 0) fail(settings_, cannot_be_opened);
    struct stat status{};
    if (fstat(file_, &status) != 0) fail(settings_, "cannot be examined");
    check_is_regular(settings_, status);
    size_bytes_ = static_cast<std::uint64_t>(status.st_size);
    encoding_ = encoding_of_file();
}

// The file decides (CON-016); a file without content is as IsUnicode says.
LogFile::Encoding LogFile::encoding_of_file() const {
    if (size_bytes_ == 0) return settings_.is_unicode ? Encoding::Utf16Little : Encoding::Utf8;
    unsigned char mark[2] = {};
    if (pread(file_, mark, sizeof mark, 0) != sizeof mark) return Encoding::Utf8;
    if (mark[0] == 0xff && mark[1] == 0xfe) return Encoding::Utf16Little;
    if (mark[0] == 0xfe && mark[1] == 0xff) return Encoding::Utf16Big;
    return Encoding::Utf8;
}

std::string LogFile::encode(std::string_view utf8) const {
    if (encoding_ == Encoding::Utf8) return std::string(utf8);
    std::wstring text = to_wide(utf8);
    if (size_bytes_ == 0) text.insert(text.begin(), L'\xfeff');
    return to_utf16(text, encoding_ == Encoding::Utf16Little);
}

void LogFile::append_line(std::string_view utf8) {
    if (settings_.maximum_bytes != 0 && size_bytes_ > settings_.maximum_bytes) roll_over();
    const std::string bytes = encode(std::string(utf8) + "\n");
    std::size_t written = 0;
    while (written < bytes.size()) {
        const ssize_t count = write(file_, bytes.data() + written, bytes.size() - written);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) fail(settings_, "cannot be written");
        written += static_cast<std::size_t>(count);
    }
    size_bytes_ += bytes.size();
}

// Under a lock of the file, as another process may find it full at the same time.
void LogFile::roll_over() {
    if (flock(file_, LOCK_EX) != 0) fail(settings_, "cannot be locked");
    struct stat opened{};
    struct stat named{};
    if (fstat(file_, &opened) != 0) fail(settings_, "cannot be examined");
    const bool is_there = lstat(settings_.path.c_str(), &named) == 0;
    if (!is_there || named.st_ino != opened.st_ino || named.st_dev != opened.st_dev) {
        return open();  // somebody else put it aside
    }
    const std::filesystem::path path(settings_.path);
    while (true) {
        const auto name = backup_name(path.filename().string(), names_in(path.parent_path()));
        if (!name) {
            throw error(WBEM_E_FAILED, "log file " + settings_.path +
                                           " is full and all its backups 001 to 999 exist");
        }
        const auto backup = path.parent_path() / *name;
        if (renameat2(AT_FDCWD, path.c_str(), AT_FDCWD, backup.c_str(), RENAME_NOREPLACE) == 0) {
            break;
        }
        if (errno != EEXIST) fail(settings_, "cannot be put aside");
    }
    const int emptied = ::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC,
                               opened.st_mode & 07777);
    if (emptied < 0 && errno == EEXIST) return open();
    if (emptied < 0) fail(settings_, "cannot be created anew");
    if (fchown(emptied, opened.st_uid, opened.st_gid) == 0) fchmod(emptied, opened.st_mode & 07777);
    close();
    file_ = emptied;
    size_bytes_ = 0;  // its encoding stays what it was
}

}  // namespace openwmi::consumers
