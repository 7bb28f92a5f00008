#include "eventing/guaranteed.h"

#include <utility>

#include "base/fold.h"
#include "eventing/event_record.h"

namespace openwmi::eventing {

namespace {

constexpr base::Duration cursor_delay = std::chrono::seconds(1);
constexpr base::Duration open_again_delay = std::chrono::seconds(5);
constexpr std::size_t messages_at_once = 64;

// Of a 64-bit number another one that looks random (SplitMix64).
std::uint64_t scramble(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
}

}  // namespace

Guaranteed::Guaranteed(Options options)
    : options_(std::move(options)),
      letters_(options_.open_letters, options_.catalog),
      jitter_(scramble(options_.seed)) {}

void Guaranteed::start() {
    {
        const std::lock_guard lock(mutex_);
        auto opened = options_.open_log(LogWanted::IfThere);
        const bool is_there = opened && *opened;
        const auto read = is_there ? read_lanes(**opened) : Result<>();
        if (is_there && read) log_ = std::move(*opened);
        if (!opened) trouble_ = opened.error();
        if (!read) trouble_ = read.error();
        if (trouble_) open_again_ = options_.executor->clock().steady() + open_again_delay;
    }
    tell_of_trouble();
    move_all();
    count_outbox();
}

// That nothing can be guaranteed, once, and that it can again.
void Guaranteed::tell_of_trouble() {
    std::string reason;
    {
        const std::lock_guard lock(mutex_);
        if (told_ == trouble_.has_value()) return;
        told_ = trouble_.has_value();
        if (trouble_) reason = "nothing can be guaranteed: " + to_text(*trouble_);
    }
    if (!options_.observer) return;
    options_.observer->on_state("delivery-log", reason.empty() ? "active" : "degraded", reason);
}

// What cannot be read now is taken for nothing, and comes once more when it can.
void Guaranteed::count_outbox() {
    if (!options_.outbox) return;
    const auto left = options_.outbox->read(SIZE_MAX);
    if (!left) return;
    const std::lock_guard lock(mutex_);
    for (const auto& message : *left) {
        ++in_outbox_[base::fold(binding_of(message.bytes).value_or(""))];
    }
}

// Each record says whose it is. A binding that was deleted and made again has two lanes when the
// crash came before the first one's end was on the disk: the later one is its own.
Result<> Guaranteed::read_lanes(log::DeliveryLog& log) {
    for (const auto& status : log.lanes()) {
        const auto records = WMI_TRY(log.read(status.lane, {}, 1));
        if (records.empty()) continue;
        auto binding = binding_of(records.front().payload);
        if (!binding) {
            return fail(binding.error().status,
                        "record {} of the delivery log: {}; move the log's folder away to start "
                        "with an empty one",
                        static_cast<std::uint64_t>(records.front().sequence),
                        binding.error().message);
        }
        auto& lane = lanes_[base::fold(*binding)];
        if (lane.id != log::LaneId{} && lane.id != status.lane) {
            log.remove_lane(std::min(lane.id, status.lane));
        }
        lane.id = std::max(lane.id, status.lane);
        if (const auto consumer = lane.consumer.lock()) {
            consumer->backlog(shared_from_this())->add(lane.id, lane.link);
        }
    }
    return {};
}

// A log whose writing failed is opened anew: what it had promised is still there.
Result<LogPtr> Guaranteed::open() {
    const std::lock_guard lock(mutex_);
    if (stopped_) return fail(Status::ShuttingDown, "the service is stopping");
    if (log_) {
        const auto sound = log_->has_room({}, 0);
        if (sound) return log_;
        if (!trouble_) {
            trouble_ = sound.error();
            post({}, &Guaranteed::tell_of_trouble);
            open_again_ = options_.executor->clock().steady() + open_again_delay;
        }
    }
    if (trouble_ && options_.executor->clock().steady() < open_again_) return fail(*trouble_);
    log_ = nullptr;
    auto opened = options_.open_log(LogWanted::Always);
    auto read = opened ? read_lanes(**opened) : Result<>(fail(opened.error()));
    if (!read) {
        trouble_ = read.error();
        open_again_ = options_.executor->clock().steady() + open_again_delay;
        post({}, &Guaranteed::tell_of_trouble);
        return fail(*trouble_);
    }
    if (trouble_) post({}, &Guaranteed::tell_of_trouble);
    trouble_.reset();
    log_ = std::move(*opened);
    for (const auto& each : std::exchange(unsettled_, {})) settle(each);
    return log_;
}

LogPtr Guaranteed::log_if_open() const {
    const std::lock_guard lock(mutex_);
    return log_;
}

std::optional<Error> Guaranteed::trouble() const {
    const std::lock_guard lock(mutex_);
    return trouble_;
}

void Guaranteed::claim(const std::shared_ptr<BindingLink>& binding) {
    const std::lock_guard lock(mutex_);
    auto found = lanes_.find(base::fold(binding->binding));
    // Its name was another one's, which is on its way out.
    if (found != lanes_.end() && found->second.link && found->second.link != binding) {
        drop(found->second);
        lanes_.erase(found);
        found = lanes_.end();
    }
    if (found != lanes_.end()) found->second.link = binding;
    const Unsettled unsettled{binding, binding->counters.open()};
    if (trouble_) return unsettled_.push_back(unsettled);
    settle(unsettled);
}

// With the lock held, before anything of this life is in the log.
void Guaranteed::settle(const Unsettled& each) {
    const auto key = base::fold(each.binding->binding);
    const auto lane = lanes_.find(key);
    std::uint64_t waiting = lane == lanes_.end() || !log_ ? 0 : log_->records(lane->second.id);
    if (const auto outbox = in_outbox_.find(key); outbox != in_outbox_.end()) {
        waiting += outbox->second;
        in_outbox_.erase(outbox);
    }
    each.binding->counters.settle(each.left, waiting);
}

void Guaranteed::drop_unclaimed(const std::function<bool(const std::string&)>& is_gone) {
    std::vector<std::string> gone;
    {
        const std::lock_guard lock(mutex_);
        loaded_ = true;
        for (const auto& [binding, lane] : lanes_) {
            if (!lane.link) gone.push_back(binding);
        }
    }
    std::erase_if(gone, [&](const auto& binding) { return !is_gone(binding); });
    if (gone.empty()) return;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& binding : gone) {
            const auto found = lanes_.find(binding);
            if (found == lanes_.end() || found->second.link) continue;
            if (log_) log_->remove_lane(found->second.id);
            lanes_.erase(found);
        }
    }
    save_cursors();
}

