#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "log/files.h"

namespace openwmi::log {

namespace {

constexpr const char* lock_name = "lock";

tl::unexpected<Error> system_failure(std::string_view what, std::string_view name,
                                     int error = errno) {
    const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
    return fail(full ? Status::OutOfDiskSpace : Status::Failed, "cannot {} {}: {}", what, name,
                std::strerror(error));
}

// Closes what it holds. Value that is moved only.
class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    int get() const { return fd_; }
    bool is_open() const { return fd_ >= 0; }

  private:
    int fd_;
};

class DiskFile final : public LogFile {
  public:
    DiskFile(Descriptor fd, std::string name, std::uint64_t size)
        : fd_(std::move(fd)), name_(std::move(name)), size_(size) {}

    std::uint64_t size() const override { return size_; }

    Result<> write(std::uint64_t offset, std::span<const std::byte> bytes) override {
        while (!bytes.empty()) {
            const auto written =
                ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) return system_failure("write", name_);
            bytes = bytes.subspan(static_cast<std::size_t>(written));
            offset += static_cast<std::uint64_t>(written);
        }
        return {};
    }

    Result<std::vector<std::byte>> read(std::uint64_t offset, std::size_t size) const override {
        std::vector<std::byte> bytes(size);
        std::size_t done = 0;
        while (done < size) {
            const auto count = ::pread(fd_.get(), bytes.data() + done, size - done,
                                       static_cast<off_t>(offset + done));
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) return system_failure("read", name_);
            if (count == 0) {
                return fail(Status::CriticalError, "{} ends before byte {}", name_, offset + size);
            }
            done += static_cast<std::size_t>(count);
        }
        return bytes;
    }

    Result<> sync() override {
        if (::fdatasync(fd_.get()) == 0) return {};
        return system_failure("sync", name_);
    }

  private:
    const Descriptor fd_;
    const std::string name_;
    const std::uint64_t size_;
};

class Folder final : public LogFiles {
  public:
    Folder(std::filesystem::path path, Descriptor folder, Descriptor lock)
        : path_(std::move(path)), folder_(std::move(folder)), lock_(std::move(lock)) {}

    Result<std::vector<std::string>> list() const override {
        std::vector<std::string> names;
        std::error_code error;
        for (std::filesystem::directory_iterator it(path_, error), end; !error && it != end;
             it.increment(error)) {
            auto name = it->path().filename().string();
            if (name != lock_name) names.push_back(std::move(name));
        }
        if (error) return system_failure("list", path_.string(), error.value());
        return names;
    }

    Result<std::unique_ptr<LogFile>> create(std::string_view name, std::uint64_t bytes) override {
        const std::string text(name);
        Descriptor fd(::openat(folder_.get(), text.c_str(),
                               O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
        if (!fd.is_open()) return system_failure("create", text);
        if (const int error = ::posix_fallocate(fd.get(), 0, static_cast<off_t>(bytes));
            error != 0) {
            (void)::unlinkat(folder_.get(), text.c_str(), 0);  // the first failure is what counts
            return system_failure("reserve space for", text, error);
        }
        return std::make_unique<DiskFile>(std::move(fd), text, bytes);
    }

    Result<std::unique_ptr<LogFile>> open(std::string_view name) override {
        const std::string text(name);
        Descriptor fd(::openat(folder_.get(), text.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
        if (!fd.is_open()) return system_failure("open", text);
        struct stat info{};
        if (::fstat(fd.get(), &info) != 0) return system_failure("look at", text);
        return std::make_unique<DiskFile>(std::move(fd), text,
                                          static_cast<std::uint64_t>(info.st_size));
    }

    Result<> rename(std::string_view from, std::string_view to) override {
        const std::string old_name(from);
        const std::string new_name(to);
        if (::renameat(folder_.get(), old_name.c_str(), folder_.get(), new_name.c_str()) == 0)
            return {};
        return system_failure("rename", old_name);
    }

    Result<> remove(std::string_view name) override {
        const std::string text(name);
        if (::unlinkat(folder_.get(), text.c_str(), 0) == 0) return {};
        return system_failure("remove", text);
    }

    Result<> sync() override {
        if (::fsync(folder_.get()) == 0) return {};
        return system_failure("sync", path_.string());
    }

  private:
    const std::filesystem::path path_;
    const Descriptor folder_;
    const Descriptor lock_;  // held as long as it is open
};

}  // namespace

Result<std::unique_ptr<LogFiles>> open_folder(const std::filesystem::path& folder) {
    const auto text = folder.string();
    if (::mkdir(text.c_str(), 0700) != 0 && errno != EEXIST) return system_failure("make", text);
    Descriptor place(::open(text.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    if (!place.is_open()) return system_failure("open", text);
    Descriptor lock(
        ::openat(place.get(), lock_name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!lock.is_open()) return system_failure("open the lock of", text);
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        return fail(Status::InvalidOperation, "another process holds the log {}", text);
    }
    return std::make_unique<Folder>(folder, std::move(place), std::move(lock));
}

}  // namespace openwmi::log
