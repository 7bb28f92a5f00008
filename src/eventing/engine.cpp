#include "eventing/engine.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "base/published.h"
#include "cim/datetime.h"
#include "cim/schema.h"
#include "eventing/audience.h"
#include "eventing/consumer_queue.h"
#include "eventing/promises.h"
#include "eventing/routing.h"
#include "eventing/self_events.h"
#include "eventing/subscriptions.h"
#include "eventing/temporary.h"
#include "eventing/timers.h"
#include "wql/query.h"

namespace openwmi::eventing {

namespace {

constexpr base::Duration default_sink_idle = std::chrono::minutes(5);  // OD-070

// The event class and the names of its two images for a kind of change (GEN-006 to 011).
struct IntrinsicClass {
    cim::ClassPtr cls;
    const char* current;
    const char* previous;
};

IntrinsicClass intrinsic_class(Change::What what, Change::Kind kind) {
    static constexpr const char* kinds[] = {"Creation", "Modification", "Deletion"};
    static constexpr const char* whats[] = {"Instance", "Class", "Namespace"};
    static constexpr const char* current[] = {"TargetInstance", "TargetClass", "TargetNamespace"};
    static constexpr const char* previous[] = {"PreviousInstance", "PreviousClass",
                                               "PreviousNamespace"};
    const auto w = static_cast<std::size_t>(what);
    const auto name = fmt::format("__{}{}Event", whats[w], kinds[static_cast<std::size_t>(kind)]);
    return {cim::find_system_class(name), current[w], previous[w]};
}

}  // namespace

std::string_view to_text(State state) {
    switch (state) {
        case State::Active: return "active";
        case State::Degraded: return "degraded";
        case State::Broken: return "broken";
        case State::Unbound: return "unbound";
        case State::Disabled: return "disabled";
    }
    return "unknown";
}

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

PreparedEvents::PreparedEvents() = default;
PreparedEvents::PreparedEvents(PreparedEvents&&) noexcept = default;
PreparedEvents& PreparedEvents::operator=(PreparedEvents&&) noexcept = default;
PreparedEvents::~PreparedEvents() = default;

std::span<const std::vector<std::byte>> PreparedEvents::messages() const {
    if (!state_) return {};
    return state_->messages;
}

PendingDeliveries::PendingDeliveries() = default;
PendingDeliveries::PendingDeliveries(PendingDeliveries&&) noexcept = default;
PendingDeliveries& PendingDeliveries::operator=(PendingDeliveries&&) noexcept = default;
PendingDeliveries::~PendingDeliveries() = default;

void PendingDeliveries::run() {
    const auto state = std::move(state_);
    if (!state) return;
    if (state->observer) {
        for (const auto& match : state->matches)
            state->observer->on_matched(*match.event, match.filter);
    }
    const auto deliveries = std::exchange(state->deliveries, {});
    for (const auto& [queue, item] : deliveries) queue->deliver_now(item);
}

struct Engine::Impl : std::enable_shared_from_this<Engine::Impl> {
    explicit Impl(Options given);

