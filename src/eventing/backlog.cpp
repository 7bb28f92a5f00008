#include "eventing/backlog.h"

#include <algorithm>
#include <utility>

#include "eventing/consumer_queue.h"
#include "eventing/event_record.h"
#include "eventing/guaranteed.h"

namespace openwmi::eventing {

namespace {

constexpr std::size_t read_ahead = 64;                          // entries a lane
constexpr std::size_t most_noted_bytes = std::size_t{1} << 20;  // of events a lane

}  // namespace

void Backlog::add(log::LaneId id, std::shared_ptr<BindingLink> binding) {
    const std::lock_guard lock(mutex_);
    lanes_[id].binding = std::move(binding);
}

void Backlog::remove(log::LaneId id) {
    const std::lock_guard lock(mutex_);
    lanes_.erase(id);
}

void Backlog::note(log::LaneId id, log::Sequence sequence, EventPtr event) {
    const std::lock_guard lock(mutex_);
    const auto found = lanes_.find(id);
    if (found == lanes_.end() || sequence <= found->second.read) return;
    auto& lane = found->second;
    const auto bytes = event->instance->memory_bytes();
    if (lane.noted_bytes + bytes > most_noted_bytes) return;
    lane.noted_bytes += bytes;
    lane.noted.emplace(sequence, std::move(event));
}

EventPtr Backlog::take_noted(Lane& lane, log::Sequence sequence) {
    auto node = lane.noted.extract(sequence);
    if (!node) return nullptr;
    lane.noted_bytes -= node.mapped()->instance->memory_bytes();
    return std::move(node.mapped());
}

void Backlog::fill(log::LaneId id, Lane& lane, const log::DeliveryLog& log) {
    if (lane.taken < lane.ahead.size()) return;
    for (const auto sequence : log.pending(id, lane.read, read_ahead)) {
        lane.ahead.push_back({sequence, take_noted(lane, sequence)});
        lane.read = sequence;
    }
}

// The lane whose next event is the oldest.
std::map<log::LaneId, Backlog::Lane>::iterator Backlog::next(const log::DeliveryLog& log) {
    auto oldest = lanes_.end();
    for (auto it = lanes_.begin(); it != lanes_.end(); ++it) {
        auto& lane = it->second;
        fill(it->first, lane, log);
        if (lane.taken == lane.ahead.size()) continue;
        const bool older =
            oldest == lanes_.end() ||
            lane.ahead[lane.taken].sequence < oldest->second.ahead[oldest->second.taken].sequence;
        if (older) oldest = it;
    }
    return oldest;
}

Result<> Backlog::read(log::LaneId id, Entry& entry, const log::DeliveryLog& log) const {
    if (entry.event) return {};
    const auto before = log::Sequence{static_cast<std::uint64_t>(entry.sequence) - 1};
    const auto records = WMI_TRY(log.read(id, before, 1));
    if (records.empty() || records.front().sequence != entry.sequence) {
        return fail(Status::NotFound, "the log has no record {}",
                    static_cast<std::uint64_t>(entry.sequence));
    }
    entry.event = WMI_TRY(decode_event(records.front().payload, *owner_->options().catalog));
    return {};
}

std::vector<Backlog::Due> Backlog::take(std::size_t most) {
    std::vector<Due> due;
    const auto log = owner_->log_if_open();
    const std::lock_guard lock(mutex_);
    if (!log || owner_->options().executor->clock().steady() < not_before_) return due;
    for (auto& [id, lane] : lanes_) lane.taken = 0;
    if (!lagging_) most = 1;
    while (due.size() < most) {
        const auto found = next(*log);
        if (found == lanes_.end()) break;
        auto& [id, lane] = *found;
        auto& entry = lane.ahead[lane.taken];
        // What cannot be read stands alone: it fails like one that is refused.
        const auto readable = read(id, entry, *log);
        if (!readable && !due.empty()) break;
        ++lane.taken;
        due.push_back({.lane = id,
                       .sequence = entry.sequence,
                       .event = entry.event,
                       .unreadable = readable ? Error() : readable.error(),
                       .binding = lane.binding,
                       .attempt = entry.attempts + 1});
        if (!readable) break;
    }
    return due;
}

Backlog::Settled Backlog::settle(std::span<const Due> due, const Result<>& outcome,
                                 Reached reached) {
    Settled settled;
    for (const auto& each : due) settled.fates.push_back(settle(each, outcome, reached));
    const auto log = owner_->log_if_open();
    const std::lock_guard lock(mutex_);
    for (auto& [id, lane] : lanes_) lane.taken = 0;
    const bool buried = std::ranges::find(settled.fates, Fate::DeadLettered) != settled.fates.end();
    if (!outcome && due.size() > 1) alone_ = std::max(alone_, due.size());
    if (outcome || buried) alone_ -= std::min(alone_, buried ? 1 : due.size());
    // Those of a batch that was refused come one at a time until all of them are settled, so that
    // an event that nobody can take keeps to itself.
    lagging_ = outcome && alone_ == 0 && log && !is_empty(*log);
    if (outcome) {
        failures_ = 0;
        return settled;
    }
    // The one behind a dead letter is not held up by its failures.
    failures_ = buried ? 1 : failures_ + 1;
    settled.wait = back_off();
    return settled;
}

// With the lock held.
base::Duration Backlog::back_off() {
    const auto wait = owner_->delay(failures_);
    not_before_ = owner_->options().executor->clock().steady() + wait;
    return wait;
}

Backlog::Entry* Backlog::find(const Due& due) {
    const auto lane = lanes_.find(due.lane);
    if (lane == lanes_.end()) return nullptr;
    auto& ahead = lane->second.ahead;
    const auto entry = std::ranges::find(ahead, due.sequence, &Entry::sequence);
    return entry == ahead.end() ? nullptr : &*entry;
}

Backlog::Fate Backlog::settle(const Due& due, const Result<>& outcome, Reached reached) {
    unsigned refusals = 0;
    {
        const std::lock_guard lock(mutex_);
        auto* const entry = find(due);
        if (!entry) return Fate::Gone;
        if (!outcome) {
            ++entry->attempts;
            if (reached == Reached::Yes) ++entry->refusals;
            refusals = entry->refusals;
            const bool is_first = entry == &lanes_.at(due.lane).ahead.front();
            if (refusals < owner_->options().retry.attempts || !is_first) return Fate::WillRetry;
        }
    }
    // A letter that cannot be kept leaves the event where it is, and those behind it.
    if (!outcome && !bury(due, outcome.error(), refusals)) return Fate::WillRetry;
    owner_->acknowledge(due.lane, due.sequence);
    const std::lock_guard lock(mutex_);
    const auto lane = lanes_.find(due.lane);
    // What is taken is settled in its order: it is the first one.
    if (lane != lanes_.end() && !lane->second.ahead.empty()) lane->second.ahead.pop_front();
    return outcome ? Fate::Delivered : Fate::DeadLettered;
}

bool Backlog::bury(const Due& due, const Error& why, unsigned attempts) const {
    const auto buried = owner_->bury(*due.binding, due.lane, due.sequence, why, attempts);
    if (!buried) due.binding->set_last_error(to_text(buried.error()));
    return buried.has_value();
}

bool Backlog::retry_now() {
    const std::lock_guard lock(mutex_);
    return std::exchange(not_before_, base::SteadyTime::min()) != base::SteadyTime::min();
}

bool Backlog::is_due() const {
    const auto log = owner_->log_if_open();
    const std::lock_guard lock(mutex_);
    return log && owner_->options().executor->clock().steady() >= not_before_ && !is_empty(*log);
}

// With the lock held.
bool Backlog::is_empty(const log::DeliveryLog& log) const {
    return std::ranges::all_of(lanes_, [&](const auto& each) {
        return each.second.ahead.empty() && log.pending(each.first, each.second.read, 1).empty();
    });
}

}  // namespace openwmi::eventing
