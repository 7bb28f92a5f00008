#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/executor.h"
#include "base/result.h"
#include "cim/instance.h"
#include "eventing/counters.h"
#include "eventing/event.h"
#include "eventing/guaranteed.h"
#include "eventing/history.h"
#include "eventing/last_events.h"
#include "eventing/ports.h"

namespace openwmi::eventing {

enum class State { Active, Degraded, Broken, Unbound, Disabled };
std::string_view to_text(State state);

// One binding, as people see it in `openwmi list`.
struct SubscriptionStatus {
    std::string name_space;
    std::string binding;  // object paths; empty: there is none
    std::string filter;
    std::string consumer;
    std::string query;
    State state = State::Unbound;
    std::string reason;    // for every state but Active
    std::string coverage;  // who raises the events
    Counters counters;
    std::size_t queued_events = 0;
    std::size_t queued_bytes = 0;
    bool guaranteed = false;
    bool observed = false;             // its consumer only says what it would do
    std::uint64_t waiting_events = 0;  // Guaranteed, in the log
    std::optional<base::WallTime> last_delivery;
    std::string last_error;
    bool has_recovered = false;  // something was delivered since then
};

// One filter with all that is known of it. Value.
struct FilterReport {
    std::string filter;  // object path
    std::string query;
    cim::NamespacePath event_namespace;
    std::shared_ptr<const wql::BoundQuery> bound;  // null: disabled, or the query does not fit
    State state = State::Unbound;
    std::string reason;
    Coverage coverage;
    match::FilterId active{};  // 0: no event is matched against it
    std::optional<base::WallTime> live_since;
    std::uint64_t seen = 0;  // events of its class since then
    std::vector<SubscriptionStatus> bindings;
};

// An intrinsic change, ready to become an event.
struct Change {
    enum class Kind { Created, Modified, Deleted };
    enum class What { Instance, Class, Namespace };
    Kind kind = Kind::Created;
    What what = What::Instance;
    cim::NamespacePath name_space;
    cim::ObjectPtr previous;
    cim::ObjectPtr current;
};

// The rest of a raise that happened under a lock: synchronous deliveries and news for the observer,
// to be run on the same thread once it holds no lock. Destroyed without run(), the deliveries count
// as dropped.
class PendingDeliveries {
  public:
    PendingDeliveries();
    PendingDeliveries(PendingDeliveries&&) noexcept;
    PendingDeliveries& operator=(PendingDeliveries&&) noexcept;
    ~PendingDeliveries();
    void run();

  private:
    friend class Engine;
    struct State;
    std::unique_ptr<State> state_;
};

// The intrinsic events of changes that are about to be committed: what is Guaranteed of them is
// committed with the changes, the rest is raised afterwards. Destroyed, nothing has happened.
class PreparedEvents {
  public:
    PreparedEvents();
    PreparedEvents(PreparedEvents&&) noexcept;
    PreparedEvents& operator=(PreparedEvents&&) noexcept;
    ~PreparedEvents();
    // To be posted in the transaction, in this order.
    std::span<const std::vector<std::byte>> messages() const;

  private:
    friend class Engine;
    struct State;
    std::unique_ptr<State> state_;
};

// Gets the events of a temporary subscription, in order, one call at a time, on the executor.
class Receiver {
  public:
    virtual ~Receiver() = default;
    virtual void receive(std::span<const EventPtr> events) = 0;
    // The last call: the subscription broke down (its class is gone, its queue overflowed, the
    // service stops).
    virtual void ended(const Error& why) = 0;
};

// A temporary subscription lives as long as this. Events raised once the destructor has returned
// are not received; one call that was under way may still arrive. May outlive the engine.
class TemporarySubscription {
  public:
    virtual ~TemporarySubscription() = default;
};

class SelfEvents;

// Which events go to whom, and when. Raising matches on the raising thread against an immutable
// snapshot, fills the queues of logical consumers (bounded in bytes, FIFO, one strand each) and
// serves synchronous bindings there and then. Thread-safe.
class Engine {
  public:
    struct Options {
        base::Executor* executor = nullptr;  // runs the deliveries; may block in consumers
        const Catalog* catalog = nullptr;
        ConsumerFinder* consumers = nullptr;
        EventSources* sources = nullptr;
        CounterTable* counters = nullptr;
        // Keeps the others while a call into them that the engine posted runs; gives null once
        // they are gone. Empty: they outlive the executor's last task.
        std::function<std::shared_ptr<void>()> hold;
        std::shared_ptr<Guaranteed> guaranteed;  // null: DeliveryQoS 2 is refused by raise()
        TimerStore* timers = nullptr;            // null: when timers fire next is forgotten
        Observer* observer = nullptr;            // may be null; outlives the executor
        base::Duration polling_floor = std::chrono::milliseconds(1);  // WITHIN is longer (OD-020)
        bool naive_matcher = false;              // the oracle instead of the index
        std::size_t low_threshold = 10'000'000;  // bytes queued in all (OD-043)
        std::size_t high_threshold = 20'000'000;
        base::Duration max_wait = std::chrono::seconds(2);  // of a raiser that is slowed down
        std::size_t batch_events = 64;  // at most in one call to a consumer that lags
    };
    explicit Engine(Options options);
    ~Engine();