    std::uint64_t next_time();
    std::shared_ptr<Event> stamp(const cim::NamespacePath& ns, const cim::InstancePtr& event,
                                 std::shared_ptr<const Raiser> raiser);
    Result<> distribute(const EventPtr& event, OnRefusal on_refusal,
                        PendingDeliveries::State& pending);
    template <class Visit>
    void visit_routes(const EventPtr& event, const Visit& visit) const;
    Result<> prepare(const EventPtr& event, PreparedEvents::State& prepared);
    void follow(const Route& route, const EventPtr& event, PendingDeliveries::State& pending);
    void slow_down(const std::vector<std::shared_ptr<ConsumerQueue>>& queues) const;
    void hand_out(const Route& route, const EventPtr& event, PendingDeliveries::State& pending);
    void raise_aggregate(match::FilterId filter, const Aggregation::Window& window);
    Result<cim::InstancePtr> make_event(const Change& change);
    Result<> check(const cim::Instance& event) const;
    void await_room() const;
    void raise_system(const cim::InstancePtr& consumer, const EventPtr& about,
                      const char* class_name,
                      std::vector<std::pair<const char*, cim::Value>> properties);
    Result<std::vector<std::shared_ptr<ConsumerQueue>>> raise(const EventPtr& event,
                                                              OnRefusal on_refusal);
    void raise_timer(const cim::NamespacePath& ns, const std::string& timer, std::uint64_t firings,
                     std::shared_ptr<const TimerMark> mark);
    void make_timers();
    void make_self_events();
    EventPtr stamp_self(const cim::InstancePtr& event);
    void raise_self(const EventPtr& event);
    void sweep();
    base::Duration sink_idle() const;

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

Engine::Impl::Impl(Options given)
    : options(std::move(given)),
      routing(std::make_shared<base::Published<Routing>>(
          std::make_shared<const Routing>(options.naive_matcher))),
      subscriptions(std::make_shared<Subscriptions>(
          Subscriptions::Options{.catalog = options.catalog,
                                 .sources = options.sources,
                                 .counters = options.counters,
                                 .observer = options.observer,
                                 .polling_floor = options.polling_floor,
                                 .last_events = &last_events,
                                 .environment = environment,
                                 .routing = routing})) {
    environment->executor = options.executor;
    environment->consumers = options.consumers;
    environment->observer = options.observer;
    environment->guaranteed = options.guaranteed;
    environment->batch_events = options.batch_events;
    environment->hold = options.hold;
    if (!environment->hold) {
        environment->hold = [always = std::make_shared<char>()] { return always; };
    }
}

// TIME_CREATED is unique: two events in the same 100 ns differ by one (OD-022).
std::uint64_t Engine::Impl::next_time() {
    const auto now = options.executor->clock().wall().ticks;
    auto last = last_time.load();
    std::uint64_t next = 0;
    do {
        next = std::max(now, last + 1);
    } while (!last_time.compare_exchange_weak(last, next));
    return next;
}

std::shared_ptr<Event> Engine::Impl::stamp(const cim::NamespacePath& ns,
                                           const cim::InstancePtr& event,
                                           std::shared_ptr<const Raiser> raiser) {
    auto stamped = std::make_shared<Event>();
    stamped->created = {next_time()};
    cim::InstanceBuilder builder(*event);
    builder.set_origin(nullptr);  // GEN-015
    (void)builder.set("TIME_CREATED",
                      cim::Value(stamped->created.ticks));  // every event class has it
    stamped->instance = builder.build();
    stamped->name_space = ns;
    stamped->id = ++last_event;
    stamped->raiser = std::move(raiser);
    stamped->depth = delivery_depth();
    stamped->self_event = delivers_self_event();
    return stamped;
}

// Calls `visit` with the routes that the event takes; nothing in there raises another event.
template <class Visit>
void Engine::Impl::visit_routes(const EventPtr& event, const Visit& visit) const {
    thread_local std::vector<match::FilterId> matches;
    matches.clear();
    const auto version = routing->read();
    version->match(event->name_space, *event->instance, matches);
    if (matches.empty()) return;
    const auto audience = audience_of(*event->instance);
    if (!audience) return;  // raise() refused it before
    thread_local std::vector<const Route*> routes;
    routes.clear();
    for (const auto id : matches) {
        const Route* route = version->find(id);
        if (!route || !audience->includes(*route)) continue;
        if (trusts(*route, *event)) routes.push_back(route);
    }
    visit(routes);
}

// What is Guaranteed is kept before anybody gets anything, so that an event that is refused has not
// happened.
Result<> Engine::Impl::distribute(const EventPtr& event, OnRefusal on_refusal,
                                  PendingDeliveries::State& pending) {
    Result<> kept;
    visit_routes(event, [&](std::span<const Route* const> routes) {
        pending.promised = promises_of(routes, event);
        kept = keep(pending.promised, options.guaranteed, on_refusal);
        if (!kept) return;
        for (const Route* route : routes) follow(*route, event, pending);
    });
    if (kept) last_events.keep(event);
    return kept;
}

void Engine::Impl::follow(const Route& route, const EventPtr& event,
                          PendingDeliveries::State& pending) {
    const auto projected = project(route, event);
    if (!route.aggregation) return hand_out(route, projected, pending);
    if (route.aggregation->add(*event, projected)) return;
    const Error why{Status::QueueOverflow,
                    "the query groups by too many different values: its events are dropped"};
    if (route.temporary) return route.temporary->end(why);
    for (const auto& binding : route.bindings) {
        binding.link->counters.add(CounterTable::Field::Matched);
        binding.link->counters.drop(DropCause::TooManyGroups);
        binding.link->set_last_error(to_text(why));
    }
}

// Of a query with GROUP, one aggregate counts as one match.
void Engine::Impl::hand_out(const Route& route, const EventPtr& projected,
                            PendingDeliveries::State& pending) {
    if (route.temporary) return route.temporary->enqueue(projected);
    if (options.observer) pending.matches.push_back({projected, route.filter});
    for (const auto& binding : route.bindings) {
        if (pending.has_promised(*binding.link)) continue;
        binding.link->counters.add(CounterTable::Field::Matched);
        if (binding.link->slows_down) pending.slow.push_back(binding.consumer);
        ConsumerQueue::Item item{projected, binding.link};
        if (binding.link->synchronous) {
            pending.deliveries.emplace_back(binding.consumer, std::move(item));
        } else {
            binding.consumer->enqueue(std::move(item));
        }
    }
}

// Above the high threshold a raiser is kept for a while before he is refused (DLV-026); not within
// a delivery, which may be what all wait for.
void Engine::Impl::await_room() const {
    const auto is_full = [&] { return environment->queued_bytes > options.high_threshold; };
    if (!is_full() || delivery_depth() > 0) return;
    auto& executor = *options.executor;
    const auto deadline = executor.clock().steady() + options.max_wait;
    const auto pause = executor.make_gate();  // a gate nobody opens is how to wait for time alone
    while (!stopped && is_full() && executor.clock().steady() < deadline)
        pause->wait(std::chrono::milliseconds(5));
}

Result<> Engine::Impl::check(const cim::Instance& event) const {
    const auto& cls = event.class_of();
    if (stopped) return fail(Status::ShuttingDown, "the service is stopping");
    if (!cls.is_a("__Event")) {
        return fail(Status::NotEventClass, "{} is not derived from __Event", cls.name().text());
    }
    if (cls.is_abstract()) {
        return fail(Status::InvalidClass,
                    "{} is abstract: only events of classes below it can be raised",
                    cls.name().text());
    }
    if (delivery_depth() >= max_delivery_depth) {
        return fail(Status::ServerTooBusy,
                    "events raised from within deliveries are {} levels deep", max_delivery_depth);
    }
    if (const auto audience = audience_of(event); !audience) {
        return fail(Status::InvalidObject, "SECURITY_DESCRIPTOR: {}", audience.error().message);
    }
    const auto queued = environment->queued_bytes.load();
    if (queued > options.high_threshold) {
        return fail(Status::OutOfMemory, "{} bytes of events wait for their consumers", queued);
    }
    return {};
}

// Gives the queues of those who ask raisers to wait for them.
Result<std::vector<std::shared_ptr<ConsumerQueue>>> Engine::Impl::raise(const EventPtr& event,
                                                                        OnRefusal on_refusal) {
    PendingDeliveries pending;
    pending.state_ = std::make_unique<PendingDeliveries::State>(options.observer);
    WMI_TRY(distribute(event, on_refusal, *pending.state_));
    auto slow = std::move(pending.state_->slow);
    pending.run();
    return slow;
}

// Keeps the raiser for a while, as long as a consumer with SlowDownProviders cannot keep up. Not
// within a delivery: what it waits for might be itself.
void Engine::Impl::slow_down(const std::vector<std::shared_ptr<ConsumerQueue>>& queues) const {
    if (queues.empty() || delivery_depth() > 0) return;
    auto& executor = *options.executor;
    const auto deadline = executor.clock().steady() + options.max_wait;
    const auto behind = [&] {
        return std::ranges::any_of(
            queues, [&](const auto& queue) { return queue->is_behind(options.low_threshold); });
    };
    if (!behind()) return;
    const auto pause = executor.make_gate();  // a gate nobody opens is how to wait for time alone
    while (!stopped && behind() && executor.clock().steady() < deadline)
        pause->wait(std::chrono::milliseconds(5));
}

void Engine::Impl::raise_timer(const cim::NamespacePath& ns, const std::string& timer,
                               std::uint64_t firings, std::shared_ptr<const TimerMark> mark) {
    const auto cls = cim::find_system_class("__TimerEvent");
    if (stopped || !routing->read()->wanted(ns, *cls)) return;
    cim::InstanceBuilder builder(cls);
    const auto number = cim::Value(std::min<std::uint64_t>(firings, UINT32_MAX));
    if (!builder.set("NumFirings", number) || !builder.set("TimerId", cim::Value(timer))) return;
    const auto event = stamp(ns, builder.build(), timer_raiser);
    event->timer = std::move(mark);
    (void)raise(event, OnRefusal::Drop);
}

// A filter that went while its window ended has no route any more.
void Engine::Impl::raise_aggregate(match::FilterId filter, const Aggregation::Window& window) {
    const auto aggregate = make_aggregate(window);
    if (stopped || !aggregate) return;
    PendingDeliveries pending;
    pending.state_ = std::make_unique<PendingDeliveries::State>(options.observer);
    const auto event =
        stamp(window.representative->name_space, *aggregate, window.representative->raiser);
    event->self_event = window.representative->self_event;
    {
        const auto version = routing->read();
        if (const Route* route = version->find(filter)) {
            auto& promised = pending.state_->promised;
            promised = promises_of(*route, event);
            (void)keep(promised, options.guaranteed, OnRefusal::Drop);  // does not fail
            hand_out(*route, event, *pending.state_);
        }
    }
    pending.run();
}

void Engine::Impl::make_timers() {
    timers = std::make_shared<Timers>(
        Timers::Options{.executor = options.executor,
                        .catalog = options.catalog,
                        .store = options.timers,
                        .observer = options.observer,
                        .hold = environment->hold,
                        .raise = [weak = weak_from_this()](const auto& ns, const auto& timer,
                                                           auto firings, auto mark) {
                            if (const auto impl = weak.lock())
                                impl->raise_timer(ns, timer, firings, std::move(mark));
                        }});
}

void Engine::Impl::make_self_events() {
    const auto weak = weak_from_this();
    environment->self_events = std::make_shared<SelfEvents>(
        SelfEvents::Options{.executor = options.executor,
                            .catalog = options.catalog,
                            .routing = routing,
                            .hold = environment->hold,
                            .stamp = [weak](const cim::InstancePtr& event) -> EventPtr {
                                const auto impl = weak.lock();
                                return impl ? impl->stamp_self(event) : nullptr;
                            },
                            .raise =
                                [weak](const EventPtr& event) {
                                    if (const auto impl = weak.lock()) impl->raise_self(event);
                                },
                            .refuse =
                                [weak] {
                                    if (const auto impl = weak.lock()) ++impl->refused;
                                }});
}

EventPtr Engine::Impl::stamp_self(const cim::InstancePtr& event) {
    auto stamped = stamp(self_event_namespace(), event, service_raiser);
    stamped->self_event = true;
    return stamped;
}

void Engine::Impl::raise_self(const EventPtr& event) {
    if (stopped) return;
    if (environment->queued_bytes > options.high_threshold) {
        ++refused;
        return;
    }
    (void)raise(event, OnRefusal::Drop);
}

void Engine::Impl::raise_system(const cim::InstancePtr& consumer, const EventPtr& about,
                                const char* class_name,
                                std::vector<std::pair<const char*, cim::Value>> properties) {
    // The loss of an event that tells of a loss is only counted (OD-028).
    if (stopped || about->instance->class_of().is_a("__EventDroppedEvent") || !consumer->origin())
        return;
    const auto cls = cim::find_system_class(class_name);
    const auto& ns = consumer->origin()->name_space;
    if (!routing->read()->wanted(ns, *cls)) return;
    cim::InstanceBuilder builder(cls);
    properties.emplace_back("Event", cim::Value(about->instance));
    if (auto path = consumer->path()) {
        path->name_space = ns;
        properties.emplace_back("IntendedConsumer", cim::Value(path->text()));
    }
    for (auto& [name, value] : properties) {
        if (const auto set = builder.set(name, std::move(value)); !set) return;
    }
    const auto event = stamp(ns, builder.build(), engine_raiser);
    event->self_event = event->self_event || about->self_event;
    (void)raise(event, OnRefusal::Drop);
}

Engine::Engine(Options options) : impl_(std::make_shared<Impl>(std::move(options))) {
    impl_->make_timers();
    impl_->make_self_events();
    const std::weak_ptr<Impl> weak = impl_;
    impl_->environment->on_failure = [weak](const EventPtr& event, const cim::InstancePtr& consumer,
                                            const Error& error) {
        const auto impl = weak.lock();
        if (!impl) return;
        const auto code = static_cast<std::uint32_t>(error.status);
        impl->raise_system(consumer, event, "__ConsumerFailureEvent",
                           {{"ErrorCode", code}, {"ErrorDescription", error.message}});
    };
    impl_->environment->on_given_up = [weak](const EventPtr& event,
                                             const cim::InstancePtr& consumer, const Error& error) {
        const auto impl = weak.lock();
        if (!impl) return;
        const auto code = static_cast<std::uint32_t>(error.status);
        impl->raise_system(consumer, event, "__QOSFailureEvent",
                           {{"ErrorCode", code}, {"ErrorDescription", error.message}});
    };
    impl_->environment->on_window = [weak](match::FilterId filter,
                                           const Aggregation::Window& window) {
        if (const auto impl = weak.lock()) impl->raise_aggregate(filter, window);
    };
    impl_->environment->on_overflow =
        [weak](const EventPtr& event, const cim::InstancePtr& consumer, std::size_t queue_bytes) {
            const auto impl = weak.lock();
            if (!impl) return;
            const auto size =
                static_cast<std::uint64_t>(std::min<std::size_t>(queue_bytes, UINT32_MAX));
            impl->raise_system(consumer, event, "__EventQueueOverflowEvent",
                               {{"CurrentQueueSize", size}});
        };
}

Engine::~Engine() {
    stop(base::Duration::zero());
}

void Engine::start() {
    if (impl_->options.guaranteed) impl_->options.guaranteed->start();
    impl_->subscriptions->load_all();
    impl_->timers->load_all();
    impl_->sweep();
}

// Physical consumers that had nothing to do for a whole interval are released.
void Engine::Impl::sweep() {
    if (stopped) return;
    for (const auto& queue : subscriptions->queues()) {
        queue->release_if_idle();
        queue->retry();
    }
    sweep_timer = options.executor->post_after(sink_idle(), [weak = weak_from_this()] {
        if (const auto impl = weak.lock()) impl->sweep();
    });
}

base::Duration Engine::Impl::sink_idle() const {
    const auto path = cim::ObjectPath::parse("__EventSinkCacheControl=@");
    const auto control = options.catalog->find_instance(cim::NamespacePath::root(), *path);
    if (!control) return default_sink_idle;
    const auto text = (*control)->find("ClearAfter").value_or(cim::Value());
    if (!text.get_if<std::string>()) return default_sink_idle;
    const auto interval = cim::DateTime::parse(text.get<std::string>());
    return interval ? interval->duration().value_or(default_sink_idle) : default_sink_idle;
}

void Engine::stop(base::Duration grace) {
    if (impl_->stopped.exchange(true)) return;
    impl_->timers->stop();
    auto& executor = *impl_->options.executor;
    executor.cancel(impl_->sweep_timer);
    // What is queued is delivered as long as the grace lasts; a gate nobody opens is how to wait
    // for time alone.
    const auto deadline = executor.clock().steady() + grace;
    const auto pause = executor.make_gate();
    const auto busy = [&] {
        return std::ranges::any_of(impl_->subscriptions->queues(),
                                   [](const auto& queue) { return !queue->is_idle(); });
    };
    while (busy() && executor.clock().steady() < deadline)
        pause->wait(std::chrono::milliseconds(5));
    impl_->environment->stopping = true;
    impl_->subscriptions->retire_all();
    if (impl_->options.guaranteed) impl_->options.guaranteed->stop();
}

void Engine::subscription_changed(const cim::NamespacePath& ns, const cim::ObjectPath& path) {
    if (impl_->stopped) return;
    const auto schema = impl_->options.catalog->schema(ns);
    const auto cls = schema ? schema->find_class(path.class_name) : nullptr;
    if (!cls) return;
    if (cls->is_a("__TimerInstruction")) return impl_->timers->changed(ns, path);
    impl_->subscriptions->changed(ns, *cls, path);
}

void Engine::classes_changed(const cim::NamespacePath& ns) {
    if (!impl_->stopped) impl_->subscriptions->surroundings_changed(&ns);
}

void Engine::namespaces_changed() {
    if (impl_->stopped) return;
    impl_->subscriptions->surroundings_changed(nullptr);
    impl_->timers->drop_what_is_gone();
}

void Engine::access_changed(const cim::NamespacePath& ns) {
    if (impl_->stopped) return;
    impl_->options.executor->post([weak = std::weak_ptr<Subscriptions>(impl_->subscriptions), ns,
                                   environment = impl_->environment] {
        const auto held = environment->hold();
        if (const auto all = weak.lock(); all && held) all->check_access(ns);
    });
}

Result<> Engine::raise(const cim::NamespacePath& ns, const cim::InstancePtr& event,
                       std::shared_ptr<const Raiser> raiser) {
    impl_->await_room();
    if (auto refusal = impl_->check(*event); !refusal) {
        ++impl_->refused;
        return refusal;
    }
    if (!impl_->routing->read()->wanted(ns, event->class_of())) {
        const auto* object = object_of(*event);
        impl_->last_events.count(ns, event->class_ptr(), object ? &object->class_of() : nullptr);
        return {};
    }
    const auto slow = impl_->raise(impl_->stamp(ns, event, std::move(raiser)), OnRefusal::Tell);
    if (!slow) {
        ++impl_->refused;
        return fail(slow.error());
    }
    impl_->slow_down(*slow);
    return {};
}

// Null when nobody wants it.
Result<cim::InstancePtr> Engine::Impl::make_event(const Change& change) {
    const auto [cls, current, previous] = intrinsic_class(change.what, change.kind);
    // A deleted object is the target of its own deletion (SYS-060).
    const auto& target = change.current ? change.current : change.previous;
    if (!cls) return nullptr;
    if (!routing->read()->wanted(change.name_space, *cls)) {
        last_events.count(change.name_space, cls, &target->class_of());
        return nullptr;
    }
    cim::InstanceBuilder builder(cls);
    WMI_TRY(builder.set(current, cim::Value(target)));
    if (change.kind == Change::Kind::Modified) {
        WMI_TRY(builder.set(previous, cim::Value(change.previous)));
    }
    return builder.build();
}

void Engine::raise_polled(std::span<const Change> changes) {
    if (impl_->stopped) return;
    PendingDeliveries pending;
    pending.state_ = std::make_unique<PendingDeliveries::State>(impl_->options.observer);
    for (const auto& change : changes) {
        const auto event = impl_->make_event(change);
        if (!event) {
            ++impl_->refused;
        } else if (*event) {
            const auto stamped = impl_->stamp(change.name_space, *event, impl_->poll_raiser);
            (void)impl_->distribute(stamped, OnRefusal::Drop, *pending.state_);
        }
    }
    pending.run();
}

void Engine::polling_changed(match::FilterId filter, const std::string& failure) {
    impl_->subscriptions->polling_changed(filter, failure);
}

Result<> Engine::check_permanent_quota(const security::Identity& who) const {
    return impl_->subscriptions->check_permanent_quota(who.creator().bytes());
}

Result<> Engine::Impl::prepare(const EventPtr& event, PreparedEvents::State& prepared) {
    Promises promised;
    visit_routes(event, [&](std::span<const Route* const> routes) {
        promised = promises_of(routes, event);
    });
    for (auto& each : WMI_TRY(messages_of(promised, options.guaranteed))) {
        prepared.messages.push_back(std::move(each));
    }
    prepared.events.push_back({event, std::move(promised)});
    return {};
}

Result<PreparedEvents> Engine::prepare_intrinsic(std::span<const Change> changes) {
    PreparedEvents prepared;
    if (impl_->stopped) return prepared;
    prepared.state_ = std::make_unique<PreparedEvents::State>();
    for (const auto& change : changes) {
        const auto event = impl_->make_event(change);
        if (!event) {
            ++impl_->refused;
        } else if (*event) {
            const auto stamped = impl_->stamp(change.name_space, *event, impl_->repository_raiser);
            WMI_TRY(impl_->prepare(stamped, *prepared.state_));
        }
    }
    return prepared;
}

PendingDeliveries Engine::raise_intrinsic(PreparedEvents prepared) {
    PendingDeliveries pending;
    if (impl_->stopped || !prepared.state_) return pending;
    pending.state_ = std::make_unique<PendingDeliveries::State>(impl_->options.observer);
    for (auto& [event, promised] : prepared.state_->events) {
        for (const auto& each : promised) {
            each.binding->counters.add(CounterTable::Field::Matched);
        }
        pending.state_->promised = std::move(promised);
        impl_->last_events.keep(event);
        impl_->visit_routes(event, [&](std::span<const Route* const> routes) {
            for (const Route* route : routes) impl_->follow(*route, event, *pending.state_);
        });
    }
    if (!prepared.messages().empty() && impl_->options.guaranteed) {
        impl_->options.guaranteed->move_soon();
    }
    return pending;
}

bool Engine::wanted(const cim::NamespacePath& ns, const cim::Class& event_class) const {
    return impl_->routing->read()->wanted(ns, event_class);
}

namespace {

class Subscription final : public TemporarySubscription {
  public:
    Subscription(std::function<void()> remove, std::shared_ptr<TemporaryQueue> queue)
        : remove_(std::move(remove)), queue_(std::move(queue)) {}
    ~Subscription() override {
        queue_->close();
        remove_();
    }

