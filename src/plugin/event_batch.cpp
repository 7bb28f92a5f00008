#include "plugin/event_batch.h"

#include <algorithm>
#include <utility>

namespace openwmi::plugin {
namespace {

constexpr std::size_t largest_batch_bytes = std::size_t{4} << 20;
constexpr std::size_t most_held_bytes = 4 * largest_batch_bytes;
// Of what comes while it sends; others' events must not keep a thread for ever.
constexpr int most_rounds = 16;

}  // namespace

void EventBatch::set(Batching batching) {
    batching.bytes = std::min(batching.bytes, largest_batch_bytes);
    {
        const std::lock_guard lock(mutex_);
        batching_ = batching;
    }
    (void)flush();  // whose events are refused is counted by who sends them
}

bool EventBatch::holds() const {
    const std::lock_guard lock(mutex_);
    return batching_.holds || sending_ || !held_.empty();
}

bool EventBatch::has_room() const {
    const std::lock_guard lock(mutex_);
    return held_bytes_ <= most_held_bytes;
}

// Called with the lock held.
bool EventBatch::is_full() const {
    return !batching_.holds || held_bytes_ >= batching_.bytes;
}

Result<> EventBatch::take(std::vector<cim::InstancePtr> events) {
    {
        const std::lock_guard lock(mutex_);
        for (auto& event : events) {
            held_bytes_ += event->memory_bytes();
            held_.push_back(std::move(event));
        }
        if (!is_full()) {
            if (timer_ == base::TimerId{} && batching_.latency) {
                timer_ = executor_.post_after(*batching_.latency, [weak = weak_from_this()] {
                    if (const auto self = weak.lock()) (void)self->flush();  // counted by `send`
                });
            }
            return {};
        }
    }
    return flush();
}

Result<> EventBatch::flush() {
    Result<> outcome;
    std::unique_lock lock(mutex_);
    wanted_ = true;
    if (std::exchange(sending_, true)) return outcome;
    for (int round = 0; wanted_ && round < most_rounds; ++round) {
        wanted_ = false;
        const auto events = std::exchange(held_, {});
        held_bytes_ = 0;
        const auto timer = std::exchange(timer_, base::TimerId{});
        lock.unlock();
        if (timer != base::TimerId{}) executor_.cancel(timer);
        for (const auto& event : events) {
            if (auto sent = send_(event); !sent && outcome) outcome = std::move(sent);
        }
        lock.lock();
    }
    sending_ = false;
    if (wanted_) {
        executor_.post([weak = weak_from_this()] {
            if (const auto self = weak.lock()) (void)self->flush();  // counted by `send`
        });
    }
    return outcome;
}

}  // namespace openwmi::plugin
