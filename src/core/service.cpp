#include "core/service.h"

#include <unistd.h>

#include <array>
#include <utility>

#include "core/access.h"
#include "core/service_state.h"

namespace openwmi::core {

namespace {

constexpr base::Duration stop_grace = std::chrono::seconds(5);

std::string server_name() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return ".";
    return name.data();
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

}  // namespace

struct Service::Impl {
    Options options;
    std::shared_ptr<ServiceState> state = std::make_shared<ServiceState>();
};

Service::Service(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Service::~Service() {
    stop();
}

Result<std::unique_ptr<Service>> Service::start(const Options& options) {
    auto impl = std::make_unique<Impl>();
    impl->options = options;
    auto& state = *impl->state;
    state.calls = options.calls;
    state.observer = options.observer;
    WMI_TRY(open_parts(state, options));
    state.catalog = std::make_unique<Catalog>(*state.store);
    state.registry = std::make_unique<provider::Registry>(provider::Registry::Options{
        .source = state.catalog.get(), .loader = options.loader, .executor = options.calls});
    state.sources = std::make_unique<EventSources>(*state.registry, *state.catalog);
    state.consumers = std::make_unique<ConsumerFinder>(*state.registry);
    state.engine = std::make_shared<eventing::Engine>(eventing::Engine::Options{
        .executor = options.calls,
        .catalog = state.catalog.get(),
        .consumers = state.consumers.get(),
        .sources = state.sources.get(),
        .counters = state.counters.get(),
        .hold = [weak = std::weak_ptr<ServiceState>(
                     impl->state)] { return std::static_pointer_cast<void>(weak.lock()); },
        .observer = options.observer,
        .naive_matcher = options.naive_matcher});
    state.sources->set_engine(state.engine);
    state.registry->start();
    std::unique_ptr<Service> service(new Service(std::move(impl)));
    if (options.on_ready_for_providers) options.on_ready_for_providers(*service);
    const auto& running = service->impl_->state;
    for (const auto& ns : running->store->namespaces()) start_push_providers(running, ns);
    if (options.activate_subscriptions) service->impl_->state->engine->start();
    return service;
}

// Deliveries end first, while everything they need is there; then providers go (OD-091). What
// sessions still hold stays in memory and refuses.
void Service::stop() {
    auto& state = *impl_->state;
    if (state.stopped.exchange(true)) return;
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
    return make_session(impl_->state, {identity, ns, locale});
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

base::Executor& Service::executor() const {
    return *impl_->options.executor;
}

}  // namespace openwmi::core
