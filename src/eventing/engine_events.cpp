#include <algorithm>
#include <utility>

#include "cim/schema.h"
#include "eventing/engine_impl.h"
#include "eventing/self_events.h"

// The events that nobody outside raises: of timers, of windows that end, of deliveries that go
// wrong, and of the service itself.
namespace openwmi::eventing {

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

}  // namespace openwmi::eventing