void Guaranteed::connect(const std::shared_ptr<BindingLink>& binding,
                         const std::shared_ptr<ConsumerQueue>& consumer) {
    {
        const std::lock_guard lock(mutex_);
        auto& lane = lanes_[base::fold(binding->binding)];
        lane.link = binding;
        if (lane.consumer.lock() == consumer) return;
        attach(lane, consumer);
    }
    consumer->wake();
}

// With the lock held. The events that the lane holds go with it.
void Guaranteed::attach(Lane& lane, const std::shared_ptr<ConsumerQueue>& consumer) {
    if (lane.id != log::LaneId{}) {
        if (const auto old = lane.consumer.lock())
            old->backlog(shared_from_this())->remove(lane.id);
        consumer->backlog(shared_from_this())->add(lane.id, lane.link);
    }
    lane.consumer = consumer;
}

void Guaranteed::remove(BindingLink& binding) {
    {
        const std::lock_guard lock(mutex_);
        const auto found = lanes_.find(base::fold(binding.binding));
        if (found != lanes_.end() && found->second.link.get() == &binding) {
            drop(found->second);
            lanes_.erase(found);
        }
    }
    if (dropped_.exchange(false)) save_cursors();
}

// With the lock held.
void Guaranteed::drop(const Lane& lane) {
    if (lane.id == log::LaneId{}) return;
    if (const auto consumer = lane.consumer.lock()) {
        consumer->backlog(shared_from_this())->remove(lane.id);
    }
    if (!log_) return;
    lane.link->counters.drop(DropCause::Gone, log_->records(lane.id));
    log_->remove_lane(lane.id);
    dropped_ = true;
}

// With the lock held.
Guaranteed::Kept Guaranteed::lane_of(const std::string& key, log::DeliveryLog& log) {
    auto& lane = lanes_[key];
    const auto consumer = lane.consumer.lock();
    if (lane.id == log::LaneId{}) {
        lane.id = log.make_lane();
        if (consumer) consumer->backlog(shared_from_this())->add(lane.id, lane.link);
    }
    return {lane.id, consumer};
}

