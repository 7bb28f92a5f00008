#include "nt_event_log/event_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <openwmi.hpp>
#include <utility>

#include "common/system_error.h"

namespace openwmi::consumers {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_name_bytes = 255;
constexpr std::uint64_t near_the_end_bytes = std::uint64_t{64} << 10;

[[noreturn]] void fail(const fs::path& path, const char* what, int reason = errno) {
    throw error(code_of(reason),
                "event log " + path.string() + " " + what + ": " + std::strerror(reason));
}

// An open file or folder.
class Handle {
  public:
    // Closed when it does not exist and need not be made.
    Handle(fs::path path, int flags) : path_(std::move(path)) {
        // Of a file, no link is followed and no FIFO waited for.
        if ((flags & O_DIRECTORY) == 0) flags |= O_NOFOLLOW | O_NONBLOCK;
        number_ = ::open(path_.c_str(), flags | O_CLOEXEC, S_IRUSR | S_IWUSR);
        if (number_ < 0 && ((flags & O_CREAT) != 0 || errno != ENOENT)) {
            fail(path_, "cannot be opened");
        }
        if (number_ < 0 || (flags & O_DIRECTORY) != 0) return;
        struct stat status{};
        if (fstat(number_, &status) != 0) fail(path_, "cannot be examined");
        if (!S_ISREG(status.st_mode)) fail(path_, "is not a regular file", EINVAL);
        size_bytes_ = static_cast<std::uint64_t>(status.st_size);
    }
    ~Handle() {
        if (number_ >= 0) ::close(number_);
    }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    std::uint64_t size_bytes() const { return size_bytes_; }  // as it was when it was opened

    void lock(int manner) const {
        while (flock(number_, manner) != 0) {
            if (errno != EINTR) fail(path_, "cannot be locked");
        }
    }
    // What is there of it.
    std::string read(std::uint64_t offset, std::size_t count) const {
        std::string bytes(count, '\0');
        std::size_t done = 0;
        while (done < count) {
            const ssize_t got = pread(number_, bytes.data() + done, count - done,
                                      static_cast<off_t>(offset + done));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) fail(path_, "cannot be read");
            if (got == 0) break;
            done += static_cast<std::size_t>(got);
        }
        bytes.resize(done);
        return bytes;
    }
    void cut(std::uint64_t size) const {
        if (ftruncate(number_, static_cast<off_t>(size)) != 0) fail(path_, "cannot be cut");
    }
    // Appends all, or takes back what was written of it.
    void append(std::string_view bytes, std::uint64_t whole_bytes) const {
        while (!bytes.empty()) {
            const ssize_t count = write(number_, bytes.data(), bytes.size());
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) {
                const int reason = errno;
                cut(whole_bytes);
                fail(path_, "cannot be written", reason);
            }
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
    }

  private:
    const fs::path path_;
    int number_ = -1;
    std::uint64_t size_bytes_ = 0;
};

// Where a log ends.
struct Tail {
    std::uint64_t whole_bytes = 0;  // up to and with its last line's end; more was never finished
    std::uint64_t last_number = 0;  // of its last record; 0: it has none
};

// Looks from the end on, where it almost always is, passing over damaged lines.
Tail tail_of(const Handle& file) {
    const std::uint64_t size = file.size_bytes();
    Tail tail;
    for (const std::uint64_t window : {std::min(size, near_the_end_bytes), size}) {
        const std::uint64_t begin = size - window;
        const std::string text = file.read(begin, window);
        auto end = text.rfind('\n');
        if (end != std::string::npos) tail.whole_bytes = begin + end + 1;
        while (end != std::string::npos) {
            const auto before = end == 0 ? std::string::npos : text.rfind('\n', end - 1);
            if (before == std::string::npos && begin > 0) break;  // the line begins earlier
            const auto start = before + 1;                        // npos + 1 is 0
            if (const auto number = number_of(std::string_view(text).substr(start, end - start))) {
                tail.last_number = *number;
                return tail;
            }
            end = before;
        }
    }
    return tail;
}

fs::path older(const fs::path& path) {
    return path.string() + ".1";
}

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

void read_file(const fs::path& path, std::vector<std::string>& lines) {
    const Handle file(path, O_RDONLY);
    const std::string bytes = file.read(0, file.size_bytes());
    std::string_view rest = bytes;
    for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
        if (number_of(rest.substr(0, end))) lines.emplace_back(rest.substr(0, end));
        rest.remove_prefix(end + 1);
    }
}

}  // namespace

fs::path EventStore::file_of(std::string_view source) const {
    constexpr char digits[] = "0123456789ABCDEF";
    std::string name;
    for (const char c : source) {
        if (is_plain(c) && (c != '.' || !name.empty())) {
            name += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            name += {'%', digits[byte >> 4], digits[byte & 15]};
        }
    }
    name += ".jsonl";
    if (name.size() + 2 > max_name_bytes) {
        throw error(WBEM_E_INVALID_PARAMETER,
                    "SourceName is too long: the name of its event log has " +
                        std::to_string(name.size()) + " bytes");
    }
    return folder_ / name;
}

void EventStore::prepare_folder() const {
    std::error_code code;
    fs::create_directories(folder_.parent_path(), code);
    if (mkdir(folder_.c_str(), S_IRWXU) != 0 && errno != EEXIST) fail(folder_, "cannot be made");
}

void EventStore::append(std::vector<EventRecord>& records) const {
    if (records.empty()) return;
    const fs::path path = file_of(records.front().source);
    prepare_folder();
    // The folder is locked, not the file, which may be put aside by whoever has the lock.
    const Handle folder(folder_, O_RDONLY | O_DIRECTORY);
    folder.lock(LOCK_EX);
    Tail tail;
    {
        const Handle file(path, O_RDONLY);
        tail = tail_of(file);
        if (tail.whole_bytes > max_file_bytes_) {
            if (rename(path.c_str(), older(path).c_str()) != 0) fail(path, "cannot be put aside");
            tail.whole_bytes = 0;
        }
    }
    if (tail.last_number == 0) {
        tail.last_number = tail_of(Handle(older(path), O_RDONLY)).last_number;
    }

    std::string text;
    for (EventRecord& record : records) {
        record.number = ++tail.last_number;
        const std::string line = line_of(record);
        if (line.size() > max_record_bytes) {
            throw error(WBEM_E_QUOTA_VIOLATION,
                        "a record of " + std::to_string(line.size()) +
                            " bytes is larger than an event log takes (1 MiB)");
        }
        text += line + '\n';
    }
    const Handle file(path, O_WRONLY | O_APPEND | O_CREAT);
    if (file.size_bytes() > tail.whole_bytes) file.cut(tail.whole_bytes);
    file.append(text, tail.whole_bytes);
}

std::vector<std::string> EventStore::read(std::string_view source) const {
    const fs::path path = file_of(source);
    std::vector<std::string> lines;
    if (!fs::exists(folder_)) return lines;
    const Handle folder(folder_, O_RDONLY | O_DIRECTORY);
    folder.lock(LOCK_SH);
    read_file(older(path), lines);
    read_file(path, lines);
    return lines;
}

}  // namespace openwmi::consumers
