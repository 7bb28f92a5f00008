#include "eventing/counters.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <system_error>
#include <vector>

#include "base/fold.h"

namespace openwmi::eventing {

namespace {

constexpr std::size_t name_bytes = 984;
constexpr std::size_t records_a_chunk = 64;
constexpr std::size_t header_bytes = 65536;
constexpr std::size_t max_chunks = 1024;
constexpr char magic[9] = "OWMICNT1";

enum class RecordState : std::uint32_t { Free = 0, Used = 1, Retired = 2 };

struct Record {
    std::atomic<std::uint64_t> counts[4];
    std::atomic<RecordState> state;
    std::uint32_t name_length;
    char name[name_bytes];

    std::string_view text() const { return {name, name_length}; }
};
static_assert(sizeof(Record) == 1024);
constexpr std::size_t chunk_bytes = records_a_chunk * sizeof(Record);

struct Header {
    char magic[8];
    std::uint32_t record_bytes;
    std::uint32_t records_a_chunk;
};

std::string stored_name(std::string_view binding) {
    if (binding.size() <= name_bytes) return std::string(binding);
    return fmt::format("{}~{:016x}", binding.substr(0, name_bytes - 17), base::fold_hash(binding));
}

// Anonymous memory where nothing has to survive; else a file of our own.
int open_file(const std::filesystem::path& file) {
    if (file.empty()) return ::memfd_create("openwmi-counters", MFD_CLOEXEC);
    return ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

}  // namespace

struct CounterTable::State {
    ~State() {
        for (Record* chunk : chunks) ::munmap(chunk, chunk_bytes);
        if (fd >= 0) ::close(fd);
    }

    Result<> map_chunk(std::size_t index);
    Result<> grow();
    Result<> write_header();
    bool is_sound(std::size_t size) const;
    void read_records();

