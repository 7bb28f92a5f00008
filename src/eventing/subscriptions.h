#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/published.h"
#include "eventing/consumer_queue.h"
#include "eventing/engine.h"
#include "eventing/ess_events.h"
#include "eventing/ports.h"
#include "eventing/routing.h"

namespace openwmi::eventing {

// The permanent subscriptions as the repository has them, and what became of each: parts are
// re-read one by one when they change, joined into routes, and activated. The one writer of the
// routing. Thread-safe.
class Subscriptions : public std::enable_shared_from_this<Subscriptions> {
  public:
    struct Options {
        const Catalog* catalog = nullptr;
        EventSources* sources = nullptr;
        CounterTable* counters = nullptr;
        Observer* observer = nullptr;
        base::Duration polling_floor{};
        const LastEvents* last_events = nullptr;
        std::shared_ptr<DeliveryEnvironment> environment;
        std::shared_ptr<base::Published<Routing>> routing;
    };
    explicit Subscriptions(Options options);
    ~Subscriptions();

    void load_all();
    // `cls`: the class of the part at the path.
    void changed(const cim::NamespacePath& ns, const cim::Class& cls, const cim::ObjectPath& path);
    void surroundings_changed(
        const cim::NamespacePath* ns);                // classes or registrations; null: everywhere
    void check_access(const cim::NamespacePath& ns);  // as Engine::access_changed, but waits
    void retire_all();

    // For temporary subscriptions, which share the routing and the sources.
    Result<match::FilterId> add_temporary(const cim::NamespacePath& ns, std::string_view query,
                                          std::shared_ptr<TemporaryQueue> queue,
                                          const security::Identity& who);
    void remove_temporary(match::FilterId filter);

    // As Engine::polling_changed.
    void polling_changed(match::FilterId filter, const std::string& failure);
    // As Engine::check_permanent_quota; `creator`: a SID's bytes.
    Result<> check_permanent_quota(const std::string& creator) const;

    std::vector<SubscriptionStatus> status() const;
    // As Engine::find_filter.
    std::optional<FilterReport> find_filter(const cim::NamespacePath& ns,
                                            const cim::ObjectPath& path) const;
    std::vector<std::shared_ptr<ConsumerQueue>> queues() const;

  private:
    struct Filter;
    struct Consumer;
    struct Binding;
    struct Temporary;
    struct Activation;
    struct Actions;
    enum class Awaited { Yes, No };
    using Lock = std::unique_lock<std::mutex>;

    void change(Awaited awaited, const std::function<void(Actions&)>& make);
    void carry_out(Awaited awaited, Actions actions);
    std::shared_ptr<const Routing> routing(const Actions& actions) const;
    std::string identify(const cim::NamespacePath& ns, const cim::ObjectPath& path) const;
    bool is_gone(const cim::NamespacePath& ns, const cim::ObjectPath& path) const;
    void load_namespace(const cim::NamespacePath& ns, Actions& actions);
    void lose_access(match::FilterId filter, const Error& why);

    // subscription_reading.cpp
    void reload_filter(const cim::NamespacePath& ns, const cim::ObjectPath& path, Actions& actions);
    static Result<> check_may_listen(const Filter& filter);
    void compile(Filter& filter);
    void reload_consumer(const cim::NamespacePath& ns, const cim::ObjectPath& path,
                         Actions& actions);
    void reload_binding(const cim::NamespacePath& ns, const cim::ObjectPath& path,
                        Actions& actions);
    void read_binding(Binding& binding, const cim::Instance& instance);
    void count_for(const std::shared_ptr<BindingLink>& link);
    void connect_guaranteed(const Binding& binding);
    void erase_binding(const std::string& id, Actions& actions);
    void drop_what_is_gone(Actions& actions);

    // subscription_activation.cpp
    Consumer* find_consumer(const Binding& binding);
    RoutePtr make_route(const std::string& filter_id, const Filter& filter);
    std::shared_ptr<Aggregation> make_aggregation(const match::Filter& filter) const;
    void connect(const std::string& filter_id, Actions& actions);
    void deactivate(Filter& filter, Actions& actions);
    void reconsider(const std::string& id, Filter& filter, Actions& actions);
    void activate(const Activation& activation);
    bool is_outdated(const Activation& activation) const;
    bool settle(const Activation& activation, const Result<Coverage>& coverage, int attempts_left);
    bool accept(Filter& filter, const Result<Coverage>& coverage, int attempts_left);
    void withdraw(Filter& filter);
    static bool is_settled(const Filter& filter);
    void show_state(Filter& filter);
    void stop_sources(match::FilterId filter);
    void set_state(Filter& filter, State state, std::string reason);
    void tell(const std::string& part, std::string_view state, const std::string& reason) const;
    void tell(const Filter& filter, FilterChange change) const;

    // temporary_subscriptions.cpp
    void end_temporary_without_class();
    void tell(const Temporary& temporary, SinkChange change) const;

    // subscription_status.cpp
    SubscriptionStatus status_of(const Binding& binding) const;
    std::uint64_t count_seen(const Filter& filter) const;

    const Options options_;
    mutable std::mutex mutex_;
    bool retired_ = false;
    std::map<std::string, Filter> filters_;
    std::map<std::string, Consumer> consumers_;
    std::map<std::string, Binding> bindings_;
    std::map<std::string, std::set<std::string>> bindings_of_filter_;
    std::map<match::FilterId, Temporary> temporary_;
    std::uint64_t last_filter_ = 0;
};

// A query for events, as far as its text goes. Fails with UnparsableQuery, QuotaViolation (WQL-016,
// WQL-045).
Result<wql::Query> parse_event_query(std::string_view text);

// Status, reason and bound query of a filter's text: what a Put and an activation check alike.
Result<std::shared_ptr<const wql::BoundQuery>> compile_event_query(
    std::string_view text, const cim::Schema& schema,
    base::Duration polling_floor = std::chrono::milliseconds(1));

}  // namespace openwmi::eventing
