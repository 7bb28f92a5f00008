#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

namespace openwmi::base {

// A FIFO that is bounded in bytes, not in items: push refuses what would exceed the limit. An item
// larger than the whole limit is refused even when the queue is empty. Not thread-safe: confined to
// its owner's strand or lock.
template <class T>
class BoundedQueue {
  public:
    // limit in bytes.
    explicit BoundedQueue(std::size_t limit) : limit_(limit) {}

    // False when it does not fit; the item is untouched then.
    bool push(T&& item, std::size_t bytes) {
        if (bytes_ > limit_ || bytes > limit_ - bytes_) return false;
        items_.emplace_back(std::move(item), bytes);
        bytes_ += bytes;
        return true;
    }
    std::optional<T> pop() {
        if (items_.empty()) return std::nullopt;
        auto [item, bytes] = std::move(items_.front());
        items_.pop_front();
        bytes_ -= bytes;
        return std::optional<T>(std::move(item));
    }
    // A lower limit takes nothing away: what is queued stays, new items wait until it has shrunk.
    void set_limit(std::size_t limit) { limit_ = limit; }

    bool empty() const { return items_.empty(); }
    std::size_t size() const { return items_.size(); }
    std::size_t bytes() const { return bytes_; }
    std::size_t limit() const { return limit_; }

  private:
    std::deque<std::pair<T, std::size_t>> items_;
    std::size_t limit_;
    std::size_t bytes_ = 0;
};

}  // namespace openwmi::base
