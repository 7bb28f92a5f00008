#include "eventing/temporary.h"

#include <utility>
#include <vector>

namespace openwmi::eventing {

TemporaryQueue::TemporaryQueue(base::Executor& executor, std::shared_ptr<Receiver> receiver,
                               std::size_t limit_bytes, Watch watch)
    : executor_(executor),
      watch_(std::move(watch)),
      receiver_(std::move(receiver)),
      queue_(limit_bytes) {}

void TemporaryQueue::open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    schedule();
}

void TemporaryQueue::enqueue(const EventPtr& event) {
    const std::lock_guard lock(mutex_);
    if (!receiver_ || end_) return;
    if (waiting_.arrive(nullptr, *event) != WaitingFirings::Verdict::Queue) return;
    EventPtr copy = event;
    if (queue_.push(std::move(copy), event->instance->memory_bytes())) {
        waiting_.entered(nullptr, *event);
    } else {
        const auto bytes = event->instance->memory_bytes();
        end_ = Error{Status::QueueOverflow,
                     queue_.empty()
                         ? fmt::format("an event of {} bytes is more than may wait for a "
                                       "subscriber",
                                       bytes)
                         : fmt::format("the subscriber is too slow: {} bytes of events wait for it",
                                       queue_.bytes())};
    }
    schedule();
}

void TemporaryQueue::schedule() {
    if (!open_ || std::exchange(scheduled_, true)) return;
    executor_.post([self = shared_from_this()] { self->pump(); });
}

void TemporaryQueue::pump() {
    std::vector<EventPtr> events;
    std::shared_ptr<Receiver> receiver;
    std::optional<Error> end;
    {
        const std::lock_guard lock(mutex_);
        scheduled_ = false;
        // A call in progress further up this stack, or on another thread, goes on with what is here
        // now.
        if (!receiver_ || receiving_) return;
        receiver = receiver_;
        while (auto event = queue_.pop()) {
            const auto joined = waiting_.leave(nullptr, **event);
            events.push_back(with_more_firings(*event, joined.firings));
        }
        receiving_ = true;
    }
    if (!events.empty()) hand_over(*receiver, events);
    {
        const std::lock_guard lock(mutex_);
        receiving_ = false;
        if (!receiver_) return;  // closed meanwhile
        if (!queue_.empty()) return schedule();
        end = end_;
        if (end) receiver_ = nullptr;
    }
    if (end) receiver->ended(*end);
}

void TemporaryQueue::hand_over(Receiver& receiver, std::span<const EventPtr> events) const {
    const auto begin = executor_.clock().steady();
    receiver.receive(events);
    if (watch_) watch_(events.size(), executor_.clock().steady() - begin);
}

void TemporaryQueue::close() {
    std::shared_ptr<Receiver> old;
    const std::lock_guard lock(mutex_);
    old = std::exchange(receiver_, nullptr);
}

void TemporaryQueue::end(Error why) {
    const std::lock_guard lock(mutex_);
    if (!receiver_ || end_) return;
    end_ = std::move(why);
    schedule();
}

}  // namespace openwmi::eventing
