#include "core/service.h"

#include <unistd.h>

#include <array>
#include <utility>

#include "core/access.h"
#include "core/delivery_logs.h"
#include "core/service_state.h"

namespace openwmi::core {

namespace {

constexpr base::Duration stop_grace = std::chrono::seconds(5);
constexpr std::size_t max_letter_segments = 8;

std::string server_name() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return ".";
    return name.data();
}

// Before the repository is made, so that a crash in between forgets nothing.
Result<> owe_recovery(AutorecoverList& list, const std::filesystem::path& folder) {
    std::error_code error;
    if (folder.empty() || std::filesystem::exists(folder / "repository" / "repository.db", error)) {
        return {};
    }
    return list.owe();
}

Result<> open_parts(ServiceState& state, const Service::Options& options) {
    const auto& folder = options.state_folder;
    repository::Store::Options where;
    if (!folder.empty()) where.folder = folder / "repository";
    where.server = server_name();
    state.store = WMI_TRY(repository::Store::open(where));
    std::string notice;
    state.counters = WMI_TRY(
        eventing::CounterTable::open(folder.empty() ? folder : folder / "counters", &notice));
    if (!notice.empty() && options.observer)
        options.observer->on_state("counters", "degraded", notice);
    return {};
}

std::shared_ptr<eventing::ClockEvents> make_clock(
    ServiceState& state, const Service::Options& options,
    const std::function<std::shared_ptr<void>()>& hold) {
    const auto raiser = std::make_shared<eventing::Raiser>(
        eventing::Raiser{"clock", security::Identity::of_service()});
    // Whoever holds the service may raise: the hold that comes with a tick keeps `state`.
    return std::make_shared<eventing::ClockEvents>(eventing::ClockEvents::Options{
        .executor = options.calls,
        .catalog = state.catalog.get(),
        .hold = hold,
        .raise = [&state, raiser](const cim::NamespacePath& ns, const cim::InstancePtr& event) {
            (void)state.engine->raise(ns, event, raiser);  // what is refused, the engine counts
        }});
}

std::shared_ptr<eventing::Guaranteed> make_guaranteed(
    ServiceState& state, const Service::Options& options,
    const std::function<std::shared_ptr<void>()>& hold) {
    const auto in_folder = [&](const char* name) {
        return options.state_folder.empty() ? options.state_folder : options.state_folder / name;
    };
    return std::make_shared<eventing::Guaranteed>(eventing::Guaranteed::Options{
        .executor = options.calls,
        .catalog = state.catalog.get(),
        .open_log = log_opener(
            {.folder = in_folder("delivery-log"), .segment_bytes = options.log_segment_bytes}),
        .open_letters = log_opener({.folder = in_folder("dead-letters"),
                                    .segment_bytes = options.log_segment_bytes,
                                    .max_segments = max_letter_segments}),
        .outbox = state.outbox.get(),
        .retry = options.retry,
        .seed = options.calls->clock().wall().ticks,
        .hold = hold,
        .observer = options.observer});
}

std::shared_ptr<eventing::Poller> make_poller(ServiceState& state, const Service::Options& options,
                                              const std::function<std::shared_ptr<void>()>& hold) {
    return std::make_shared<eventing::Poller>(
        eventing::Poller::Options{.executor = options.calls,
                                  .catalog = state.catalog.get(),
                                  .reader = state.reader.get(),
                                  .hold = hold,
                                  .raise =
                                      [&state](std::span<const eventing::Change> changes) {
                                          state.engine->raise_polled(changes);
                                      },
                                  .report =
                                      [&state](match::FilterId filter, const std::string& failure) {
                                          state.engine->polling_changed(filter, failure);
                                      }});
}

// Counts as long as it lives.
std::shared_ptr<const void> count_in(const std::shared_ptr<std::atomic<std::size_t>>& counter) {
    ++*counter;
    return {counter.get(), [counter](const void*) { --*counter; }};
}

}  // namespace

struct Service::Impl {
    explicit Impl(Options given) : options(std::move(given)), autorecover(options.state_folder) {}

    Options options;
    AutorecoverList autorecover;
    std::shared_ptr<ServiceState> state = std::make_shared<ServiceState>();
};

