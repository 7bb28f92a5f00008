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

constexpr std::size_t first_cause = 8;
constexpr std::size_t last_count = 23;
constexpr std::size_t counts_a_record = 24;
constexpr std::size_t name_bytes = 824;
constexpr std::size_t records_a_chunk = 64;
constexpr std::size_t header_bytes = 65536;
constexpr std::size_t max_chunks = 1024;
constexpr char magic[9] = "OWMICNT2";

enum class RecordState : std::uint32_t { Free = 0, Used = 1, Retired = 2 };

struct Record {
    std::atomic<std::uint64_t> counts[counts_a_record];
    std::atomic<RecordState> state;
    std::uint32_t name_length;
    char name[name_bytes];

    std::string_view text() const { return {name, name_length}; }
};
static_assert(sizeof(Record) == 1024);
constexpr std::size_t chunk_bytes = records_a_chunk * sizeof(Record);

// As the format before had it.
struct Record1 {
    std::uint64_t counts[4];  // matched, delivered, failed, dropped
    RecordState state;
    std::uint32_t name_length;
    char name[984];
};
static_assert(sizeof(Record1) == sizeof(Record));
constexpr char magic1[9] = "OWMICNT1";

struct Header {
    char magic[8];
    std::uint32_t record_bytes;
    std::uint32_t records_a_chunk;
};

// The causes of drops follow the first fields; what came later stands at the end.
std::atomic<std::uint64_t>& count_of(Record& record, CounterTable::Field field) {
    if (field == CounterTable::Field::Observed) return record.counts[last_count];
    return record.counts[static_cast<std::size_t>(field)];
}
std::atomic<std::uint64_t>& count_of(Record& record, DropCause cause) {
    return record.counts[first_cause + static_cast<std::size_t>(cause)];
}

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
    bool is_sound(std::size_t size, const char* expected) const;
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

bool CounterTable::State::is_sound(std::size_t size, const char* expected) const {
    Header header{};
    if (size < header_bytes) return false;
    return ::pread(fd, &header, sizeof header, 0) == static_cast<ssize_t>(sizeof header) &&
           std::memcmp(header.magic, expected, sizeof header.magic) == 0 &&
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

namespace {

// A name that had room before and has none now starts at zero.
Result<> write_anew(const std::filesystem::path& file, int fd, std::size_t size) {
    const auto fresh = std::filesystem::path(file.string() + ".new");
    std::error_code error;
    std::filesystem::remove(fresh, error);  // what is left of an attempt that was interrupted
    const auto table = WMI_TRY(CounterTable::open(fresh, nullptr));
    for (std::size_t at = header_bytes; at + sizeof(Record1) <= size; at += sizeof(Record1)) {
        Record1 old{};
        if (::pread(fd, &old, sizeof old, static_cast<off_t>(at)) != sizeof old) {
            return fail(Status::Failed, "cannot read {}: {}", file.string(), std::strerror(errno));
        }
        if (old.state != RecordState::Used || old.name_length > name_bytes) continue;
        auto slot = WMI_TRY(table->slot({old.name, old.name_length}));
        slot.add(CounterTable::Field::Matched, old.counts[0]);
        slot.add(CounterTable::Field::Delivered, old.counts[1]);
        slot.add(CounterTable::Field::Failed, old.counts[2]);
        slot.drop(DropCause::Unknown, old.counts[3]);
    }
    std::filesystem::rename(fresh, file, error);
    if (!error) return {};
    return fail(Status::Failed, "cannot rename {}: {}", fresh.string(), error.message());
}

}  // namespace

std::string_view to_text(DropCause cause) {
    switch (cause) {
        case DropCause::Unknown: return "unknown";
        case DropCause::QueueFull: return "queue_full";
        case DropCause::TimerSkipped: return "timer_skipped";
        case DropCause::Gone: return "gone";
        case DropCause::Stopped: return "stopped";
        case DropCause::TooDeep: return "too_deep";
        case DropCause::TooManyGroups: return "too_many_groups";
        case DropCause::LogFull: return "log_full";
    }
    return "unknown";
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
    } else if (state->is_sound(size, magic1)) {
        WMI_TRY(write_anew(file, state->fd, size));
        return open(file, notice);
    } else if (!state->is_sound(size, magic)) {
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
    count_of(*static_cast<Record*>(record_.get()), field).fetch_add(by, std::memory_order_relaxed);
}

void CounterTable::Slot::drop(DropCause cause, std::uint64_t by) {
    if (!record_) return;
    count_of(*static_cast<Record*>(record_.get()), cause).fetch_add(by, std::memory_order_relaxed);
}

std::int64_t CounterTable::Slot::open() const {
    const auto counts = read();
    const auto accounted = counts.delivered + counts.observed + counts.failed + counts.dropped +
                           counts.dead_lettered + counts.refused + counts.lost_at_crash;
    return static_cast<std::int64_t>(counts.matched + counts.repeated - accounted);
}

void CounterTable::Slot::settle(std::int64_t left, std::uint64_t waiting) {
    const auto missing = left - static_cast<std::int64_t>(waiting);
    if (missing > 0) add(Field::LostAtCrash, static_cast<std::uint64_t>(missing));
    if (missing < 0) add(Field::Repeated, static_cast<std::uint64_t>(-missing));
}

Counters CounterTable::Slot::read() const {
    Counters all;
    if (!record_) return all;
    auto& record = *static_cast<Record*>(record_.get());
    all.matched = count_of(record, Field::Matched);
    all.delivered = count_of(record, Field::Delivered);
    all.observed = count_of(record, Field::Observed);
    all.failed = count_of(record, Field::Failed);
    all.repeated = count_of(record, Field::Repeated);
    all.retried = count_of(record, Field::Retried);
    all.dead_lettered = count_of(record, Field::DeadLettered);
    all.refused = count_of(record, Field::Refused);
    all.lost_at_crash = count_of(record, Field::LostAtCrash);
    for (std::size_t i = 0; i < drop_causes; ++i) {
        all.drops[i] = count_of(record, static_cast<DropCause>(i));
        all.dropped += all.drops[i];
    }
    return all;
}

}  // namespace openwmi::eventing