Result<> Guaranteed::keep(std::span<const Promise> promises) {
    const auto log = WMI_TRY(open());
    std::vector<std::vector<std::byte>> records;
    for (const auto& promise : promises) {
        records.push_back(encode_event(promise.binding->binding, *promise.event));
    }
    std::vector<EventPtr> events;
    std::vector<Kept> lanes;
    std::vector<log::Entry> entries;
    {
        const std::lock_guard lock(mutex_);
        for (std::size_t i = 0; i < promises.size(); ++i) {
            const auto key = base::fold(promises[i].binding->binding);
            if (!lanes_.contains(key)) {  // it was deleted meanwhile
                promises[i].binding->counters.drop(DropCause::Gone);
                continue;
            }
            events.push_back(promises[i].event);
            lanes.push_back(lane_of(key, *log));
            entries.push_back({lanes.back().lane, records[i]});
        }
    }
    const auto sequences = log->append(entries);
    if (!sequences) return fail(refusal(*log, sequences.error()));
    for (std::size_t i = 0; i < events.size(); ++i) {
        const auto& [lane, consumer] = lanes[i];
        if (!consumer) continue;
        consumer->backlog(shared_from_this())->note(lane, (*sequences)[i], events[i]);
        consumer->wake();
    }
    return {};
}

// For people: lanes have no names for them. What is not "full" is trouble.
Error Guaranteed::refusal(const log::DeliveryLog& log, const Error& why) {
    if (why.status == Status::BufferTooSmall) {
        return {Status::QuotaViolation,
                "the event is too large to be guaranteed to all its bindings: " + why.message};
    }
    const bool full = why.status == Status::QuotaViolation || why.status == Status::OutOfDiskSpace;
    const std::lock_guard lock(mutex_);
    if (!full) return {why.status, "the delivery log cannot be written: " + why.message};
    std::string holds;
    std::size_t most = 0;
    for (const auto& status : log.lanes()) {
        if (status.bytes <= most) continue;
        most = status.bytes;
        for (const auto& [binding, lane] : lanes_) {
            if (lane.id == status.lane && lane.link) holds = lane.link->binding;
        }
    }
    return {why.status, fmt::format("the delivery log takes no more events: {}; most of it waits "
                                    "for the consumer of {}",
                                    why.message, holds)};
}

Result<std::vector<std::byte>> Guaranteed::message(const Promise& promise) {
    const auto log = WMI_TRY(open());
    if (!moved_) {
        return fail(Status::OutOfDiskSpace,
                    "events that were committed before wait for room in the delivery log");
    }
    auto record = encode_event(promise.binding->binding, *promise.event);
    log::LaneId lane{};
    {
        const std::lock_guard lock(mutex_);
        const auto key = base::fold(promise.binding->binding);
        if (lanes_.contains(key)) lane = lane_of(key, *log).lane;
    }
    const auto room = log->has_room(lane, record.size());
    if (!room) return fail(refusal(*log, room.error()));
    return record;
}

void Guaranteed::move_soon() {
    if (options_.outbox && !moving_soon_.exchange(true)) post({}, &Guaranteed::move_all);
}

void Guaranteed::move_all() {
    moving_soon_ = false;
    if (!options_.outbox) return;
    const std::lock_guard one_at_a_time(moving_);
    for (;;) {
        const auto more = move_some();
        moved_ = more.has_value();
        if (more && *more) continue;
        // Nobody can be refused any more: it waits where it is safe.
        if (!more && !moving_soon_.exchange(true)) post(open_again_delay, &Guaranteed::move_all);
        return;
    }
}

// True when there may be more. Appended and not yet forgotten, it comes again after a crash.
Result<bool> Guaranteed::move_some() {
    const auto messages = WMI_TRY(options_.outbox->read(messages_at_once));
    if (messages.empty()) return false;
    const auto log = WMI_TRY(open());
    // Together with one sync; where that is too much for the log, as many as it takes.
    auto moved = move(messages, *log);
    std::size_t count = moved ? messages.size() : 0;
    if (!moved) {
        while (count < messages.size()) {
            moved = move(std::span(messages).subspan(count, 1), *log);
            if (!moved) break;
            ++count;
        }
    }
    if (count > 0) WMI_TRY(options_.outbox->forget(messages[count - 1].id));
    if (!moved) return fail(moved.error());
    return messages.size() == messages_at_once;
}

