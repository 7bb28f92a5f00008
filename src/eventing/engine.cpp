#include "eventing/engine.h"

#include <algorithm>
#include <utility>

#include "cim/datetime.h"
#include "cim/schema.h"
#include "eventing/audience.h"
#include "eventing/engine_impl.h"
#include "eventing/temporary.h"

namespace openwmi::eventing {

namespace {

constexpr base::Duration default_sink_idle = std::chrono::minutes(5);  // OD-070

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

void Engine::polling_changed(match::FilterId filter, const std::string& failure) {
    impl_->subscriptions->polling_changed(filter, failure);
}

Result<> Engine::check_permanent_quota(const security::Identity& who) const {
    return impl_->subscriptions->check_permanent_quota(who.creator().bytes());
}

bool Engine::wanted(const cim::NamespacePath& ns, const cim::Class& event_class) const {
    // When the subscriptions have gone with the service, events must be refused, not unwanted.
    return impl_->routing->read()->wanted(ns, event_class) || impl_->stopped;
}

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
