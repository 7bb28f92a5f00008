#include <algorithm>
#include <utility>

#include "cim/schema.h"
#include "eventing/audience.h"
#include "eventing/engine_impl.h"
#include "eventing/self_events.h"
#include "eventing/temporary.h"

// The way of an event from its raiser to the queues, and of a change to its intrinsic event.
namespace openwmi::eventing {

namespace {

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
    bool reached = false;
    visit_routes(event, [&](std::span<const Route* const> routes) {
        reached = true;
        pending.promised = promises_of(routes, event);
        kept = keep(pending.promised, options.guaranteed, on_refusal);
        if (!kept) return;
        for (const Route* route : routes) follow(*route, event, pending);
    });
    // The subscriptions may have gone since it was let in.
    if (!reached && stopped) return fail(Status::ShuttingDown, "the service is stopping");
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

Result<> Engine::raise(const cim::NamespacePath& ns, const cim::InstancePtr& event,
                       std::shared_ptr<const Raiser> raiser) {
    impl_->await_room();
    if (auto refusal = impl_->check(*event); !refusal) {
        ++impl_->refused;
        return refusal;
    }
    if (!wanted(ns, event->class_of())) {
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

}  // namespace openwmi::eventing
