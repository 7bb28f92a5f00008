#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "base/bounded_queue.h"
#include "base/executor.h"
#include "eventing/engine.h"
#include "eventing/waiting_firings.h"

namespace openwmi::eventing {

// The events of one temporary subscription on their way to its receiver: in order, one call at a
// time, on the executor, once it is open. A receiver that lags more than the limit loses the
// subscription, and is told. Thread-safe.
class TemporaryQueue : public std::enable_shared_from_this<TemporaryQueue> {
  public:
    // Told of each call to the receiver: its events, and how long it took. May be empty.
    using Watch = std::function<void(std::size_t events, base::Duration took)>;
    TemporaryQueue(base::Executor& executor, std::shared_ptr<Receiver> receiver,
                   std::size_t limit_bytes, Watch watch = {});

    // The subscription has come about: what came until now is delivered, too.
    void open();
    void enqueue(const EventPtr& event);
    // No receive() starts once this returns; one that runs may finish.
    void close();
    // Delivers what is queued, then tells the receiver why it ends.
    void end(Error why);

  private:
    void schedule();
    void pump();
    void hand_over(Receiver& receiver, std::span<const EventPtr> events) const;

    base::Executor& executor_;
    const Watch watch_;
    std::mutex mutex_;
    std::shared_ptr<Receiver> receiver_;  // null once closed or ended
    base::BoundedQueue<EventPtr> queue_;
    WaitingFirings waiting_;
    std::optional<Error> end_;
    bool open_ = false;
    bool scheduled_ = false;
    bool receiving_ = false;
};

}  // namespace openwmi::eventing
