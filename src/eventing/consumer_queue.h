#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/bounded_queue.h"
#include "base/executor.h"
#include "cim/instance.h"
#include "eventing/aggregation.h"
#include "eventing/backlog.h"
#include "eventing/counters.h"
#include "eventing/event.h"
#include "eventing/history.h"
#include "eventing/ports.h"
#include "eventing/waiting_firings.h"

namespace openwmi::eventing {

// One binding as deliveries see it: where to count, and whether it still exists. Thread-safe.
struct BindingLink {
    std::string binding;  // object paths, for people
    std::string filter;
    std::string consumer;
    CounterTable::Slot counters;
    std::string uncounted;  // why its events are not counted; set before anybody else sees it
    std::atomic<bool> synchronous{false};
    std::atomic<bool> guaranteed{false};
    std::atomic<bool> slows_down{false};     // SlowDownProviders
    std::atomic<bool> keeps_context{false};  // MaintainSecurityContext
    std::atomic<bool> observed{false};       // its consumer is asked, and not called
    std::atomic<bool> live{true};
    std::atomic<std::uint64_t> last_delivery{0};  // WallTime ticks, 0: never

    void set_last_delivery(base::WallTime time);
    void set_last_error(std::string text);
    std::string last_error() const;
    // Was something delivered since the last error?
    bool has_recovered() const { return recovered_; }

  private:
    mutable std::mutex mutex_;
    std::string last_error_;
    std::atomic<bool> recovered_{false};
};

class SelfEvents;

// What all deliveries of one engine need. Thread-safe.
struct DeliveryEnvironment {
    base::Executor* executor = nullptr;
    ConsumerFinder* consumers = nullptr;
    Observer* observer = nullptr;
    std::shared_ptr<Guaranteed> guaranteed;  // null: DeliveryQoS 2 is refused
    History history;
    std::size_t batch_events = 64;
    // As Engine::Options::hold; never empty.
    std::function<std::shared_ptr<void>()> hold;
    std::atomic<std::size_t> queued_bytes{0};
    std::atomic<bool> stopping{false};  // nobody is called any more
    // Tells the world that an event did not reach a consumer (__ConsumerFailureEvent,
    // __EventQueueOverflowEvent), or that one that was Guaranteed is given up (__QOSFailureEvent).
    std::function<void(const EventPtr&, const cim::InstancePtr& consumer, const Error&)> on_failure;
    std::function<void(const EventPtr&, const cim::InstancePtr& consumer, std::size_t queue_bytes)>
        on_overflow;
    std::function<void(const EventPtr&, const cim::InstancePtr& consumer, const Error&)>
        on_given_up;
    // A window of a filter with GROUP has ended.
    std::function<void(match::FilterId, const Aggregation::Window&)> on_window;
    // Who is told of subscriptions; the engine's.
    std::shared_ptr<SelfEvents> self_events;

    // For the history, as far as it is known of every outcome; and with the rest. Null: an event
    // that cannot be read any more.
    HistoryEntry entry_of(const EventPtr& event, const BindingLink& binding,
                          HistoryEntry::Outcome outcome, unsigned attempt) const;
    void remember(const EventPtr& event, const BindingLink& binding, HistoryEntry::Outcome outcome,
                  const Result<>& result, base::Duration duration, unsigned attempt = 1);
};

// How many deliveries this thread is inside of (decision 9).
unsigned delivery_depth();
inline constexpr unsigned max_delivery_depth = 8;

// The events of one logical consumer on their way: a FIFO bounded in bytes, and at most one call to
// its physical consumer at a time (OD-041). Thread-safe.
class ConsumerQueue : public std::enable_shared_from_this<ConsumerQueue> {
  public:
    struct Item {
        EventPtr event;
        std::shared_ptr<BindingLink> binding;
        std::uint64_t joined = 0;  // later firings of its timer that it stands for
    };

    ConsumerQueue(std::shared_ptr<DeliveryEnvironment> environment, cim::NamespacePath ns,
                  cim::InstancePtr logical);
    ~ConsumerQueue();