  private:
    std::function<void()> remove_;
    std::shared_ptr<TemporaryQueue> queue_;
};

}  // namespace

Result<std::unique_ptr<TemporarySubscription>> Engine::subscribe(const cim::NamespacePath& ns,
                                                                 std::string_view query,
                                                                 std::shared_ptr<Receiver> receiver,
                                                                 const security::Identity& who) {
    if (impl_->stopped) return fail(Status::ShuttingDown, "the service is stopping");
    TemporaryQueue::Watch watch;
    if (auto* observer = impl_->options.observer) {
        watch = [observer, text = std::string(query)](std::size_t events, base::Duration took) {
            observer->on_received(text, events, took);
        };
    }
    auto queue = std::make_shared<TemporaryQueue>(*impl_->options.executor, std::move(receiver),
                                                  impl_->options.low_threshold, std::move(watch));
    const auto filter = WMI_TRY(impl_->subscriptions->add_temporary(ns, query, queue, who));
    auto remove = [weak = std::weak_ptr<Impl>(impl_), filter] {
        if (const auto impl = weak.lock()) impl->subscriptions->remove_temporary(filter);
    };
    return std::make_unique<Subscription>(std::move(remove), std::move(queue));
}

std::vector<SubscriptionStatus> Engine::status() const {
    return impl_->subscriptions->status();
}

std::optional<FilterReport> Engine::find_filter(const cim::NamespacePath& ns,
                                                const cim::ObjectPath& path) const {
    return impl_->subscriptions->find_filter(ns, path);
}

const LastEvents& Engine::last_events() const {
    return impl_->last_events;
}

std::string Engine::why_withheld(match::FilterId filter, const Event& event) const {
    const auto version = impl_->routing->read();
    const Route* route = version->find(filter);
    return route ? eventing::why_withheld(*route, event) : std::string();
}

std::shared_ptr<SelfEvents> Engine::self_events() const {
    return impl_->environment->self_events;
}

const History& Engine::history() const {
    return impl_->environment->history;
}

std::uint64_t Engine::refused() const {
    return impl_->refused;
}

}  // namespace openwmi::eventing
