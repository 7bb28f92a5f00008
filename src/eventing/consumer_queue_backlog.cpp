#include <algorithm>
#include <optional>
#include <utility>

#include "eventing/consumer_queue.h"
#include "eventing/guaranteed.h"
#include "eventing/self_events.h"

// How a consumer's queue delivers what is Guaranteed: in the same turns as the rest, from the log.
namespace openwmi::eventing {

namespace {

bool carries_self_event(const Backlog::Due& due) {
    return due.event && due.event->self_event;
}

}  // namespace

std::shared_ptr<Backlog> ConsumerQueue::backlog(const std::shared_ptr<Guaranteed>& owner) {
    const std::lock_guard lock(mutex_);
    if (!backlog_) backlog_ = std::make_shared<Backlog>(owner);
    return backlog_;
}

std::shared_ptr<Backlog> ConsumerQueue::backlog() const {
    const std::lock_guard lock(mutex_);
    return backlog_;
}

void ConsumerQueue::wake() {
    const std::lock_guard lock(mutex_);
    if (!scheduled_ && !retired_) schedule();
}

// It took something, or somebody mended it: what waits for another attempt need not wait.
void ConsumerQueue::is_back() {
    const auto backlog = this->backlog();
    if (backlog && backlog->retry_now()) wake();
}

// On its turn. What is not delivered because the service stops stays in the log.
void ConsumerQueue::deliver_guaranteed() {
    const auto backlog = this->backlog();
    if (!backlog || environment_->stopping) return;
    const auto held = environment_->hold();
    {
        const std::lock_guard lock(mutex_);
        if (retired_ || !held) return;
    }
    const auto due = backlog->take(environment_->batch_events);
    if (due.empty()) return;
    const auto is_ordinary = [](const Backlog::Due& each) {
        return each.event && !each.binding->observed && check_context({each.event, each.binding});
    };
    for (std::span left(due); !left.empty();) {
        const auto end = std::ranges::find_if_not(left, is_ordinary);
        const auto ordinary = static_cast<std::size_t>(end - left.begin());
        const auto& first = left.front();
        const std::size_t count = std::max<std::size_t>(ordinary, 1);
        if (ordinary == 0 && first.event && first.binding->observed) {
            observe(*backlog, first);
        } else if (!deliver(*backlog, left.first(count))) {
            return;
        }
        left = left.subspan(count);
    }
}

// One call; false when it failed.
bool ConsumerQueue::deliver(Backlog& backlog, std::span<const Backlog::Due> due) {
    std::optional<SelfEventDelivery> scope;
    if (std::ranges::any_of(due, carries_self_event)) scope.emplace();
    const auto& clock = environment_->executor->clock();
    const auto begin = clock.steady();
    auto reached = Backlog::Reached::Yes;
    Result<> outcome;
    if (!due.front().event) {
        outcome = fail(due.front().unreadable);
    } else if (auto allowed = check_context({due.front().event, due.front().binding}); !allowed) {
        outcome = std::move(allowed);
    } else if (auto consumer = physical(); !consumer) {
        outcome = fail(consumer.error());
        reached = Backlog::Reached::No;
    } else {
        std::vector<EventPtr> events;
        for (const auto& each : due) events.push_back(each.event);
        outcome = call(*consumer, events);
    }
    const auto duration = clock.steady() - begin;
    const auto settled = backlog.settle(due, outcome, reached);
    for (std::size_t i = 0; i < due.size(); ++i)
        record(due[i], settled.fates[i], outcome, duration);
    wake_after(settled.wait);
    return outcome.has_value();
}

// Zero: nothing is waited for.
void ConsumerQueue::wake_after(base::Duration wait) {
    if (wait <= base::Duration::zero()) return;
    environment_->executor->post_after(wait, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->wake();
    });
}

void ConsumerQueue::record(const Backlog::Due& due, Backlog::Fate fate, const Result<>& outcome,
                           base::Duration duration) {
    using Field = CounterTable::Field;
    using Outcome = HistoryEntry::Outcome;
    auto& binding = *due.binding;
    auto result = Outcome::Delivered;
    switch (fate) {
        case Backlog::Fate::Delivered:
            binding.counters.add(Field::Delivered);
            binding.set_last_delivery(environment_->executor->clock().wall());
            break;
        case Backlog::Fate::WillRetry:
            binding.counters.add(Field::Retried);
            result = Outcome::WillRetry;
            break;
        case Backlog::Fate::DeadLettered:
            binding.counters.add(Field::DeadLettered);
            result = Outcome::DeadLettered;
            break;
        case Backlog::Fate::Gone: result = outcome ? Outcome::Delivered : Outcome::Dropped; break;
    }
    if (!outcome) binding.set_last_error(to_text(outcome.error()));
    environment_->remember(due.event, binding, result, outcome, duration, due.attempt);
    if (!due.event) return;
    if (environment_->observer) {
        environment_->observer->on_delivered(
            {*due.event, binding.consumer, binding.filter, outcome, duration});
    }
    if (fate == Backlog::Fate::DeadLettered) {
        environment_->on_given_up(due.event, logical(), outcome.error());
    } else if (fate == Backlog::Fate::WillRetry && due.attempt == 1) {
        environment_->on_failure(due.event, logical(), outcome.error());  // told once
    }
}

}  // namespace openwmi::eventing