Result<> Guaranteed::move(std::span<const Outbox::Message> messages, log::DeliveryLog& log) {
    std::vector<log::Entry> entries;
    std::vector<std::shared_ptr<ConsumerQueue>> consumers;
    for (const auto& message : messages) {
        const auto key = base::fold(WMI_TRY(binding_of(message.bytes)));
        const std::lock_guard lock(mutex_);
        if (loaded_ && !lanes_.contains(key)) continue;  // it was deleted meanwhile
        const auto kept = lane_of(key, log);
        entries.push_back({kept.lane, message.bytes});
        if (kept.consumer) consumers.push_back(kept.consumer);
    }
    WMI_TRY(log.append(entries));
    for (const auto& consumer : consumers) consumer->wake();
    return {};
}

void Guaranteed::acknowledge(log::LaneId lane, log::Sequence up_to) {
    const auto log = log_if_open();
    if (!log) return;
    log->acknowledge(lane, up_to);
    save_cursors_soon();
}

// What is forgotten of it by a crash is delivered once more.
void Guaranteed::save_cursors_soon() {
    if (!saving_soon_.exchange(true)) post(cursor_delay, &Guaranteed::save_cursors);
}

void Guaranteed::save_cursors() {
    saving_soon_ = false;
    const auto log = log_if_open();
    if (!log) return;
    const auto saved = log->save_cursors();
    if (saved) return;
    if (options_.observer) {
        options_.observer->on_state("delivery-log", "degraded", to_text(saved.error()));
    }
    save_cursors_soon();
}

void Guaranteed::stop() {
    if (saving_soon_) save_cursors();
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    log_ = nullptr;
    letters_.close();
}

void Guaranteed::post(base::Duration delay, void (Guaranteed::*what)()) {
    auto task = [weak = weak_from_this(), what] {
        const auto self = weak.lock();
        if (!self) return;
        const auto held = self->options_.hold ? self->options_.hold() : nullptr;
        if (held || !self->options_.hold) (self.get()->*what)();
    };
    if (delay == base::Duration::zero()) {
        options_.executor->post(std::move(task));
    } else {
        options_.executor->post_after(delay, std::move(task));
    }
}

bool Guaranteed::has_lane(const BindingLink& binding) const {
    const std::lock_guard lock(mutex_);
    return lanes_.contains(base::fold(binding.binding));
}

std::uint64_t Guaranteed::waiting(const BindingLink& binding) const {
    const std::lock_guard lock(mutex_);
    const auto found = lanes_.find(base::fold(binding.binding));
    return found == lanes_.end() || !log_ ? 0 : log_->records(found->second.id);
}

Result<> Guaranteed::bury(const BindingLink& binding, log::LaneId lane, log::Sequence sequence,
                          const Error& why, unsigned attempts) {
    const auto log = log_if_open();
    if (!log) return fail(Status::ShuttingDown, "the delivery log is not open");
    const auto before = log::Sequence{static_cast<std::uint64_t>(sequence) - 1};
    const auto records = WMI_TRY(log->read(lane, before, 1));
    if (records.empty()) return fail(Status::NotFound, "the log has it no more");
    DeadLetter letter;
    letter.buried = options_.executor->clock().wall();
    letter.filter = binding.filter;
    letter.consumer = binding.consumer;
    letter.status = why.status;
    letter.reason = why.message;
    letter.attempts = attempts;
    const auto gone = WMI_TRY(letters_.add(letter, records.front().payload));
    if (gone > 0 && options_.observer) {
        options_.observer->on_state(
            "dead-letters", "full",
            fmt::format("the {} oldest went to make room: purge or retry them in time", gone));
    }
    return {};
}

base::Duration Guaranteed::delay(unsigned failures) {
    return options_.retry.delay(failures, scramble(++jitter_));
}

Result<> Guaranteed::retry(std::uint64_t letter) {
    const auto record = WMI_TRY(letters_.record(letter));
    const auto binding = WMI_TRY(binding_of(record));
    const auto log = WMI_TRY(open());
    Kept kept;
    std::shared_ptr<BindingLink> link;
    {
        const std::lock_guard lock(mutex_);
        const auto found = lanes_.find(base::fold(binding));
        if (found == lanes_.end() || !found->second.link) {
            return fail(Status::NotFound,
                        "the binding {} of dead letter {} is no Guaranteed one any more", binding,
                        letter);
        }
        link = found->second.link;
        kept = lane_of(found->first, *log);
    }
    const log::Entry entry{kept.lane, record};
    const auto appended = log->append({&entry, 1});
    if (!appended) return fail(refusal(*log, appended.error()));
    link->counters.add(CounterTable::Field::Repeated);
    WMI_TRY(letters_.remove(letter));
    if (kept.consumer) kept.consumer->wake();
    return {};
}

}  // namespace openwmi::eventing
