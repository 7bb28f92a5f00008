#include "core/event_sources.h"

#include <algorithm>
#include <set>
#include <utility>

#include "cim/schema.h"
#include "core/put_rules.h"
#include "eventing/self_events.h"
#include "wql/query.h"

namespace openwmi::core {

using eventing::Coverage;

namespace {

// On this thread a provider is being asked who may have its events.
thread_local bool asks_for_access = false;

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
    // While it is asked, its answer is what counts: a provider that says this then would be asked
    // without end.
    void access_changed() override {
        if (asks_for_access) return;
        if (const auto engine = engine_.lock()) engine->access_changed(name_space_);
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

using Kind = eventing::Change::Kind;
using Providers = std::vector<provider::Registry::EventProvider>;

// The kinds of changes of instances that a query is about.
std::set<Kind> kinds_of(const wql::BoundQuery& query) {
    static constexpr std::pair<Kind, const char*> classes[] = {
        {Kind::Created, "__InstanceCreationEvent"},
        {Kind::Modified, "__InstanceModificationEvent"},
        {Kind::Deleted, "__InstanceDeletionEvent"},
    };
    std::set<Kind> kinds;
    for (const auto& [kind, name] : classes) {
        if (cim::find_system_class(name)->is_a(query.from()->name())) kinds.insert(kind);
    }
    return kinds;
}

bool reaches(const wql::BoundQuery& query, const cim::Class& cls) {
    const auto& targets = query.target_classes();
    return targets.empty() || std::ranges::any_of(targets, [&](const auto& target) {
               return target.reach == wql::TargetClass::Reach::Exact ? cls.name() == target.name
                                                                     : cls.is_a(target.name);
           });
}

bool is_declared(const Providers& providers, Kind kind, const cim::Class& cls) {
    return std::ranges::any_of(providers, [&](const auto& provider) {
        return std::ranges::any_of(provider.declared, [&](const auto& query) {
            return kinds_of(*query).contains(kind) && reaches(*query, cls);
        });
    });
}

// Instances that only a provider knows of, and no clock.
bool is_dynamic_target(const cim::Class& cls) {
    return is_kept_by_provider(cls) && !cls.is_abstract() && !eventing::clock_kind(cls);
}

// The classes whose changes nobody raises, and which changes (WQL-052).
std::vector<eventing::Poller::Class> unraised(const match::Filter& filter,
                                              const Providers& providers,
                                              const cim::Schema& schema) {
    std::vector<eventing::Poller::Class> found;
    const auto& query = *filter.query;
    if (query.target_property() != cim::Name("TargetInstance")) return found;
    for (const auto& cls : schema.subclasses({})) {
        if (!is_dynamic_target(*cls) || !reaches(query, *cls)) continue;
        auto kinds = kinds_of(query);
        std::erase_if(kinds, [&](Kind kind) { return is_declared(providers, kind, *cls); });
        if (!kinds.empty()) found.push_back({cls, std::move(kinds)});
    }
    return found;
}

std::string names_of(const std::vector<eventing::Poller::Class>& classes) {
    std::vector<std::string> names;
    for (const auto& each : classes) names.push_back(each.cls->name().text());
    return join(names);
}

// What a provider is not allowed itself is no denial of its events.
tl::unexpected<Error> own_failure(const Error& error) {
    const bool denied = error.status == Status::AccessDenied;
    return fail(denied ? Error{Status::ProviderFailure, to_text(error)} : error);
}

void append(std::string& text, const std::string& part) {
    if (!part.empty()) text += (text.empty() ? "" : "; ") + part;
}

}  // namespace

Result<Coverage> EventSources::activate(const match::Filter& filter, std::string_view query,
                                        const eventing::Subscriber& who) {
    const auto schema = catalog_.schema(filter.name_space);
    if (!schema) {
        return fail(Status::InvalidNamespace, "the namespace {} does not exist",
                    filter.name_space.text());
    }
    const auto providers = WMI_TRY(registry_.event_providers(filter.name_space, *filter.query));
    const auto left = unraised(filter, providers, *schema);
    const bool clock = !clock_->add(filter).empty();
    const bool polls = !left.empty() && filter.query->within();
    if (providers.empty() && !clock && !polls) return without_provider(filter, left);

    Coverage coverage{Coverage::By::Engine, {}, {}};
    if (clock) coverage.text = "raised by the service's clock";
    if (!providers.empty()) {
        auto started = start_providers(asker(filter, query, who), providers);
        const bool denied = !started && started.error().status == Status::AccessDenied;
        if (!started && (denied || !polls)) return started;
        coverage.by = Coverage::By::Provider;
        append(coverage.text, started ? started->text : std::string());
        append(coverage.missing, started ? started->missing : to_text(started.error()));
    }
    if (!polls) return coverage;
    const auto polled = poll(filter, who, left);
    if (!polled) {
        deactivate(filter.id);
        return fail(polled.error());
    }
    if (providers.empty()) coverage.by = Coverage::By::Poll;
    append(coverage.text, fmt::format("polled every {} s: {}",
                                      filter.query->select().within->seconds, names_of(left)));
    return coverage;
}

// A condition that names no class would have us read everything there is (OD-105).
Result<> EventSources::poll(const match::Filter& filter, const eventing::Subscriber& who,
                            const std::vector<eventing::Poller::Class>& classes) {
    if (filter.query->target_classes().empty()) {
        return fail(Status::RegistrationTooBroad,
                    "polling needs a condition that names the class of TargetInstance (ISA): no "
                    "provider raises events for {}",
                    names_of(classes));
    }
    if (!who.is_administrator && !who.is_temporary) {
        return fail(Status::AccessDenied,
                    "only an administrator's permanent subscription may poll (WITHIN)");  // WQL-054
    }
    WMI_TRY(poller_->add(filter, who, classes));
    // Who subscribes for the moment is there to be told; a stored filter is tried again.
    const auto failure = who.is_temporary ? poller_->failure(filter.id) : std::string();
    if (failure.empty()) return {};
    return fail(Status::ProviderFailure, "{}", failure);
}

EventSources::Asker EventSources::asker(const match::Filter& filter, std::string_view query,
                                        const eventing::Subscriber& who) {
    Asker asker{filter.id, std::string(query), {}, true};
    if (who.is_temporary) return asker;
    const auto sid = security::Sid::parse(who.user);
    asker.is_known = sid.has_value();
    if (sid) asker.creator = sid->bytes();
    return asker;
}

// A provider without an opinion lets everybody have its events.
Result<> EventSources::check_access(provider::Provider& provider, const Asker& asker) {
    if (!provider.checks_access()) return {};
    if (!asker.is_known) return fail(Status::AccessDenied, "nobody knows who made the filter");
    const bool nested = std::exchange(asks_for_access, true);
    const auto allowed = provider.check_access(asker.query, asker.creator);
    asks_for_access = nested;
    if (allowed) return {};
    return fail(Status::AccessDenied, "{}", to_text(allowed.error()));
}

Result<> EventSources::check_access(match::FilterId filter) {
    std::vector<Use> uses;
    {
        const std::lock_guard lock(mutex_);
        ++rechecks_;
        if (const auto found = uses_.find(filter); found != uses_.end()) uses = found->second;
    }
    for (const auto& use : uses) WMI_TRY(check_access(*use.handle, use.asker));
    return {};
}

// Where one of them denies access, the others' events are not had either: those of the one could
// not be told from them.
Result<Coverage> EventSources::start_providers(
    const Asker& asker, const std::vector<provider::Registry::EventProvider>& providers) {
    std::vector<std::string> names;
    std::vector<Error> failures;
    bool denied = false;
    for (const auto& each : providers) {
        const auto started =
            each.unusable ? Result<>(fail(*each.unusable)) : start(asker, each.registration);
        if (started) {
            names.push_back(each.registration.name);
        } else {
            const auto status = started.error().status;
            denied = denied || status == Status::AccessDenied;
            const auto place = status == Status::AccessDenied ? failures.begin() : failures.end();
            failures.insert(place, {status, fmt::format("{}: {}", each.registration.name,
                                                        to_text(started.error()))});
        }
    }
    if (names.empty() || denied) {
        deactivate(asker.filter);
        return fail(failures.front());
    }
    Coverage coverage{Coverage::By::Provider, "raised by " + join(names), {}};
    for (const auto& failure : failures) append(coverage.missing, failure.message);
    return coverage;
}

bool EventSources::is_used(match::FilterId filter, const provider::ProviderHandle& handle) {
    const std::lock_guard lock(mutex_);
    const auto found = uses_.find(filter);
    return found != uses_.end() &&
           std::ranges::any_of(found->second, [&](const Use& use) { return use.handle == handle; });
}

Result<> EventSources::start(const Asker& asker,
                             const provider::ProviderRegistration& registration) {
    auto used = registry_.use(registration, provider::Role::Events);
    if (!used) return own_failure(used.error());
    const auto handle = std::move(*used);
    if (is_used(asker.filter, handle)) return {};
    const auto rechecks = rechecks_.load();
    WMI_TRY(check_access(*handle, asker));
    // The provider hears of the query before it provides events (OD-040); one that takes no queries
    // says so.
    const auto id = static_cast<std::uint32_t>(asker.filter);
    const auto told = handle->new_query(id, asker.query);
    if (!told && told.error().status != Status::ProviderNotCapable) {
        return own_failure(told.error());
    }
    auto provides = provide_events(handle, registration);
    if (!provides) {
        if (told) (void)handle->cancel_query(id);  // it provides nothing anyway
        return own_failure(provides.error());
    }
    {
        const std::lock_guard lock(mutex_);
        uses_[asker.filter].push_back({handle, id, asker});
    }
    // Who was asked again meanwhile was not asked about this filter.
    return rechecks_ == rechecks ? Result<>() : check_access(*handle, asker);
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

Result<Coverage> EventSources::without_provider(
    const match::Filter& filter, const std::vector<eventing::Poller::Class>& left) const {
    const auto& from = *filter.query->from();
    if (from.is_a("__SystemEvent"))
        return Coverage{Coverage::By::Engine, "raised by the service", {}};
    if (from.is_a("__TimerEvent")) {
        return Coverage{Coverage::By::Engine, "raised by the timers of the namespace", {}};
    }
    if (from.is_a("MSFT_WmiSelfEvent")) {
        const auto never = eventing::why_never_raised(from);
        if (never.empty()) return Coverage{Coverage::By::Engine, "raised by the service", {}};
        return Coverage{Coverage::By::Nobody, "never raised: " + never, {}};
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
    if (left.empty()) return Coverage{Coverage::By::Repository, "raised by the repository", {}};
    if (filter.query->target_classes().empty()) {
        return Coverage{Coverage::By::Repository,
                        "raised by the repository; of dynamic classes only with WITHIN and ISA",
                        {}};
    }
    return fail(Status::RegistrationTooPrecise,
                "no provider raises events for {} and the query has no WITHIN clause",
                names_of(left));
}

void EventSources::deactivate(match::FilterId filter) {
    clock_->remove(filter);
    poller_->remove(filter);
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
