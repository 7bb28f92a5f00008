#include "eventing/consumer_queue.h"

#include <unistd.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "eventing/self_events.h"

namespace openwmi::eventing {

namespace {

thread_local unsigned depth_of_this_thread = 0;

// What a queued event costs beyond its instance.
constexpr std::size_t item_overhead_bytes = 160;

std::size_t bytes_of(const ConsumerQueue::Item& item) {
    return item.event->instance->memory_bytes() + item_overhead_bytes;
}

bool carries_self_event(const ConsumerQueue::Item& item) {
    return item.event->self_event;
}

// Late firings are received once the consumer is there again (SYS-043).
bool waits_for_consumer(const ConsumerQueue::Item& item) {
    return item.event->timer && !item.event->timer->skip_if_passed;
}

}  // namespace

unsigned delivery_depth() {
    return depth_of_this_thread;
}

void BindingLink::set_last_delivery(base::WallTime time) {
    last_delivery = time.ticks;
    recovered_ = true;
}

void BindingLink::set_last_error(std::string text) {
    const std::lock_guard lock(mutex_);
    last_error_ = std::move(text);
    recovered_ = false;
}

std::string BindingLink::last_error() const {
    const std::lock_guard lock(mutex_);
    return last_error_;
}

HistoryEntry DeliveryEnvironment::entry_of(const EventPtr& event, const BindingLink& binding,
                                           HistoryEntry::Outcome outcome, unsigned attempt) const {
    HistoryEntry entry;
    entry.time = executor->clock().wall();
    entry.binding = binding.binding;
    entry.filter = binding.filter;
    entry.consumer = binding.consumer;
    if (event) {
        entry.event_class = event->instance->class_of().name().text();
        entry.event = event->id;
    }
    entry.outcome = outcome;
    entry.attempt = attempt;
    return entry;
}

void DeliveryEnvironment::remember(const EventPtr& event, const BindingLink& binding,
                                   HistoryEntry::Outcome outcome, const Result<>& result,
                                   base::Duration duration, unsigned attempt) {
    auto entry = entry_of(event, binding, outcome, attempt);
    if (!result) {
        entry.status = result.error().status;
        entry.reason = result.error().message;
    }
    entry.duration = duration;
    history.add(std::move(entry));
}

std::size_t queue_limit(const cim::Instance& logical) {
    const auto value = logical.find("MaximumQueueSize");
    const auto* bytes = value ? value->get_if<std::uint64_t>() : nullptr;
    return bytes && *bytes != 0 ? static_cast<std::size_t>(*bytes)
                                : std::numeric_limits<std::size_t>::max();
}

// The right to call the physical consumer, for as long as this lives. The pump gets it when it is
// free. An outermost raiser waits for it; a thread inside a delivery gets it only when it is free
// or already its own.
class ConsumerQueue::Turn {
  public:
    Turn(ConsumerQueue& queue, Caller caller) : queue_(queue) {
        const auto me = std::this_thread::get_id();
        std::unique_lock lock(queue_.mutex_);
        const auto free = [&] {
            return queue_.turn_depth_ == 0 || (caller != Caller::Pump && queue_.turn_owner_ == me);
        };
        if (caller == Caller::OutermostRaiser) queue_.turn_changed_.wait(lock, free);
        if (!free()) {
            queue_.pump_waits_ = queue_.pump_waits_ || caller == Caller::Pump;
            return;
        }
        queue_.turn_owner_ = me;
        ++queue_.turn_depth_;
        has_it_ = true;
        ++depth_of_this_thread;
    }
    ~Turn() {
        if (!has_it_) return;
        --depth_of_this_thread;
        queue_.give_up_turn();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    explicit operator bool() const { return has_it_; }

  private:
    ConsumerQueue& queue_;
    bool has_it_ = false;
};

ConsumerQueue::ConsumerQueue(std::shared_ptr<DeliveryEnvironment> environment,
                             cim::NamespacePath ns, cim::InstancePtr logical)
    : environment_(std::move(environment)),
      name_space_(std::move(ns)),
      logical_(std::move(logical)),
      queue_(queue_limit(*logical_)) {}

ConsumerQueue::~ConsumerQueue() {
    environment_->queued_bytes -= queue_.bytes();
}

void ConsumerQueue::enqueue(Item item) {
    const std::size_t bytes = bytes_of(item);
    std::size_t queued = 0;
    bool retired = false;
    bool skipped = false;
    {
        const std::lock_guard lock(mutex_);
        const auto* binding = item.binding.get();
        const auto& event = *item.event;
        const auto verdict = waiting_.arrive(binding, event, 1 + item.joined);
        if (verdict == WaitingFirings::Verdict::Joined) return;
        skipped = verdict == WaitingFirings::Verdict::Skipped;
        if (!skipped && !retired_ && queue_.push(std::move(item), bytes)) {
            waiting_.entered(binding, event);
            environment_->queued_bytes += bytes;
            if (!scheduled_) schedule();
            return;
        }
        retired = retired_;
        queued = queue_.bytes();
    }
    // A queue that refuses an item leaves it as it was. NOLINTNEXTLINE(bugprone-use-after-move)
    const auto& consumer = item.binding->consumer;
    auto cause = DropCause::QueueFull;
    Error why{Status::QueueOverflow,
              fmt::format("the queue of {} is full ({} bytes)", consumer, queued)};
    if (retired) {
        cause = DropCause::Gone;
        why = {Status::CallCancelled, "the consumer is gone"};
    }
    if (skipped) {
        cause = DropCause::TimerSkipped;
        why = {Status::TimedOut, "the timer's last event still waits (SkipIfPassed)"};
    }
    item.binding->counters.drop(cause);
    tell_of_drop(std::move(item), std::move(why), queued);
}

// Queues are filled under the repository's lock at times: the news travels on its own.
void ConsumerQueue::tell_of_drop(Item item, Error why, std::size_t queued) {
    environment_->executor->post([environment = environment_, item = std::move(item),
                                  why = std::move(why), logical = logical(), queued] {
        item.binding->set_last_error(to_text(why));
        environment->remember(item.event, *item.binding, HistoryEntry::Outcome::Dropped, fail(why),
                              {});
        if (environment->observer) {
            environment->observer->on_dropped(*item.event, item.binding->consumer, why);
        }
        if (why.status == Status::QueueOverflow) {
            environment->on_overflow(item.event, logical, queued);
        }
    });
}

// Called with the lock held.
void ConsumerQueue::schedule() {
    scheduled_ = environment_->executor->post([self = shared_from_this()] { self->pump(); });
}

void ConsumerQueue::give_up_turn() {
    const std::lock_guard lock(mutex_);
    if (--turn_depth_ != 0) return;
    if (std::exchange(pump_waits_, false)) schedule();
    turn_changed_.notify_one();
}

// Never waits for its turn: a thread of the executor is not to be parked for a delivery that runs
// elsewhere.
void ConsumerQueue::pump() {
    bool delivered = false;
    std::size_t kept = 0;
    {
        const Turn turn(*this, Caller::Pump);
        if (!turn) return;
        const auto items = take_batch();
        if (!items.empty()) kept = deliver(items, Caller::Pump);
        delivered = !items.empty();
        deliver_guaranteed();
    }
    {
        const std::lock_guard lock(mutex_);
        scheduled_ = false;
        // Something came while the consumer was at work: from now on it gets batches until it has
        // caught up (DLV-017). What could not be delivered just now is not tried again at once.
        const bool more = queue_.size() > kept;
        lagging_ = delivered && more;
        if (more) schedule();
    }
    // Who woke it for more that is Guaranteed may have found it scheduled. Asked without the lock:
    // the log's owner calls us with his.
    const auto guaranteed = backlog();
    if (guaranteed && !environment_->stopping && guaranteed->is_due()) wake();
}

void ConsumerQueue::retry() {
    const auto guaranteed = backlog();
    const bool waited = guaranteed && guaranteed->retry_now();
    const std::lock_guard lock(mutex_);
    if (!scheduled_ && !retired_ && (waited || !queue_.empty())) schedule();
}

// Called with the lock held.
std::optional<ConsumerQueue::Item> ConsumerQueue::pop() {
    auto item = queue_.pop();
    if (!item) return item;
    const auto [events, firings] = waiting_.leave(item->binding.get(), *item->event);
    item->joined += events;
    item->event = with_more_firings(item->event, firings);
    return item;
}

std::vector<ConsumerQueue::Item> ConsumerQueue::take_batch() {
    const std::lock_guard lock(mutex_);
    const std::size_t most = lagging_ ? environment_->batch_events : 1;
    const std::size_t before = queue_.bytes();
    std::vector<Item> items;
    while (items.size() < most) {
        auto item = pop();
        if (!item) break;
        items.push_back(std::move(*item));
    }
    environment_->queued_bytes -= before - queue_.bytes();
    return items;
}

void ConsumerQueue::deliver_now(const Item& item) {
    if (delivery_depth() >= max_delivery_depth) {
        return drop(
            item, DropCause::TooDeep,
            Error{Status::ServerTooBusy,
                  fmt::format("synchronous deliveries are {} levels deep", max_delivery_depth)});
    }
    {
        const Turn turn(*this,
                        delivery_depth() == 0 ? Caller::OutermostRaiser : Caller::NestedRaiser);
        if (turn) return void(deliver({&item, 1}, Caller::OutermostRaiser));
    }
    enqueue(item);
}

// Why an event is not delivered any more, or nothing.
std::optional<ConsumerQueue::Obstacle> ConsumerQueue::obstacle(const Item& item) const {
    if (environment_->stopping) {
        return Obstacle{
            DropCause::Stopped,
            {Status::ShuttingDown, "the service stopped before the event was delivered"}};
    }
    if (!item.binding->live) {
        return Obstacle{DropCause::Gone, {Status::CallCancelled, "the binding was deleted"}};
    }
    const std::lock_guard lock(mutex_);
    if (!retired_) return std::nullopt;
    return Obstacle{DropCause::Gone, {Status::CallCancelled, "the consumer is gone"}};
}

// Gives the number of items that are back in the queue, because their consumer was not there.
std::size_t ConsumerQueue::deliver(std::span<const Item> items, Caller caller) {
    std::vector<EventPtr> events;
    std::vector<const Item*> live;
    std::optional<SelfEventDelivery> scope;
    if (std::ranges::any_of(items, carries_self_event)) scope.emplace();
    const auto held = environment_->hold();
    for (const auto& item : items) {
        if (const auto why = obstacle(item)) {
            drop(item, why->cause, why->why);
        } else if (!held) {
            drop(item, DropCause::Stopped, Error{Status::ShuttingDown, "the service is gone"});
        } else if (item.binding->observed) {
            observe(item);
        } else if (const auto allowed = check_context(item); !allowed) {
            record(item, allowed, {}, caller);
        } else {
            events.push_back(item.event);
            live.push_back(&item);
        }
    }
    if (events.empty()) return 0;

    const auto& clock = environment_->executor->clock();
    const auto begin = clock.steady();
    Result<> outcome;
    std::size_t kept = 0;
    if (auto consumer = physical(); !consumer) {
        kept = keep(live, consumer.error());
        std::erase_if(live, [](const Item* item) { return waits_for_consumer(*item); });
        outcome = fail(consumer.error());
    } else {
        outcome = call(*consumer, events);
    }
    const auto duration = clock.steady() - begin;
    for (const Item* item : live) record(*item, outcome, duration, caller);
    if (outcome) is_back();
    return kept;
}

// Providers and consumers run as the service: its own context is the one to be maintained. That of
// another raiser cannot be taken on, and is not replaced by ours.
Result<> ConsumerQueue::check_context(const Item& item) {
    const auto& raiser = item.event->raiser;
    if (!item.binding->keeps_context || !raiser) return {};
    if (raiser->identity.is_service() || raiser->identity.uid() == ::geteuid()) return {};
    return fail(Status::AccessDenied,
                "MaintainSecurityContext: the event was raised by {}, and consumers run as the "
                "service in this release",
                raiser->identity.name());
}

std::size_t ConsumerQueue::keep(std::span<const Item* const> items, const Error& why) {
    std::size_t kept = 0;
    for (const Item* item : items) {
        if (!waits_for_consumer(*item)) continue;
        item->binding->set_last_error(to_text(why));
        if (const auto refusal = keep(*item)) {
            drop(*item, refusal->cause, refusal->why);
        } else {
            ++kept;
        }
    }
    return kept;
}

// Why it cannot be kept, or nothing.
std::optional<ConsumerQueue::Obstacle> ConsumerQueue::keep(const Item& item) {
    const std::lock_guard lock(mutex_);
    if (retired_) return Obstacle{DropCause::Gone, {Status::CallCancelled, "the consumer is gone"}};
    const auto bytes = bytes_of(item);
    const auto verdict = waiting_.arrive(item.binding.get(), *item.event, 1 + item.joined);
    if (verdict == WaitingFirings::Verdict::Joined) return std::nullopt;
    Item copy = item;
    if (!queue_.push(std::move(copy), bytes)) {
        return Obstacle{
            DropCause::QueueFull,
            {Status::QueueOverflow, "the queue filled while the consumer was not there"}};
    }
    waiting_.entered(item.binding.get(), *item.event);
    environment_->queued_bytes += bytes;
    return std::nullopt;
}

Result<std::shared_ptr<PhysicalConsumer>> ConsumerQueue::physical() {
    cim::InstancePtr logical;
    {
        const std::lock_guard lock(mutex_);
        used_ = true;
        if (physical_) return physical_;
        logical = logical_;
    }
    auto found = WMI_TRY(environment_->consumers->find_consumer(name_space_, logical));
    const std::lock_guard lock(mutex_);
    if (logical_ == logical && !retired_) physical_ = found;
    return found;
}

// One that has lost its process is not asked again: the next event finds another (DLV-032).
void ConsumerQueue::let_go(const std::shared_ptr<PhysicalConsumer>& consumer, const Error& why) {
    if (why.status != Status::RpcDisconnected) return;
    std::shared_ptr<PhysicalConsumer> gone;
    {
        const std::lock_guard lock(mutex_);
        if (physical_ == consumer) gone = std::exchange(physical_, nullptr);
    }
    release(std::move(gone));
}

Result<> ConsumerQueue::call(const std::shared_ptr<PhysicalConsumer>& consumer,
                             std::span<const EventPtr> events) {
    auto outcome = consumer->consume(logical(), events);
    if (!outcome) let_go(consumer, outcome.error());
    return outcome;
}

void ConsumerQueue::record(const Item& item, const Result<>& outcome, base::Duration duration,
                           Caller caller) {
    auto& binding = *item.binding;
    if (outcome) {
        binding.counters.add(CounterTable::Field::Delivered, 1 + item.joined);
        binding.set_last_delivery(environment_->executor->clock().wall());
    } else {
        binding.counters.add(CounterTable::Field::Failed, 1 + item.joined);
        binding.set_last_error(to_text(outcome.error()));
    }
    environment_->remember(
        item.event, binding,
        outcome ? HistoryEntry::Outcome::Delivered : HistoryEntry::Outcome::Failed, outcome,
        duration);
    if (environment_->observer) {
        environment_->observer->on_delivered({*item.event, binding.consumer, binding.filter,
                                              outcome, duration, caller != Caller::Pump});
    }
    if (!outcome) environment_->on_failure(item.event, logical(), outcome.error());
}

void ConsumerQueue::drop(const Item& item, DropCause cause, const Error& why) {
    item.binding->counters.drop(cause, 1 + item.joined);
    environment_->remember(item.event, *item.binding, HistoryEntry::Outcome::Dropped, fail(why),
                           {});
    if (environment_->observer) {
        environment_->observer->on_dropped(*item.event, item.binding->consumer, why);
    }
}

void ConsumerQueue::redefine(cim::InstancePtr logical) {
    std::shared_ptr<PhysicalConsumer> old;
    {
        const std::lock_guard lock(mutex_);
        logical_ = std::move(logical);
        queue_.set_limit(queue_limit(*logical_));
        old = std::exchange(physical_, nullptr);
    }
    release(std::move(old));
    retry();
}

// It may be a stranger's, whose destruction takes its time.
void ConsumerQueue::release(std::shared_ptr<PhysicalConsumer> physical) {
    if (!physical) return;
    environment_->executor->post([physical = std::move(physical)]() mutable { physical.reset(); });
}

void ConsumerQueue::retire() {
    std::vector<Item> left;
    std::shared_ptr<PhysicalConsumer> old;
    {
        const std::lock_guard lock(mutex_);
        retired_ = true;
        environment_->queued_bytes -= queue_.bytes();
        while (auto item = pop()) left.push_back(std::move(*item));
        old = std::exchange(physical_, nullptr);
    }
    for (const auto& item : left) {
        drop(item, DropCause::Gone, Error{Status::CallCancelled, "the consumer is gone"});
    }
    release(std::move(old));
}

bool ConsumerQueue::release_if_idle() {
    std::shared_ptr<PhysicalConsumer> old;
    const std::lock_guard lock(mutex_);
    if (std::exchange(used_, false) || turn_depth_ != 0 || !queue_.empty()) return false;
    old = std::exchange(physical_, nullptr);
    return old != nullptr;
}

cim::InstancePtr ConsumerQueue::logical() const {
    const std::lock_guard lock(mutex_);
    return logical_;
}

std::size_t ConsumerQueue::queued_events() const {
    const std::lock_guard lock(mutex_);
    return queue_.size();
}

std::size_t ConsumerQueue::queued_bytes() const {
    const std::lock_guard lock(mutex_);
    return queue_.bytes();
}

bool ConsumerQueue::is_behind(std::size_t low_threshold) const {
    const std::lock_guard lock(mutex_);
    if (queue_.empty()) return false;
    return queue_.bytes() > queue_.limit() / 2 || environment_->queued_bytes > low_threshold;
}

bool ConsumerQueue::is_idle() const {
    const std::lock_guard lock(mutex_);
    return !scheduled_ && turn_depth_ == 0;
}

}  // namespace openwmi::eventing
