#include "core/event_sources.h"

#include <algorithm>
#include <utility>

#include "core/put_rules.h"
#include "wql/query.h"

namespace openwmi::core {

using eventing::Coverage;

namespace {

// What a provider raises into. It may outlive the service in a stranger's hands; then it refuses.
class Sink final : public provider::EventSink {
  public:
    Sink(std::weak_ptr<eventing::Engine> engine, const provider::ProviderRegistration& registration)
        : engine_(std::move(engine)),
          name_space_(registration.name_space),
          raiser_(std::make_shared<eventing::Raiser>(
              eventing::Raiser{registration.name, security::Identity::of_service()})) {}

    Result<> raise(std::span<const cim::InstancePtr> events) override {
        const auto engine = engine_.lock();
        if (!engine) return fail(Status::ShuttingDown, "the service has stopped");
        for (const auto& event : events) WMI_TRY(engine->raise(name_space_, event, raiser_));
        return {};
    }
    bool wanted(const cim::Class& event_class) const override {
        const auto engine = engine_.lock();
        return engine && engine->wanted(name_space_, event_class);
    }

  private:
    const std::weak_ptr<eventing::Engine> engine_;
    const cim::NamespacePath name_space_;
    const std::shared_ptr<const eventing::Raiser> raiser_;
};

std::string join(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

// The dynamic classes among the targets of an intrinsic query: their changes nobody sees but a
// provider or a poll.
std::vector<std::string> dynamic_targets(const wql::BoundQuery& query, const cim::Schema& schema) {
    std::vector<std::string> names;
    for (const auto& target : query.target_classes()) {
        const auto cls = schema.find_class(target.name);
        if (cls && is_kept_by_provider(*cls)) names.push_back(cls->name().text());
    }
    return names;
}

}  // namespace

Result<Coverage> EventSources::activate(const match::Filter& filter, std::string_view query) {
    const auto providers = WMI_TRY(registry_.event_providers(filter.name_space, *filter.query));
    if (!providers.empty()) return start_providers(filter, query, providers);
    return without_provider(filter);
}

Result<Coverage> EventSources::start_providers(
    const match::Filter& filter, std::string_view query,
    const std::vector<provider::Registry::EventProvider>& providers) {
    std::vector<std::string> names;
    std::vector<Error> failures;
    for (const auto& each : providers) {
        const auto started = each.unusable ? Result<>(fail(*each.unusable))
                                           : start(filter, query, each.registration);
        if (started) {
            names.push_back(each.registration.name);
        } else {
            failures.push_back(
                {started.error().status,
                 fmt::format("{}: {}", each.registration.name, to_text(started.error()))});
        }
    }
    if (names.empty()) {
        deactivate(filter.id);
        return fail(failures.front());
    }
    Coverage coverage{Coverage::By::Provider, "raised by " + join(names), {}};
    for (const auto& failure : failures) {
        coverage.missing += (coverage.missing.empty() ? "" : "; ") + failure.message;
    }
    return coverage;
}

bool EventSources::is_used(match::FilterId filter, const provider::ProviderHandle& handle) {
    const std::lock_guard lock(mutex_);
    const auto found = uses_.find(filter);
    return found != uses_.end() &&
           std::ranges::any_of(found->second, [&](const Use& use) { return use.handle == handle; });
}

Result<> EventSources::start(const match::Filter& filter, std::string_view query,
                             const provider::ProviderRegistration& registration) {
    const auto handle = WMI_TRY(registry_.use(registration, provider::Role::Events));
    if (is_used(filter.id, handle)) return {};
    // The provider hears of the query before it provides events (OD-040); one that takes no queries
    // says so.
    const auto id = static_cast<std::uint32_t>(filter.id);
    const auto told = handle->new_query(id, query);
    if (!told && told.error().status != Status::ProviderNotCapable) return fail(told.error());
    auto provides = provide_events(handle, registration);
    if (!provides) {
        if (told) (void)handle->cancel_query(id);  // it provides nothing anyway
        return provides;
    }
    const std::lock_guard lock(mutex_);
    uses_[filter.id].push_back({handle, id});
    return {};
}

// Once a provider, however many filters need it. A provider that raises events from within
// ProvideEvents may thereby come back here: to itself it counts as providing.
Result<> EventSources::provide_events(const provider::ProviderHandle& handle,
                                      const provider::ProviderRegistration& registration) {
    using Provides = Running::Provides;
    const auto state = running(handle);
    const auto me = std::this_thread::get_id();
    {
        std::unique_lock lock(mutex_);
        provides_changed_.wait(
            lock, [&] { return state->provides != Provides::Beginning || state->beginner == me; });
        if (state->provides != Provides::No) return {};
        state->provides = Provides::Beginning;
        state->beginner = me;
    }
    auto outcome = handle->provide_events(std::make_shared<Sink>(engine_, registration));
    const std::lock_guard lock(mutex_);
    state->provides = outcome ? Provides::Yes : Provides::No;
    provides_changed_.notify_all();
    return outcome;
}

std::shared_ptr<EventSources::Running> EventSources::running(
    const provider::ProviderHandle& handle) {
    const std::lock_guard lock(mutex_);
    auto& place = running_[handle.get()];
    if (!place || place->provider.expired()) {
        place = std::make_shared<Running>();
        place->provider = handle;
    }
    return place;
}

Result<Coverage> EventSources::without_provider(const match::Filter& filter) const {
    const auto& from = *filter.query->from();
    if (from.is_a("__SystemEvent"))
        return Coverage{Coverage::By::Engine, "raised by the service", {}};
    if (from.is_a("__TimerEvent")) {
        return fail(Status::NotSupported, "timer events are not served in this release");
    }
    if (from.is_a("__MethodInvocationEvent")) {
        return Coverage{Coverage::By::Nobody, "never raised (the documentation reserves it)", {}};
    }
    if (filter.query->target_property().empty()) {
        return Coverage{
            Coverage::By::Nobody,
            fmt::format("no provider declares {}: only a client can raise it", from.name().text()),
            {}};
    }
    const auto schema = catalog_.schema(filter.name_space);
    const auto dynamic =
        schema ? dynamic_targets(*filter.query, *schema) : std::vector<std::string>();
    if (dynamic.empty()) return Coverage{Coverage::By::Repository, "raised by the repository", {}};
    if (!filter.query->within()) {
        return fail(Status::RegistrationTooPrecise,
                    "no provider raises events for {} and the query has no WITHIN clause",
                    join(dynamic));
    }
    return fail(Status::NotSupported,
                "no provider raises events for {}; polling is not served in this release",
                join(dynamic));
}

void EventSources::deactivate(match::FilterId filter) {
    std::vector<Use> uses;
    {
        const std::lock_guard lock(mutex_);
        if (const auto found = uses_.find(filter); found != uses_.end()) {
            uses = std::move(found->second);
            uses_.erase(found);
        }
        std::erase_if(running_, [](const auto& each) { return each.second->provider.expired(); });
    }
    for (const auto& use : uses) {
        // Advisory (COM-113): a provider that fails to stop is filtered.
        (void)use.handle->cancel_query(use.query_id);
    }
}

}  // namespace openwmi::core
