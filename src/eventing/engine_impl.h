#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/published.h"
#include "eventing/aggregation.h"
#include "eventing/consumer_queue.h"
#include "eventing/engine.h"
#include "eventing/promises.h"
#include "eventing/routing.h"
#include "eventing/subscriptions.h"
#include "eventing/timers.h"

// What stands behind Engine, for its own files alone.
namespace openwmi::eventing {

// One match of a synchronous binding, and what the observer is still to be told.
struct PendingDeliveries::State {
    struct Match {
        EventPtr event;
        std::string filter;
    };

    State(Observer* observes) : observer(observes) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        for (const auto& [queue, item] : deliveries) {
            item.binding->counters.drop(DropCause::Stopped);
        }
    }

    Observer* observer;
    std::vector<Match> matches;
    std::vector<std::shared_ptr<ConsumerQueue>> slow;  // that ask raisers to wait for them
    std::vector<std::pair<std::shared_ptr<ConsumerQueue>, ConsumerQueue::Item>> deliveries;
    // Of the present event: these bindings have it already, or were counted for it.
    Promises promised;

    bool has_promised(const BindingLink& binding) const {
        return std::ranges::any_of(
            promised, [&](const auto& each) { return each.binding.get() == &binding; });
    }
};

struct PreparedEvents::State {
    struct Prepared {
        EventPtr event;
        Promises promised;
    };
    std::vector<Prepared> events;
    std::vector<std::vector<std::byte>> messages;
};

struct Engine::Impl : std::enable_shared_from_this<Engine::Impl> {
    explicit Impl(Options given);
    void sweep();
    base::Duration sink_idle() const;

    // raising.cpp, which alone calls visit_routes
    std::uint64_t next_time();
    std::shared_ptr<Event> stamp(const cim::NamespacePath& ns, const cim::InstancePtr& event,
                                 std::shared_ptr<const Raiser> raiser);
    Result<> distribute(const EventPtr& event, OnRefusal on_refusal,
                        PendingDeliveries::State& pending);
    template <class Visit>
    void visit_routes(const EventPtr& event, const Visit& visit) const;
    void follow(const Route& route, const EventPtr& event, PendingDeliveries::State& pending);
    void hand_out(const Route& route, const EventPtr& event, PendingDeliveries::State& pending);
    void await_room() const;
    Result<> check(const cim::Instance& event) const;
    Result<std::vector<std::shared_ptr<ConsumerQueue>>> raise(const EventPtr& event,
                                                              OnRefusal on_refusal);
    void slow_down(const std::vector<std::shared_ptr<ConsumerQueue>>& queues) const;
    Result<cim::InstancePtr> make_event(const Change& change);
    Result<> prepare(const EventPtr& event, PreparedEvents::State& prepared);

    // engine_events.cpp
    void make_timers();
    void raise_timer(const cim::NamespacePath& ns, const std::string& timer, std::uint64_t firings,
                     std::shared_ptr<const TimerMark> mark);
    void raise_aggregate(match::FilterId filter, const Aggregation::Window& window);
    void raise_system(const cim::InstancePtr& consumer, const EventPtr& about,
                      const char* class_name,
                      std::vector<std::pair<const char*, cim::Value>> properties);
    void make_self_events();
    EventPtr stamp_self(const cim::InstancePtr& event);
    void raise_self(const EventPtr& event);

    Options options;
    std::shared_ptr<DeliveryEnvironment> environment = std::make_shared<DeliveryEnvironment>();
    LastEvents last_events;
    const std::shared_ptr<base::Published<Routing>> routing;
    const std::shared_ptr<Subscriptions> subscriptions;
    const std::shared_ptr<const Raiser> repository_raiser =
        std::make_shared<Raiser>(Raiser{"repository", security::Identity::of_service()});
    const std::shared_ptr<const Raiser> engine_raiser =
        std::make_shared<Raiser>(Raiser{"eventing", security::Identity::of_service()});
    const std::shared_ptr<const Raiser> poll_raiser =
        std::make_shared<Raiser>(Raiser{"poll", security::Identity::of_service()});
    const std::shared_ptr<const Raiser> timer_raiser =
        std::make_shared<Raiser>(Raiser{"timer", security::Identity::of_service()});
    const std::shared_ptr<const Raiser> service_raiser =
        std::make_shared<Raiser>(Raiser{"service", security::Identity::of_service()});
    std::shared_ptr<Timers> timers;
    std::atomic<std::uint64_t> last_time{0};
    std::atomic<std::uint64_t> last_event{0};
    std::atomic<std::uint64_t> refused{0};
    std::atomic<bool> stopped{false};
    std::atomic<base::TimerId> sweep_timer{};
};

}  // namespace openwmi::eventing