    // Queues the event, or drops and counts it when the queue is full. Calls nobody.
    void enqueue(Item item);
    // Delivers on this thread, waiting for a delivery in progress. A thread that is itself inside a
    // delivery does not wait for another one: then the event is queued, so that consumers that
    // raise events for each other cannot lock up. Inside of max_delivery_depth deliveries the event
    // is dropped and counted.
    void deliver_now(const Item& item);

    // The definition changed: the next delivery finds its physical consumer anew. Calls nobody.
    void redefine(cim::InstancePtr logical);
    // What waits for a consumer that could not be reached is tried again. Calls nobody.
    void retry();
    // Its Guaranteed events; made on first use.
    std::shared_ptr<Backlog> backlog(const std::shared_ptr<Guaranteed>& owner);
    // There may be Guaranteed events to deliver. Calls nobody.
    void wake();
    // No more deliveries; what is queued is dropped and counted. The physical consumer is released
    // on the executor.
    void retire();
    // Releases the physical consumer when nothing was delivered since the last call (1x to 2x the
    // interval, DLV-041). True when it did.
    bool release_if_idle();

    cim::InstancePtr logical() const;
    std::size_t queued_events() const;
    std::size_t queued_bytes() const;
    bool is_idle() const;  // nothing queued, nothing in progress
    // More waits for the consumer than half of its own limit; or something does while more than
    // `low_threshold` waits in all.
    bool is_behind(std::size_t low_threshold) const;

  private:
    class Turn;
    struct Obstacle {
        DropCause cause;
        Error why;
    };
    enum class Caller { Pump, NestedRaiser, OutermostRaiser };
    void schedule();
    void give_up_turn();
    void release(std::shared_ptr<PhysicalConsumer> physical);
    void tell_of_drop(Item item, Error why, std::size_t queued);
    void pump();
    std::vector<Item> take_batch();
    std::optional<Item> pop();
    std::size_t keep(std::span<const Item* const> items, const Error& why);
    std::optional<Obstacle> keep(const Item& item);
    std::size_t deliver(std::span<const Item> items, Caller caller);
    std::shared_ptr<Backlog> backlog() const;
    void observe(const Item& item);
    Result<std::string> preview(const Item& item);
    void deliver_guaranteed();
    bool deliver(Backlog& backlog, std::span<const Backlog::Due> due);
    void observe(Backlog& backlog, const Backlog::Due& due);
    void record_observation(const Item& item, const Result<std::string>& would_do,
                            unsigned attempt);
    void wake_after(base::Duration wait);
    void record(const Backlog::Due& due, Backlog::Fate fate, const Result<>& outcome,
                base::Duration duration);
    void is_back();
    std::optional<Obstacle> obstacle(const Item& item) const;
    static Result<> check_context(const Item& item);
    Result<std::shared_ptr<PhysicalConsumer>> physical();
    void let_go(const std::shared_ptr<PhysicalConsumer>& consumer, const Error& why);
    Result<> call(const std::shared_ptr<PhysicalConsumer>& consumer,
                  std::span<const EventPtr> events);
    void record(const Item& item, const Result<>& outcome, base::Duration duration, Caller caller);
    void drop(const Item& item, DropCause cause, const Error& why);

    std::shared_ptr<DeliveryEnvironment> environment_;
    const cim::NamespacePath name_space_;

    mutable std::mutex mutex_;
    cim::InstancePtr logical_;
    base::BoundedQueue<Item> queue_;
    WaitingFirings waiting_;
    bool scheduled_ = false;
    bool retired_ = false;
    bool lagging_ = false;
    bool used_ = false;
    std::shared_ptr<PhysicalConsumer> physical_;
    std::shared_ptr<Backlog> backlog_;  // null: no Guaranteed binding leads here

    // Whose turn it is to call the physical consumer; recursive for a consumer that raises an event
    // for itself.
    std::condition_variable turn_changed_;
    std::thread::id turn_owner_;
    unsigned turn_depth_ = 0;
    bool pump_waits_ = false;  // for its turn; whoever gives it up schedules the pump
};

// MaximumQueueSize of the logical consumer in bytes; NULL and 0 mean no limit of its own (OD-045).
std::size_t queue_limit(const cim::Instance& logical);

}  // namespace openwmi::eventing