Service::Service(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Service::~Service() {
    stop();
}

Result<std::unique_ptr<Service>> Service::start(const Options& options) {
    auto impl = std::make_unique<Impl>(options);
    auto& state = *impl->state;
    state.calls = options.calls;
    state.observer = options.observer;
    state.max_examined = options.max_examined;
    WMI_TRY(owe_recovery(impl->autorecover, options.state_folder));
    WMI_TRY(open_parts(state, options));
    state.catalog = std::make_unique<Catalog>(*state.store);
    state.built_in = std::make_unique<BuiltInProviders>(*state.catalog, options.calls->clock(),
                                                        state.counts, options.loader);
    state.loader = std::make_unique<ToldLoader>(*state.built_in, state.counts);
    state.registry = std::make_unique<provider::Registry>(provider::Registry::Options{
        .source = state.catalog.get(), .loader = state.loader.get(), .executor = options.calls});
    const auto hold = [weak = std::weak_ptr<ServiceState>(impl->state)] {
        return std::static_pointer_cast<void>(weak.lock());
    };
    state.clock = make_clock(state, options, hold);
    state.reader = std::make_unique<InstanceReader>(impl->state);
    state.poller = make_poller(state, options, hold);
    state.sources =
        std::make_unique<EventSources>(*state.registry, *state.catalog, state.clock, state.poller);
    state.consumers = std::make_unique<ConsumerFinder>(*state.registry);
    state.timers = std::make_unique<TimerStore>(*state.store);
    state.outbox = std::make_unique<Outbox>(*state.store);
    state.guaranteed = make_guaranteed(state, options, hold);
    state.engine = std::make_shared<eventing::Engine>(
        eventing::Engine::Options{.executor = options.calls,
                                  .catalog = state.catalog.get(),
                                  .consumers = state.consumers.get(),
                                  .sources = state.sources.get(),
                                  .counters = state.counters.get(),
                                  .hold = hold,
                                  .guaranteed = state.guaranteed,
                                  .timers = state.timers.get(),
                                  .observer = options.observer,
                                  .naive_matcher = options.naive_matcher});
    state.sources->set_engine(state.engine);
    state.loader->set_self_events(state.engine->self_events());
    state.registry->start();
    std::unique_ptr<Service> service(new Service(std::move(impl)));
    if (options.on_ready_for_providers) options.on_ready_for_providers(*service);
    const auto& running = service->impl_->state;
    for (const auto& ns : running->store->namespaces()) start_push_providers(running, ns);
    if (options.activate_subscriptions) service->impl_->state->engine->start();
    return service;
}

// What providers' sinks hold back is raised while it can be delivered and logged. Deliveries end
// first, while everything they need is there; then providers go (OD-091). What sessions still hold
// stays in memory and refuses.
void Service::stop() {
    auto& state = *impl_->state;
    if (state.stopped.exchange(true)) return;
    if (state.registry && state.engine) state.registry->flush_events(stop_grace);
    if (state.engine) state.engine->stop(stop_grace);
    if (state.registry) state.registry->stop();
}

Result<std::shared_ptr<Session>> Service::open_session(const security::Identity& identity,
                                                       const cim::NamespacePath& ns,
                                                       const std::string& locale) {
    if (impl_->state->stopped) return fail(Status::ShuttingDown, "the service is stopping");
    WMI_TRY(check_right(identity, security::right::enable));
    if (!impl_->state->store->has_namespace(ns)) {
        return fail(Status::InvalidNamespace, "the namespace {} does not exist", ns.text());
    }
    return make_session(impl_->state, {.identity = identity,
                                       .name_space = ns,
                                       .locale = locale,
                                       .client = count_in(impl_->state->clients)});
}

std::size_t Service::clients() const {
    return *impl_->state->clients;
}

Result<repository::Store*> Service::administer(const security::Identity& identity) const {
    if (impl_->state->stopped) return fail(Status::ShuttingDown, "the service is stopping");
    if (!identity.is_administrator() && identity.uid() != ::geteuid()) {
        return fail(Status::AccessDenied,
                    "only administrators maintain the repository, and {} is none", identity.name());
    }
    return impl_->state->store.get();
}

std::vector<eventing::SubscriptionStatus> Service::subscriptions() const {
    return impl_->state->engine->status();
}

std::vector<Service::LoadedProvider> Service::providers() const {
    std::vector<LoadedProvider> all;
    for (const auto& each : impl_->state->registry->loaded()) {
        all.push_back(
            {each.name_space, each.name, std::string(provider::to_text(each.role)), each.refused});
    }
    return all;
}

AutorecoverList& Service::autorecover() const {
    return impl_->autorecover;
}

std::shared_ptr<eventing::SelfEvents> Service::self_events() const {
    return impl_->state->engine->self_events();
}

base::Executor& Service::executor() const {
    return *impl_->options.executor;
}

}  // namespace openwmi::core
