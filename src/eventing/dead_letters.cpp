#include "eventing/dead_letters.h"

#include <algorithm>
#include <utility>

#include "cim/bytes.h"
#include "eventing/event_record.h"

namespace openwmi::eventing {

namespace {

constexpr std::uint32_t magic = 0x44494d57;  // "WMID"
constexpr std::uint16_t version = 1;

std::vector<std::byte> encode(const DeadLetter& letter, std::span<const std::byte> record) {
    cim::ByteWriter out;
    out.u32(magic);
    out.u16(version);
    out.u64(letter.buried.ticks);
    out.text(letter.filter);
    out.text(letter.consumer);
    out.u32(static_cast<std::uint32_t>(letter.status));
    out.text(letter.reason);
    out.u32(letter.attempts);
    out.raw(record);
    return out.take();
}

struct Decoded {
    DeadLetter letter;
    std::span<const std::byte> record;
};

Result<Decoded> decode(std::span<const std::byte> bytes) {
    cim::ByteReader in(bytes);
    if (in.u32() != magic) return fail(Status::InvalidObject, "this is no dead letter");
    if (const auto found = in.u16(); found != version) {
        return fail(Status::DatabaseVerMismatch,
                    "the dead letter has format {}; this release reads format {}", found, version);
    }
    Decoded decoded;
    decoded.letter.buried.ticks = in.u64();
    decoded.letter.filter = in.text();
    decoded.letter.consumer = in.text();
    decoded.letter.status = static_cast<Status>(in.u32());
    decoded.letter.reason = in.text();
    decoded.letter.attempts = in.u32();
    decoded.record = in.raw(in.remaining());
    if (!in.ok()) return fail(Status::InvalidObject, "the dead letter is damaged");
    return decoded;
}

// What can be read of it.
DeadLetter read(std::uint64_t id, std::span<const std::byte> bytes, const Catalog& catalog) {
    auto decoded = decode(bytes);
    if (!decoded)
        return {.id = id, .status = decoded.error().status, .reason = decoded.error().message};
    auto& letter = decoded->letter;
    letter.id = id;
    letter.binding = binding_of(decoded->record).value_or("");
    auto event = decode_event(decoded->record, catalog);
    if (event) {
        letter.event = std::move(*event);
    } else {
        letter.reason += fmt::format(" (it cannot be read: {})", event.error().message);
    }
    return std::move(letter);
}

}  // namespace

Result<LogPtr> DeadLetters::log(LogWanted wanted) const {
    const std::lock_guard lock(mutex_);
    if (!log_) log_ = WMI_TRY(open_(wanted));
    return log_;
}

Result<std::size_t> DeadLetters::add(const DeadLetter& letter, std::span<const std::byte> record) {
    const std::lock_guard one_at_a_time(adding_);
    const auto log = WMI_TRY(this->log(LogWanted::Always));
    const auto bytes = encode(letter, record);
    const log::Entry entry{log->make_lane(), bytes};
    std::size_t gone = 0;
    for (;;) {
        const auto added = log->append({&entry, 1});
        if (added) break;
        const auto lanes = log->lanes();
        if (added.error().status != Status::OutOfDiskSpace || lanes.empty()) {
            return fail(added.error());
        }
        log->remove_lane(std::ranges::min(lanes, {}, &log::LaneStatus::lane).lane);
        ++gone;
    }
    if (gone > 0) WMI_TRY(log->save_cursors());
    return gone;
}

Result<std::vector<DeadLetter>> DeadLetters::list() const {
    std::vector<DeadLetter> all;
    const auto log = WMI_TRY(this->log(LogWanted::IfThere));
    if (!log) return all;
    for (const auto& lane : log->lanes()) {
        const auto records = WMI_TRY(log->read(lane.lane, {}, 1));
        if (records.empty()) continue;  // it went meanwhile
        all.push_back(
            read(static_cast<std::uint64_t>(lane.lane), records.front().payload, *catalog_));
    }
    return all;
}

Result<std::vector<std::byte>> DeadLetters::bytes_of(std::uint64_t id) const {
    const auto log = WMI_TRY(this->log(LogWanted::IfThere));
    if (log) {
        auto records = WMI_TRY(log->read(log::LaneId{id}, {}, 1));
        if (!records.empty()) return std::move(records.front().payload);
    }
    return fail(Status::NotFound, "there is no dead letter {}", id);
}

Result<DeadLetter> DeadLetters::find(std::uint64_t id) const {
    return read(id, WMI_TRY(bytes_of(id)), *catalog_);
}

Result<std::vector<std::byte>> DeadLetters::record(std::uint64_t id) const {
    const auto bytes = WMI_TRY(bytes_of(id));
    const auto decoded = WMI_TRY(decode(bytes));
    return std::vector<std::byte>(decoded.record.begin(), decoded.record.end());
}

void DeadLetters::close() {
    const std::lock_guard lock(mutex_);
    log_ = nullptr;
}

Result<> DeadLetters::remove(std::uint64_t id) {
    WMI_TRY(bytes_of(id));
    const auto log = WMI_TRY(this->log(LogWanted::IfThere));
    log->remove_lane(log::LaneId{id});
    return log->save_cursors();
}

}  // namespace openwmi::eventing