    // Reads all stored subscriptions and activates them (DLV-004).
    void start();
    // No new events; those that are queued are delivered for at most `grace`, the rest counted as
    // dropped. A consumer that is still at work then is not waited for.
    void stop(base::Duration grace);

    // Tells that a filter, consumer, binding or timer instruction changed; re-reads it from the
    // catalog. When it returns, what became live is live and what was deleted is silent (decision
    // 6). Not to be called with locks held.
    void subscription_changed(const cim::NamespacePath& ns, const cim::ObjectPath& path);
    // Classes or provider registrations of a namespace changed: broken filters get another chance
    // (DLV-008). Their sources come up on the executor: whoever changed the classes may be such a
    // source itself.
    void classes_changed(const cim::NamespacePath& ns);
    void namespaces_changed();
    // A source in that namespace changed its mind about who may have its events (OD-034). Returns
    // at once: who may not any more is told on the executor, and who may is tried again.
    void access_changed(const cim::NamespacePath& ns);

    // An event from a provider or client. Fails: InvalidClass, NotEventClass (OD-089),
    // InvalidObject, ServerTooBusy (too deep), OutOfMemory (above the high threshold), and what
    // Guaranteed::keep reports: then nobody gets it. Returns once what is Guaranteed is on the disk
    // and synchronous bindings were served.
    Result<> raise(const cim::NamespacePath& ns, const cim::InstancePtr& event,
                   std::shared_ptr<const Raiser> raiser);
    // The intrinsic events of changes, called in the order of the commits, under the writer's lock.
    // Fails as Guaranteed::message: the changes must not be committed then.
    Result<PreparedEvents> prepare_intrinsic(std::span<const Change> changes);
    // They are committed, and so are the messages; still under the writer's lock: fills the queues
    // and calls nobody.
    [[nodiscard]] PendingDeliveries raise_intrinsic(PreparedEvents prepared);

    // The intrinsic events of changes that a poll found. Returns after synchronous bindings were
    // served.
    void raise_polled(std::span<const Change> changes);
    // Why the classes of a live filter cannot be polled at the moment; empty: they can. Calls
    // nobody.
    void polling_changed(match::FilterId filter, const std::string& failure);

    // Cheap: would any live filter look at events of this class? (IsActive, and what sinks ask
    // before they build one)
    bool wanted(const cim::NamespacePath& ns, const cim::Class& event_class) const;

    // Live when it returns (COM-079). Fails: UnparsableQuery, InvalidClass, NotEventClass,
    // RegistrationTooPrecise and what else binding and activation report.
    Result<std::unique_ptr<TemporarySubscription>> subscribe(
        const cim::NamespacePath& ns, std::string_view query, std::shared_ptr<Receiver> receiver,
        const security::Identity& who = security::Identity::of_service());
    // Fails with QuotaViolation when one more binding by this user would be too many (SYS-112).
    Result<> check_permanent_quota(const security::Identity& who) const;

    std::vector<SubscriptionStatus> status() const;
    // Empty: no such filter is stored.
    std::optional<FilterReport> find_filter(const cim::NamespacePath& ns,
                                            const cim::ObjectPath& path) const;
    // Lives as long as the engine.
    const LastEvents& last_events() const;
    // Why an event that meets the condition of a live filter does not reach its bindings; empty:
    // nothing stands in the way.
    std::string why_withheld(match::FilterId filter, const Event& event) const;
    const History& history() const;
    // For whoever has troubleshooting events to tell. Never null; may outlive the engine.
    std::shared_ptr<SelfEvents> self_events() const;
    // Events that raise() turned away, and what could not become an event.
    std::uint64_t refused() const;

  private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace openwmi::eventing
