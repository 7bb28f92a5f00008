#include "wbem/object_queue.h"

#include <algorithm>
#include <limits>

namespace openwmi::wbem {
namespace {

std::size_t end_of(std::size_t position, std::size_t count) {
    const std::size_t most = std::numeric_limits<std::size_t>::max();
    return count > most - position ? most : position + count;
}

}  // namespace

void ObjectQueue::Woken::wake() const {
    if (gate) gate->open();
    for (const auto& callback : callbacks) callback();
}

ObjectQueue::Woken ObjectQueue::take_waiting() {
    return {std::exchange(changed_, nullptr), std::exchange(callbacks_, {})};
}

bool ObjectQueue::push(std::span<const cim::ObjectPtr> objects) {
    Woken woken;
    bool wanted = true;
    {
        const std::lock_guard lock(mutex_);
        if (abandoned_ || outcome_) return false;
        for (const cim::ObjectPtr& object : objects) {
            unread_bytes_ += object->memory_bytes();
            objects_.push_back(object);
        }
        if (unread_bytes_ > options_.limit_bytes) {
            wanted = false;
            outcome_ = fail(Status::ClientTooSlow,
                            "{} objects, more than {} bytes, were waiting to be read",
                            first_ + objects_.size() - unread_, options_.limit_bytes);
        }
        woken = take_waiting();
    }
    woken.wake();
    return wanted;
}

void ObjectQueue::finish(Result<> outcome) {
    Woken woken;
    {
        const std::lock_guard lock(mutex_);
        if (!outcome_) outcome_ = std::move(outcome);
        woken = take_waiting();
    }
    woken.wake();
}

void ObjectQueue::mark_read(std::size_t position) {
    const std::size_t end = std::min(position, first_ + objects_.size());
    for (; unread_ < end; ++unread_) unread_bytes_ -= objects_[unread_ - first_]->memory_bytes();
}

ObjectQueue::Reading ObjectQueue::read(std::size_t position, std::size_t count) {
    const std::lock_guard lock(mutex_);
    Reading reading;
    const std::size_t end = first_ + objects_.size();
    const std::size_t stop = std::min(end_of(position, count), end);
    for (std::size_t at = std::max(position, first_); at < stop; ++at) {
        reading.objects.push_back(objects_[at - first_]);
    }
    mark_read(stop);
    reading.ended = outcome_ && stop == end;
    if (reading.ended && !*outcome_) reading.error = outcome_->error();
    return reading;
}

bool ObjectQueue::is_ready(std::size_t position, std::size_t count) const {
    return outcome_ || abandoned_ || end_of(position, count) <= first_ + objects_.size();
}

void ObjectQueue::wait(std::size_t position, std::size_t count, base::Duration timeout) {
    const bool for_ever = timeout == base::Duration::max();
    const base::SteadyTime start = executor_.clock().steady();
    for (;;) {
        base::Duration left = timeout;
        if (!for_ever) left -= executor_.clock().steady() - start;
        std::shared_ptr<base::Gate> changed;
        {
            const std::lock_guard lock(mutex_);
            if (is_ready(position, count) || left <= base::Duration::zero()) return;
            if (!changed_) changed_ = executor_.make_gate();
            changed = changed_;
        }
        if (!changed->wait(left)) return;
    }
}

void ObjectQueue::notify(std::size_t position, std::function<void()> changed) {
    {
        const std::lock_guard lock(mutex_);
        if (!is_ready(position, 1)) {
            callbacks_.push_back(std::move(changed));
            return;
        }
    }
    changed();
}

void ObjectQueue::discard_before(std::size_t position) {
    std::vector<cim::ObjectPtr> discarded;  // destroyed without the lock
    const std::lock_guard lock(mutex_);
    mark_read(position);
    if (options_.direction == Direction::Bidirectional) return;
    for (; first_ < position && !objects_.empty(); ++first_) {
        discarded.push_back(std::move(objects_.front()));
        objects_.pop_front();
    }
}

void ObjectQueue::abandon() {
    Woken woken;
    std::function<void()> stop;
    {
        const std::lock_guard lock(mutex_);
        if (abandoned_) return;
        abandoned_ = true;
        if (!outcome_) stop = std::exchange(options_.on_abandoned, nullptr);
        woken = take_waiting();
    }
    woken.wake();
    if (stop) stop();
}

}  // namespace openwmi::wbem
