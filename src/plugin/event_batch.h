#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/executor.h"
#include "base/result.h"
#include "cim/instance.h"

namespace openwmi::plugin {

// When the events of one sink travel on (COM-101, 102). Value.
struct Batching {
    bool holds = false;     // until one of these is reached; else they go at once (OD-035)
    std::size_t bytes = 0;  // 4 MiB at most
    std::optional<base::Duration> latency;  // of the first that is held; empty: any time
};

// The events that a sink holds back because its provider asked for that (DLV-019). They go on in
// the order in which they came, on the thread that brings enough of them, or on the executor when
// their time is over. What `send` throws is thrown on; the events behind stay held, and go on with
// the next. Thread-safe; owned by a shared_ptr.
class EventBatch : public std::enable_shared_from_this<EventBatch> {
  public:
    using Send = std::function<Result<>(const cim::InstancePtr&)>;
    EventBatch(base::Executor& executor, Send send) : executor_(executor), send_(std::move(send)) {}

    // What is held goes on.
    void set(Batching batching);
    // Is it its turn to have the events? What comes after those that are on their way must not
    // overtake them.
    bool holds() const;
    // False while too much is held because what went on before takes its time.
    bool has_room() const;
    // Fails as `send` does, for what goes on now.
    Result<> take(std::vector<cim::InstancePtr> events);
    // Sends what is held. While another thread does so, leaves it to that one; what comes all the
    // time is left to the executor.
    Result<> flush();
    // Sends what is held, and waits while another thread does so: `patience` at most, as what it
    // sends to may block for ever. Within `send` it does not wait.
    void finish(base::Duration patience);

  private:
    using Events = std::list<cim::InstancePtr>;

    class Sending;

    bool is_full() const;
    void send_held(std::unique_lock<std::mutex>& lock, Result<>& outcome);
    void hold_again(Events& events);
    bool leave_to_executor();

    base::Executor& executor_;
    const Send send_;
    mutable std::mutex mutex_;
    Batching batching_;
    Events held_;
    std::size_t held_bytes_ = 0;
    base::TimerId timer_{};
    bool sending_ = false;
    std::thread::id sender_;             // while it sends
    std::shared_ptr<base::Gate> ended_;  // that it sends; null: nobody waits for that
    bool wanted_ = false;                // that everything held is sent
};

}  // namespace openwmi::plugin
