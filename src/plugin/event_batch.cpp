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

// As long as it lives, this thread is the one that sends. Comes and goes with the lock held.
class EventBatch::Sending {
  public:
    explicit Sending(EventBatch& batch) : batch_(batch) {
        batch_.sending_ = true;
        batch_.sender_ = std::this_thread::get_id();
    }
    ~Sending() {
        batch_.sending_ = false;
        batch_.sender_ = {};
        if (const auto ended = std::exchange(batch_.ended_, nullptr)) ended->open();
    }
    Sending(const Sending&) = delete;
    Sending& operator=(const Sending&) = delete;

  private:
    EventBatch& batch_;
};

Result<> EventBatch::flush() {
    Result<> outcome;
    std::unique_lock lock(mutex_);
    wanted_ = true;
    if (sending_) return outcome;
    const Sending mine(*this);
    for (int round = 0; wanted_; ++round) {
        if (round >= most_rounds && leave_to_executor()) break;
        wanted_ = false;
        send_held(lock, outcome);
    }
    return outcome;
}

// Called with the lock held, which it has again when it ends, however it does.
void EventBatch::send_held(std::unique_lock<std::mutex>& lock, Result<>& outcome) {
    auto events = std::exchange(held_, {});
    held_bytes_ = 0;
    const auto timer = std::exchange(timer_, base::TimerId{});
    lock.unlock();
    try {
        if (timer != base::TimerId{}) executor_.cancel(timer);
        while (!events.empty()) {
            const auto event = std::move(events.front());
            events.pop_front();
            if (auto sent = send_(event); !sent && outcome) outcome = std::move(sent);
        }
    } catch (...) {
        lock.lock();
        hold_again(events);
        throw;
    }
    lock.lock();
}

// Called with the lock held.
void EventBatch::hold_again(Events& events) {
    for (const auto& event : events) held_bytes_ += event->memory_bytes();
    held_.splice(held_.begin(), events);
}

// The task keeps the batch: the sink that had it may be gone, and its events are not. False: the
// executor has stopped and takes nothing. Called with the lock held.
bool EventBatch::leave_to_executor() {
    return executor_.post([self = shared_from_this()] { (void)self->flush(); });
}

void EventBatch::finish(base::Duration patience) {
    (void)flush();  // counted by `send`
    std::shared_ptr<base::Gate> ended;
    {
        const std::lock_guard lock(mutex_);
        if (!sending_ || sender_ == std::this_thread::get_id()) return;
        if (!ended_) ended_ = executor_.make_gate();
        ended = ended_;
    }
    ended->wait(patience);
    (void)flush();  // what that thread left to the executor
}

}  // namespace openwmi::plugin
