#pragma once

#include <atomic>
#include <memory>

#include "core/built_in_providers.h"
#include "core/catalog.h"
#include "core/consumers.h"
#include "core/event_sources.h"
#include "core/instance_reader.h"
#include "core/session.h"
#include "core/timer_store.h"
#include "eventing/clock_events.h"
#include "eventing/counters.h"
#include "eventing/engine.h"
#include "eventing/poller.h"
#include "provider/registry.h"
#include "repository/store.h"

namespace openwmi::core {

// The parts of a running service, in the order in which they need each other. Sessions hold it, so
// that one that is in the middle of something when the service stops comes to a clean end.
struct ServiceState {
    base::Executor* calls = nullptr;  // into providers; may block
    std::unique_ptr<repository::Store> store;
    std::unique_ptr<eventing::CounterTable> counters;
    std::unique_ptr<Catalog> catalog;
    std::unique_ptr<BuiltInProviders> loader;
    std::unique_ptr<provider::Registry> registry;
    std::shared_ptr<eventing::ClockEvents> clock;
    std::unique_ptr<InstanceReader> reader;
    std::shared_ptr<eventing::Poller> poller;
    std::unique_ptr<EventSources> sources;
    std::unique_ptr<ConsumerFinder> consumers;
    std::unique_ptr<TimerStore> timers;
    std::shared_ptr<eventing::Engine> engine;
    std::atomic<bool> stopped{false};
};

std::shared_ptr<Session> make_session(std::shared_ptr<ServiceState> service,
                                      const security::Identity& identity, cim::NamespacePath ns,
                                      std::string locale);

}  // namespace openwmi::core
