#include "log/delivery_log.h"

#include <algorithm>
#include <utility>

#include "log/log_state.h"

namespace openwmi::log {

DeliveryLog::DeliveryLog(std::unique_ptr<State> state) : state_(std::move(state)) {}
DeliveryLog::~DeliveryLog() = default;

Result<std::unique_ptr<DeliveryLog>> DeliveryLog::open(Options options) {
    if (options.segment_bytes < 2 * segment_header_bytes || options.max_segments < 2) {
        return fail(Status::InvalidParameter, "a log has two segments of {} bytes at least",
                    2 * segment_header_bytes);
    }
    auto state = std::make_unique<State>(options);
    WMI_TRY(state->recover());
    return std::unique_ptr<DeliveryLog>(new DeliveryLog(std::move(state)));
}

Result<std::vector<Sequence>> DeliveryLog::append(std::span<const Entry> entries) {
    auto& log = *state_;
    std::size_t bytes = 0;
    for (const auto& entry : entries) bytes += record_bytes(entry.payload.size());
    if (bytes > log.options.segment_bytes - segment_header_bytes) {
        return fail(Status::BufferTooSmall, "{} bytes do not fit into a segment of the log", bytes);
    }
    State::Lock lock(log.mutex);
    if (log.broken) return fail(*log.broken);
    if (entries.empty()) return std::vector<Sequence>();
    WMI_TRY(log.check_room(entries, bytes));

    std::vector<Sequence> sequences;
    const auto& segment = log.segments.back();
    for (const auto& entry : entries) {
        const auto lane = static_cast<std::uint64_t>(entry.lane);
        Unwritten record{lane, {log.next_sequence++, segment, segment->end, 0}, {}};
        append_record(record.bytes, segment->number, {record.location.sequence, log.durable, lane},
                      entry.payload);
        record.location.bytes = record.bytes.size();
        segment->end += record.bytes.size();
        ++segment->needed;
        log.lanes[lane].bytes += record.bytes.size();
        sequences.push_back(Sequence{record.location.sequence});
        log.unwritten.push_back(std::move(record));
    }
    // Whoever finds nobody writing writes for all; the others wait for him.
    while (log.durable < static_cast<std::uint64_t>(sequences.back()) && !log.broken) {
        if (log.flushing) {
            log.flushed.wait(lock);
        } else {
            log.flush(lock);
        }
    }
    if (log.durable >= static_cast<std::uint64_t>(sequences.back())) return sequences;
    return fail(*log.broken);
}

Result<> DeliveryLog::State::check_quota(std::uint64_t lane, std::size_t more) const {
    const auto found = lanes.find(lane);
    const std::size_t before = found == lanes.end() ? 0 : found->second.bytes;
    if (before + more <= options.lane_quota_bytes) return {};
    return fail(Status::QuotaViolation, "lane {} already holds {} bytes of the log", lane, before);
}

// Nothing has changed when it fails.
Result<> DeliveryLog::State::check_room(std::span<const Entry> entries, std::size_t bytes) {
    std::map<std::uint64_t, std::size_t> added;
    for (const auto& entry : entries) {
        const auto lane = static_cast<std::uint64_t>(entry.lane);
        auto& sum = added[lane];
        sum += record_bytes(entry.payload.size());
        WMI_TRY(check_quota(lane, sum));
    }
    if (segments.back()->end + bytes > options.segment_bytes) return add_segment();
    return {};
}

Result<> DeliveryLog::State::add_segment() {
    recycle();
    auto segment = std::make_shared<Segment>();
    segment->number = segments.empty() ? 1 : segments.back()->number + 1;
    segment->first = next_sequence;
    segment->end = segment_header_bytes;
    segment->spare = WMI_TRY(make_spare());
    segments.push_back(std::move(segment));
    return {};
}

std::uint64_t DeliveryLog::State::oldest_lane() const {
    std::uint64_t oldest = UINT64_MAX;
    std::uint64_t whose = 0;
    for (const auto& [id, lane] : lanes) {
        if (lane.pending.empty() || lane.pending.front().sequence >= oldest) continue;
        oldest = lane.pending.front().sequence;
        whose = id;
    }
    return whose;
}

// A file with all its space, so that writing to it cannot fail for want of it.
Result<std::string> DeliveryLog::State::make_spare() {
    auto name = fmt::format("spare-{}", ++last_spare);
    if (!unused.empty()) {
        WMI_TRY(options.files->rename(segment_name(unused.front()->number), name));
        unused.pop_front();
        // Under its old name it must not be found with a new header.
        WMI_TRY(options.files->sync());
        return name;
    }
    if (segments.size() >= options.max_segments) {
        return fail(Status::OutOfDiskSpace,
                    "the log is full: each of its {} segments holds what some lane has not "
                    "acknowledged; lane {} has the oldest record",
                    segments.size(), oldest_lane());
    }
    WMI_TRY(options.files->create(name, options.segment_bytes));
    return name;
}

// The oldest segments that nobody needs; from the middle none, because then a gap would be damage.
void DeliveryLog::State::recycle() {
    while (segments.size() > 1 && segments.front()->needed == 0 && segments.front()->file) {
        unused.push_back(segments.front());
        segments.pop_front();
    }
}

void DeliveryLog::State::flush(Lock& lock) {
    flushing = true;
    const auto records = std::exchange(unwritten, {});
    lock.unlock();
    const auto written = write(records);
    lock.lock();
    flushing = false;
    if (written) {
        for (const auto& record : records) index(record.lane, record.location);
        durable = records.back().location.sequence;
    } else {
        broken = written.error();
    }
    flushed.notify_all();
}

Result<> DeliveryLog::State::write(const std::vector<Unwritten>& records) const {
    for (auto next = records.begin(); next != records.end();) {
        auto& segment = *next->location.segment;
        const auto offset = next->location.offset;
        if (!segment.file) WMI_TRY(begin(segment));
        std::vector<std::byte> run;
        for (; next != records.end() && next->location.segment.get() == &segment; ++next) {
            run.insert(run.end(), next->bytes.begin(), next->bytes.end());
        }
        WMI_TRY(segment.file->write(offset, run));
        WMI_TRY(segment.file->sync());
    }
    return {};
}

// Under its name a segment always has a header that is on the disk, and what came before it is
// there, too.
Result<> DeliveryLog::State::begin(Segment& segment) const {
    auto file = WMI_TRY(options.files->open(segment.spare));
    WMI_TRY(file->write(
        0, encode(SegmentHeader{segment.number, segment.first, options.segment_bytes})));
    WMI_TRY(file->sync());
    WMI_TRY(options.files->rename(segment.spare, segment_name(segment.number)));
    WMI_TRY(options.files->sync());
    segment.file = std::move(file);
    return {};
}

void DeliveryLog::State::index(std::uint64_t id, Location location) {
    auto& lane = lanes[id];
    if (location.sequence <= lane.acknowledged) {  // the lane was removed meanwhile
        lane.bytes -= location.bytes;
        --location.segment->needed;
        return;
    }
    lane.pending.push_back(std::move(location));
}

std::vector<Sequence> DeliveryLog::pending(LaneId id, Sequence after, std::size_t limit) const {
    std::vector<Sequence> found;
    const State::Lock lock(state_->mutex);
    const auto lane = state_->lanes.find(static_cast<std::uint64_t>(id));
    if (lane == state_->lanes.end()) return found;
    const auto& all = lane->second.pending;
    auto next =
        std::ranges::upper_bound(all, static_cast<std::uint64_t>(after), {}, &Location::sequence);
    for (; next != all.end() && found.size() < limit; ++next) {
        found.push_back(Sequence{next->sequence});
    }
    return found;
}

std::size_t DeliveryLog::records(LaneId id) const {
    const State::Lock lock(state_->mutex);
    const auto lane = state_->lanes.find(static_cast<std::uint64_t>(id));
    return lane == state_->lanes.end() ? 0 : lane->second.pending.size();
}

LaneId DeliveryLog::make_lane() {
    const State::Lock lock(state_->mutex);
    auto& last = state_->last_lane;
    if (!state_->lanes.empty()) last = std::max(last, state_->lanes.rbegin()->first);
    return LaneId{++last};
}

Result<> DeliveryLog::has_room(LaneId lane, std::size_t payload_bytes) const {
    const State::Lock lock(state_->mutex);
    if (state_->broken) return fail(*state_->broken);
    const auto bytes = record_bytes(payload_bytes);
    if (bytes > state_->options.segment_bytes - segment_header_bytes) {
        return fail(Status::BufferTooSmall, "{} bytes do not fit into a segment of the log", bytes);
    }
    return state_->check_quota(static_cast<std::uint64_t>(lane), bytes);
}

Result<std::vector<Record>> DeliveryLog::read(LaneId id, Sequence after, std::size_t limit) const {
    std::vector<Location> wanted;
    {
        const State::Lock lock(state_->mutex);
        const auto found = state_->lanes.find(static_cast<std::uint64_t>(id));
        if (found == state_->lanes.end()) return std::vector<Record>();
        const auto& pending = found->second.pending;
        auto next = std::ranges::upper_bound(pending, static_cast<std::uint64_t>(after), {},
                                             &Location::sequence);
        for (; next != pending.end() && wanted.size() < limit; ++next) wanted.push_back(*next);
    }
    std::vector<Record> records;
    for (const auto& location : wanted) {
        const auto bytes = WMI_TRY(location.segment->file->read(location.offset, location.bytes));
        const auto record = decode_record(location.segment->number, bytes);
        if (!record || record->header.sequence != location.sequence) {
            return fail(Status::CriticalError, "{} is damaged at byte {}",
                        segment_name(location.segment->number), location.offset);
        }
        records.push_back(
            {Sequence{location.sequence}, id, {record->payload.begin(), record->payload.end()}});
    }
    return records;
}

void DeliveryLog::State::acknowledge(Lane& lane, std::uint64_t up_to) {
    lane.acknowledged = std::max(lane.acknowledged, up_to);
    while (!lane.pending.empty() && lane.pending.front().sequence <= up_to) {
        lane.bytes -= lane.pending.front().bytes;
        --lane.pending.front().segment->needed;
        lane.pending.pop_front();
    }
}

void DeliveryLog::acknowledge(LaneId id, Sequence up_to) {
    const State::Lock lock(state_->mutex);
    const auto found = state_->lanes.find(static_cast<std::uint64_t>(id));
    if (found == state_->lanes.end()) return;
    // Not beyond what exists: a lane cannot acknowledge what is yet to come.
    state_->acknowledge(found->second,
                        std::min(static_cast<std::uint64_t>(up_to), state_->durable));
}

void DeliveryLog::remove_lane(LaneId id) {
    const State::Lock lock(state_->mutex);
    const auto found = state_->lanes.find(static_cast<std::uint64_t>(id));
    if (found == state_->lanes.end()) return;
    state_->acknowledge(found->second, state_->next_sequence - 1);
}

Result<> DeliveryLog::save_cursors() {
    const std::lock_guard one_at_a_time(state_->saving);
    std::vector<Cursor> cursors;
    {
        const State::Lock lock(state_->mutex);
        // A lane of which the log holds nothing any more needs no cursor. What nobody needs is
        // still found by a start, as long as its file has its name.
        const auto& kept = state_->unused.empty() ? state_->segments : state_->unused;
        const auto oldest = kept.front()->first;
        std::erase_if(state_->lanes, [&](const auto& each) {
            return each.second.bytes == 0 && each.second.acknowledged < oldest;
        });
        for (const auto& [id, lane] : state_->lanes) cursors.push_back({id, lane.acknowledged});
    }
    return state_->save(cursors);
}

Result<> DeliveryLog::State::save(std::span<const Cursor> cursors) const {
    const auto bytes = encode(cursors);
    auto file = WMI_TRY(options.files->create("cursors.new", bytes.size()));
    WMI_TRY(file->write(0, bytes));
    WMI_TRY(file->sync());
    WMI_TRY(options.files->rename("cursors.new", "cursors"));
    return options.files->sync();
}

std::vector<LaneStatus> DeliveryLog::lanes() const {
    const State::Lock lock(state_->mutex);
    std::vector<LaneStatus> all;
    for (const auto& [id, lane] : state_->lanes) {
        if (lane.pending.empty()) continue;
        all.push_back({LaneId{id}, Sequence{lane.acknowledged}, lane.pending.size(), lane.bytes});
    }
    return all;
}

std::size_t DeliveryLog::segments() const {
    const State::Lock lock(state_->mutex);
    return state_->segments.size() + state_->unused.size();
}

}  // namespace openwmi::log
