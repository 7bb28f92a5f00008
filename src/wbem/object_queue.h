#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "base/executor.h"
#include "base/result.h"
#include "cim/object.h"
#include "cim/value.h"
#include "wbem/error_detail.h"

namespace openwmi::wbem {

enum class Direction : std::uint8_t {
    Bidirectional,  // everything read is kept for Reset and Clone
    ForwardOnly
};

struct ObjectQueueOptions {
    Direction direction = Direction::Bidirectional;
    // More unread bytes than this, and the client is too slow (COM-085): the queue ends. What was
    // read from a bidirectional one is not counted.
    std::size_t limit_bytes = std::size_t{64} << 20;
    cim::OriginPtr origin;  // of classes in it
    ErrorDetail detail;     // of the call that fills it, for the error object when it failed
    // Called once, when the last enumerator is released before the end (COM-086): stop producing.
    std::function<void()> on_abandoned;
};

// What an operation produces and the enumerators on it read. The producer pushes and finishes once;
// readers wait at gates of the executor, so that a simulation can run them. Thread-safe; must be
// owned by a shared_ptr. The executor must outlive it.
class ObjectQueue {
  public:
    ObjectQueue(base::Executor& executor, ObjectQueueOptions options)
        : executor_(executor), options_(std::move(options)) {}

    // False when the rest is not wanted: nobody reads any more, the client was too slow, or the
    // queue is finished.
    bool push(std::span<const cim::ObjectPtr> objects);
    // Everything that was pushed is still read; then readers get the error, or the end. Later calls
    // do nothing.
    void finish(Result<> outcome);

    // What a read at a position came to; positions count from the first object ever pushed.
    struct Reading {
        std::vector<cim::ObjectPtr> objects;
        bool ended = false;                // nothing will follow them
        std::optional<base::Error> error;  // why, unless all went well
    };
    // What is there now, at most `count`. Does not wait.
    Reading read(std::size_t position, std::size_t count);
    // Waits until `count` objects are there, the end has come, or the timeout is over.
    void wait(std::size_t position, std::size_t count, base::Duration timeout);
    // Calls back once, after the next push or the end; at once when something is at the position
    // already.
    void notify(std::size_t position, std::function<void()> changed);

    // What lies before the position counts as read; a forward-only queue forgets it.
    void discard_before(std::size_t position);
    // No enumerator is left.
    void abandon();

    base::Executor& executor() const { return executor_; }
    Direction direction() const { return options_.direction; }
    const cim::OriginPtr& origin() const { return options_.origin; }
    const ErrorDetail& detail() const { return options_.detail; }

  private:
    struct Woken {
        std::shared_ptr<base::Gate> gate;
        std::vector<std::function<void()>> callbacks;
        void wake() const;
    };
    bool is_ready(std::size_t position, std::size_t count) const;  // needs the lock
    void mark_read(std::size_t position);                          // needs the lock
    Woken take_waiting();                                          // needs the lock

    base::Executor& executor_;
    ObjectQueueOptions options_;
    mutable std::mutex mutex_;
    std::deque<cim::ObjectPtr> objects_;
    std::size_t first_ = 0;   // the position of objects_.front()
    std::size_t unread_ = 0;  // the first position that nobody has read yet
    std::size_t unread_bytes_ = 0;
    std::optional<Result<>> outcome_;
    bool abandoned_ = false;
    std::shared_ptr<base::Gate> changed_;  // where all wait; empty when nobody does
    std::vector<std::function<void()>> callbacks_;
};

}  // namespace openwmi::wbem
