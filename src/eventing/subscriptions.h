#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/published.h"
#include "eventing/consumer_queue.h"
#include "eventing/engine.h"
#include "eventing/ports.h"
#include "eventing/routing.h"

namespace openwmi::eventing {

// The permanent subscriptions as the repository has them, and what became of each: parts are
// re-read one by one when they change, joined into routes, and activated. The one writer of the
// routing. Thread-safe.
class Subscriptions {
  public:
    struct Options {
        const Catalog* catalog = nullptr;
        EventSources* sources = nullptr;
        CounterTable* counters = nullptr;
        Observer* observer = nullptr;
        std::shared_ptr<DeliveryEnvironment> environment;
        base::Published<Routing>* routing = nullptr;
    };
    explicit Subscriptions(Options options);
    ~Subscriptions();

    void load_all();
    void changed(const cim::NamespacePath& ns, const cim::ObjectPath& path);
    void surroundings_changed(
        const cim::NamespacePath* ns);  // classes or registrations; null: everywhere
    void retire_all();

    // For temporary subscriptions, which share the routing and the sources.
    Result<match::FilterId> add_temporary(const cim::NamespacePath& ns, std::string_view query,
                                          std::shared_ptr<TemporaryQueue> queue);
    void remove_temporary(match::FilterId filter);

    std::vector<SubscriptionStatus> status() const;
    std::vector<std::shared_ptr<ConsumerQueue>> queues() const;

  private:
    struct Filter;
    struct Consumer;
    struct Binding;
    struct Actions;
    using Lock = std::unique_lock<std::mutex>;

    std::string identify(const cim::NamespacePath& ns, const cim::ObjectPath& path) const;
    void drop_what_is_gone(Actions& actions);
    void load_namespace(const cim::NamespacePath& ns, Actions& actions);
    void reload_filter(const cim::NamespacePath& ns, const cim::ObjectPath& path, Actions& actions);
    void reload_consumer(const cim::NamespacePath& ns, const cim::ObjectPath& path,
                         Actions& actions);
    void reload_binding(const cim::NamespacePath& ns, const cim::ObjectPath& path,
                        Actions& actions);
    void read_binding(Binding& binding, const cim::Instance& instance);
    void compile(Filter& filter);
    void connect(const std::string& filter_id, Actions& actions);
    void deactivate(Filter& filter, Actions& actions);
    Consumer* find_consumer(const Binding& binding);
    RoutePtr make_route(const Filter& filter);
    void carry_out(Actions actions);
    void stop_sources(match::FilterId filter);
    void activate(const std::string& filter_id, const match::Filter& filter,
                  const std::string& query);
    void set_state(Filter& filter, State state, std::string reason);
    SubscriptionStatus status_of(const Binding& binding) const;

    const Options options_;
    mutable std::mutex mutex_;
    std::map<std::string, Filter> filters_;
    std::map<std::string, Consumer> consumers_;
    std::map<std::string, Binding> bindings_;
    std::map<match::FilterId, std::shared_ptr<TemporaryQueue>> temporary_;
    std::uint64_t last_filter_ = 0;
};

// Status, reason and bound query of a filter's text: what a Put and an activation check alike.
Result<std::shared_ptr<const wql::BoundQuery>> compile_event_query(std::string_view text,
                                                                   const cim::Schema& schema);

}  // namespace openwmi::eventing