    int fd = -1;
    std::mutex mutex;
    std::vector<Record*> chunks;  // never move: slots point into them
    std::map<std::string, Record*, std::less<>> used;
    std::vector<Record*> free;
};

Result<> CounterTable::State::map_chunk(std::size_t index) {
    const auto offset = static_cast<off_t>(header_bytes + index * chunk_bytes);
    void* memory = ::mmap(nullptr, chunk_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
    if (memory == MAP_FAILED) {
        return fail(Status::OutOfMemory, "cannot map the counters: {}", std::strerror(errno));
    }
    chunks.push_back(static_cast<Record*>(memory));
    return {};
}

// Space is reserved before it is mapped: a full disk is an error here, not a SIGBUS later.
Result<> CounterTable::State::grow() {
    if (chunks.size() >= max_chunks) {
        return fail(Status::QuotaViolation, "there are counters for {} bindings at most",
                    max_chunks * records_a_chunk);
    }
    const auto offset = static_cast<off_t>(header_bytes + chunks.size() * chunk_bytes);
    if (const int error = ::posix_fallocate(fd, offset, chunk_bytes); error != 0) {
        // Part of a chunk may be there now; what cannot be cut off here is cut off at the next
        // start.
        const char* rest = ::ftruncate(fd, offset) == 0 ? "" : ", and it stays too long";
        return fail(Status::OutOfDiskSpace, "cannot enlarge the counters: {}{}",
                    std::strerror(error), rest);
    }
    WMI_TRY(map_chunk(chunks.size()));
    for (std::size_t i = records_a_chunk; i-- > 0;) free.push_back(&chunks.back()[i]);
    return {};
}

Result<> CounterTable::State::write_header() {
    if (const int error = ::posix_fallocate(fd, 0, header_bytes); error != 0) {
        return fail(Status::OutOfDiskSpace, "cannot write the counters: {}", std::strerror(error));
    }
    Header header{};
    std::memcpy(header.magic, magic, sizeof header.magic);
    header.record_bytes = sizeof(Record);
    header.records_a_chunk = records_a_chunk;
    if (::pwrite(fd, &header, sizeof header, 0) != static_cast<ssize_t>(sizeof header)) {
        return fail(Status::OutOfDiskSpace, "cannot write the counters: {}", std::strerror(errno));
    }
    return {};
}

bool CounterTable::State::is_sound(std::size_t size) const {
    Header header{};
    if (size < header_bytes) return false;
    return ::pread(fd, &header, sizeof header, 0) == static_cast<ssize_t>(sizeof header) &&
           std::memcmp(header.magic, magic, sizeof header.magic) == 0 &&
           header.record_bytes == sizeof(Record) && header.records_a_chunk == records_a_chunk;
}

void CounterTable::State::read_records() {
    for (Record* chunk : chunks) {
        for (std::size_t i = records_a_chunk; i-- > 0;) {
            Record& record = chunk[i];
            const bool sound =
                record.state == RecordState::Used && record.name_length <= name_bytes;
            if (sound && used.emplace(std::string(record.text()), &record).second) continue;
            record.state = RecordState::Free;
            free.push_back(&record);
        }
    }
}

CounterTable::CounterTable(std::shared_ptr<State> state) : state_(std::move(state)) {}
CounterTable::~CounterTable() = default;

Result<std::unique_ptr<CounterTable>> CounterTable::open(const std::filesystem::path& file,
                                                         std::string* notice) {
    auto state = std::make_shared<State>();
    state->fd = open_file(file);
    if (state->fd < 0) {
        return fail(Status::Failed, "cannot open {}: {}", file.string(), std::strerror(errno));
    }
    struct stat info{};
    if (::fstat(state->fd, &info) != 0) {
        return fail(Status::Failed, "cannot look at {}: {}", file.string(), std::strerror(errno));
    }
    const auto size = static_cast<std::size_t>(info.st_size);
    if (size == 0) {
        WMI_TRY(state->write_header());
    } else if (!state->is_sound(size)) {
        const auto aside = std::filesystem::path(file.string() + ".damaged");
        std::error_code error;
        std::filesystem::rename(file, aside, error);
        if (error) {
            return fail(Status::Failed, "{} is damaged and cannot be renamed: {}", file.string(),
                        error.message());
        }
        if (notice) {
            *notice = fmt::format("{} was damaged: it is now {}, and counting starts at zero",
                                  file.string(), aside.string());
        }
        return open(file, nullptr);
    } else {
        // A part of a chunk is one whose making was interrupted: nobody counted there.
        const std::size_t count = std::min((size - header_bytes) / chunk_bytes, max_chunks);
        if (::ftruncate(state->fd, static_cast<off_t>(header_bytes + count * chunk_bytes)) != 0) {
            return fail(Status::Failed, "cannot cut {}: {}", file.string(), std::strerror(errno));
        }
        for (std::size_t i = 0; i < count; ++i) WMI_TRY(state->map_chunk(i));
        state->read_records();
    }
    return std::unique_ptr<CounterTable>(new CounterTable(std::move(state)));
}

Result<CounterTable::Slot> CounterTable::slot(std::string_view binding) {
    const std::lock_guard lock(state_->mutex);
    Slot slot;
    auto name = stored_name(binding);
    if (const auto found = state_->used.find(name); found != state_->used.end()) {
        slot.record_ = {state_, found->second};
        return slot;
    }
    if (state_->free.empty()) WMI_TRY(state_->grow());
    Record& record = *state_->free.back();
    state_->free.pop_back();
    for (auto& count : record.counts) count = 0;
    record.name_length = static_cast<std::uint32_t>(name.size());
    std::memcpy(record.name, name.data(), name.size());
    record.state = RecordState::Used;
    state_->used.emplace(std::move(name), &record);
    slot.record_ = {state_, &record};
    return slot;
}

void CounterTable::free(std::string_view binding) {
    const std::lock_guard lock(state_->mutex);
    const auto found = state_->used.find(stored_name(binding));
    if (found == state_->used.end()) return;
    found->second->state = RecordState::Retired;
    state_->used.erase(found);
}

void CounterTable::Slot::add(Field field, std::uint64_t by) {
    if (!record_) return;
    static_cast<Record*>(record_.get())
        ->counts[static_cast<std::size_t>(field)]
        .fetch_add(by, std::memory_order_relaxed);
}

Counters CounterTable::Slot::read() const {
    if (!record_) return {};
    const auto& counts = static_cast<const Record*>(record_.get())->counts;
    return {counts[0].load(), counts[1].load(), counts[2].load(), counts[3].load()};
}

}  // namespace openwmi::eventing
