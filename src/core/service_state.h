#pragma once

#include <atomic>
#include <memory>

#include "core/built_in_providers.h"
#include "core/catalog.h"
#include "core/class_providers.h"
#include "core/consumers.h"
#include "core/event_sources.h"
#include "core/instance_reader.h"
#include "core/outbox.h"
#include "core/session.h"
#include "core/timer_store.h"
#include "core/told_provider.h"
#include "eventing/clock_events.h"
#include "eventing/counters.h"
#include "eventing/engine.h"
#include "eventing/guaranteed.h"
#include "eventing/poller.h"
#include "provider/registry.h"
#include "repository/store.h"

namespace openwmi::core {

// The parts of a running service, in the order in which they need each other. Sessions hold it, so
// that one that is in the middle of something when the service stops comes to a clean end.
struct ServiceState : std::enable_shared_from_this<ServiceState> {
    base::Executor* calls = nullptr;  // into providers; may block
    std::uint64_t max_examined = 0;   // objects a query
    std::unique_ptr<repository::Store> store;
    std::unique_ptr<eventing::CounterTable> counters;
    std::unique_ptr<Catalog> catalog;
    const std::shared_ptr<ProviderCounts> counts = std::make_shared<ProviderCounts>();
    std::unique_ptr<BuiltInProviders> built_in;
    std::unique_ptr<ToldLoader> loader;
    std::unique_ptr<provider::Registry> registry;
    std::shared_ptr<eventing::ClockEvents> clock;
    std::unique_ptr<InstanceReader> reader;
    std::shared_ptr<eventing::Poller> poller;
    std::unique_ptr<EventSources> sources;
    std::unique_ptr<ConsumerFinder> consumers;
    std::unique_ptr<TimerStore> timers;
    std::unique_ptr<Outbox> outbox;
    std::shared_ptr<eventing::Guaranteed> guaranteed;
    std::shared_ptr<eventing::Engine> engine;
    const std::shared_ptr<ClassLookups> class_lookups = std::make_shared<ClassLookups>();
    eventing::Observer* observer = nullptr;  // may be null
    // How many clients have sessions; they may outlive this.
    const std::shared_ptr<std::atomic<std::size_t>> clients =
        std::make_shared<std::atomic<std::size_t>>(0);
    std::atomic<bool> stopped{false};
};

// Whose a session is, and where.
struct SessionPlace {
    security::Identity identity;
    cim::NamespacePath name_space;
    std::string locale;
    std::string provider = {};  // the name of the provider at work through it; empty: none
    std::shared_ptr<const void> client = {};  // counts while it lives; null: of a provider
};
std::shared_ptr<Session> make_session(std::shared_ptr<ServiceState> service, SessionPlace place);

}  // namespace openwmi::core
