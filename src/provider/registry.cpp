#include "provider/registry.h"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "cim/datetime.h"
#include "provider/turns.h"

namespace openwmi::provider {

namespace {

constexpr base::Duration default_idle = std::chrono::minutes(5);  // OD-070
constexpr std::array roles = {Role::Events, Role::Consumers, Role::Instances, Role::Properties,
                              Role::Refreshers};

const char* cache_control_of(Role role) {
    switch (role) {
        case Role::Events: return "__EventProviderCacheControl=@";
        case Role::Consumers: return "__EventConsumerProviderCacheControl=@";
        case Role::Instances:
        case Role::Refreshers: return "__ObjectProviderCacheControl=@";
        case Role::Properties: return "__PropertyProviderCacheControl=@";
    }
    return "";
}

bool related(const cim::Class& a, const cim::Class& b) {
    return a.is_a(b.name()) || b.is_a(a.name());
}

// Could the object of an intrinsic event be in the reach of both? Unknown classes only meet
// themselves.
bool targets_meet(const wql::TargetClass& a, const wql::TargetClass& b, const cim::Schema& schema) {
    const auto class_a = schema.find_class(a.name);
    const auto class_b = schema.find_class(b.name);
    if (!class_a || !class_b) return a.name == b.name;
    if (a.reach == wql::TargetClass::Reach::Exact && b.reach == a.reach) return a.name == b.name;
    if (a.reach == wql::TargetClass::Reach::Exact) return class_a->is_a(b.name);
    if (b.reach == wql::TargetClass::Reach::Exact) return class_b->is_a(a.name);
    return related(*class_a, *class_b);
}

// Could an event that the declared query describes pass the other one?
bool could_match(const wql::BoundQuery& declared, const wql::BoundQuery& query,
                 const cim::Schema& schema) {
    if (!related(*declared.from(), *query.from())) return false;
    if (declared.target_classes().empty() || query.target_classes().empty()) return true;
    return std::ranges::any_of(declared.target_classes(), [&](const auto& a) {
        return std::ranges::any_of(query.target_classes(),
                                   [&](const auto& b) { return targets_meet(a, b, schema); });
    });
}

// Whoever registered it, in whatever namespace.
std::string identity_of(const ProviderRegistration& registration) {
    return fmt::format("{}|{}", registration.name_space.key(), base::fold(registration.name));
}

// Each initialisation of a provider has a key of its own. Consumer providers have one for all users
// (COM-125).
std::string key_of(const ProviderRegistration& registration, Role role, const Client& client) {
    const bool per_user = registration.per_user && role != Role::Consumers;
    return fmt::format("{}|{}|{}|{}", identity_of(registration), static_cast<int>(role),
                       per_user ? client.sid : std::string(),
                       registration.per_locale ? base::fold(client.locale) : std::string());
}

ProviderScope scope_of(const ProviderRegistration& registration, Role role, const Client& client) {
    ProviderScope scope{.name_space = registration.name_space, .user = {}, .locale = {}};
    if (registration.per_user && role != Role::Consumers) scope.user = client.user;
    if (registration.per_locale) scope.locale = client.locale;
    return scope;
}

// Which initialisations of the provider come one after the other (SYS-083); empty: none.
std::string turn_of(const ProviderRegistration& registration) {
    switch (registration.initialisation) {
        case Serialised::All: return registration.clsid.text();
        case Serialised::WithinNamespace:
            return fmt::format("{}|{}", registration.clsid.text(), registration.name_space.key());
        case Serialised::None: return {};
    }
    return {};
}

}  // namespace

std::string_view to_text(Role role) {
    switch (role) {
        case Role::Events: return "events";
        case Role::Consumers: return "consumers";
        case Role::Instances: return "instances";
        case Role::Properties: return "properties";
        case Role::Refreshers: return "refreshers";
    }
    return "unknown";
}

struct Registry::State : std::enable_shared_from_this<Registry::State> {
    // One provider that is loaded or being loaded.
    struct Entry {
        std::string name_space;
        std::string name;
        std::string identity;
        Role role = Role::Events;
        std::shared_ptr<base::Gate> ready;
        std::thread::id loading;  // who loads it, until it is ready
        Result<std::shared_ptr<Provider>> outcome = fail(Status::Failed, "not loaded yet");
        bool used = true;  // since the last sweep
    };

    Result<ProviderRegistration> resolve(const cim::NamespacePath& ns,
                                         const std::string& path) const;
    // The registration of the class that names this provider, and the provider.
    struct Found {
        cim::InstancePtr registration;
        ProviderRegistration provider;
    };
    Result<Found> find_registered(const cim::NamespacePath& ns, const std::string& name,
                                  const cim::Name& registration_class) const;
    // One initialisation of a provider, and what it is for.
    struct Order {
        const ProviderRegistration& registration;
        ProviderScope scope;
        std::string key;
    };
    Result<ProviderHandle> load(const Order& order, const std::shared_ptr<Entry>& entry);
    Result<ProviderHandle> initialise(const Order& order);
    void schedule(Role role);
    void sweep(Role role);
    base::Duration idle_time(Role role) const;
    void release(std::shared_ptr<Provider> provider);

    Options options;
    mutable std::mutex mutex;
    bool stopped = false;
    std::map<std::string, std::shared_ptr<Entry>> entries;
    std::map<Role, base::TimerId> timers;
    std::map<std::string, std::uint64_t> refused;  // answers, by the provider's identity
    std::optional<Turns> turns;
};

Registry::Registry(Options options) : state_(std::make_shared<State>()) {
    state_->options = options;
    state_->turns.emplace(*options.executor);
}
Registry::~Registry() {
    stop();
}

void Registry::start() {
    for (const auto role : roles) state_->schedule(role);
}

void Registry::State::schedule(Role role) {
    const auto delay = idle_time(role);
    const std::lock_guard lock(mutex);
    if (stopped) return;
    timers[role] = options.executor->post_after(delay, [weak = weak_from_this(), role] {
        const auto self = weak.lock();
        if (!self) return;
        self->sweep(role);
        self->schedule(role);
    });
}

// Two sweeps without use in between: the actual time lies between one and two intervals (PRV-055).
void Registry::State::sweep(Role role) {
    std::vector<std::shared_ptr<Provider>> idle;
    {
        const std::lock_guard lock(mutex);
        for (auto it = entries.begin(); it != entries.end();) {
            auto& entry = *it->second;
            const bool settled = entry.role == role && entry.ready->is_open() && entry.outcome;
            if (!settled || (*entry.outcome).use_count() > 1 || std::exchange(entry.used, false)) {
                if (settled && (*entry.outcome).use_count() > 1) entry.used = true;
                ++it;
                continue;
            }
            idle.push_back(std::move(*entry.outcome));
            it = entries.erase(it);
        }
    }
    for (auto& provider : idle) release(std::move(provider));
}

base::Duration Registry::State::idle_time(Role role) const {
    const auto path = cim::ObjectPath::parse(cache_control_of(role));
    const auto control = options.source->find_instance(cim::NamespacePath::root(), *path);
    if (!control) return default_idle;
    const auto value = (*control)->find("ClearAfter").value_or(cim::Value());
    if (!value.get_if<std::string>()) return default_idle;
    const auto interval = cim::DateTime::parse(value.get<std::string>());
    return interval ? interval->duration().value_or(default_idle) : default_idle;
}

// A provider's last Release runs where it may block.
void Registry::State::release(std::shared_ptr<Provider> provider) {
    options.executor->post([provider = std::move(provider)]() mutable { provider.reset(); });
}

void Registry::flush_events(base::Duration patience) {
    std::vector<std::shared_ptr<Provider>> all;
    {
        const std::lock_guard lock(state_->mutex);
        for (const auto& [key, entry] : state_->entries) {
            const bool raises = entry->role == Role::Events && entry->ready->is_open();
            if (raises && entry->outcome) all.push_back(*entry->outcome);
        }
    }
    const auto& clock = state_->options.executor->clock();
    const auto end = clock.steady() + patience;
    for (const auto& provider : all) {
        provider->flush_events(std::max(end - clock.steady(), base::Duration::zero()));
    }
}

void Registry::stop() {
    std::map<std::string, std::shared_ptr<State::Entry>> entries;
    {
        const std::lock_guard lock(state_->mutex);
        if (std::exchange(state_->stopped, true)) return;
        for (const auto& [role, timer] : state_->timers) state_->options.executor->cancel(timer);
        entries.swap(state_->entries);
    }
    for (auto& [key, entry] : entries) {
        if (entry->ready->is_open() && entry->outcome) state_->release(std::move(*entry->outcome));
    }
}

Result<ProviderRegistration> Registry::State::resolve(const cim::NamespacePath& ns,
                                                      const std::string& path) const {
    auto parsed = WMI_TRY(cim::ObjectPath::parse(path));
    const auto where = parsed.name_space.value_or(ns);
    auto instance = options.source->find_instance(where, parsed);
    if (!instance) {
        return fail(Status::InvalidProviderRegistration,
                    "the registration names {}, which is not there: {}", path,
                    instance.error().message);
    }
    return read_provider(*instance);
}

Result<std::vector<Registry::EventProvider>> Registry::event_providers(
    const cim::NamespacePath& ns, const wql::BoundQuery& query) const {
    std::vector<EventProvider> found;
    const auto schema = state_->options.source->schema(ns);
    if (!schema)
        return fail(Status::InvalidNamespace, "the namespace {} does not exist", ns.text());
    const auto registrations =
        WMI_TRY(state_->options.source->instances(ns, "__EventProviderRegistration"));
    for (const auto& instance : registrations) {
        auto declared = read_event_registration(instance, *schema);
        if (!declared) continue;  // it names no provider
        const bool matches = std::ranges::any_of(declared->queries, [&](const auto& each) {
            return could_match(*each, query, *schema);
        });
        if (!matches) continue;
        EventProvider provider{{}, std::move(declared->queries), std::move(declared->ignored), {}};
        if (auto registration = state_->resolve(ns, declared->provider_path)) {
            provider.registration = std::move(*registration);
        } else {
            provider.registration.name = declared->provider_path;
            provider.unusable = registration.error();
        }
        found.push_back(std::move(provider));
    }
    return found;
}

Result<ProviderRegistration> Registry::consumer_provider(const cim::NamespacePath& ns,
                                                         const cim::Name& consumer_class) const {
    const auto registrations =
        WMI_TRY(state_->options.source->instances(ns, "__EventConsumerProviderRegistration"));
    for (const auto& instance : registrations) {
        const auto declared = read_consumer_registration(instance);
        if (!declared) continue;  // it names no provider
        if (std::ranges::find(declared->consumer_classes, consumer_class) !=
            declared->consumer_classes.end()) {
            return state_->resolve(ns, declared->provider_path);
        }
    }
    return fail(Status::ProviderNotFound,
                "no __EventConsumerProviderRegistration in {} names the class {}", ns.text(),
                consumer_class.text());
}

Result<Registry::State::Found> Registry::State::find_registered(
    const cim::NamespacePath& ns, const std::string& name,
    const cim::Name& registration_class) const {
    cim::ObjectPath path;
    path.class_name = "__Win32Provider";
    path.keys.push_back({"Name", name});
    auto instance = options.source->find_instance(ns, path);
    if (!instance) {
        return fail(Status::ProviderNotFound, "the provider '{}' is not registered in {}", name,
                    ns.text());
    }
    const auto all = WMI_TRY(options.source->instances(ns, registration_class));
    const auto found = std::ranges::find_if(
        all, [&](const cim::InstancePtr& each) { return names_provider(*each, name); });
    if (found == all.end()) {
        return fail(Status::ProviderNotFound, "no {} in {} names the provider '{}'",
                    registration_class.text(), ns.text(), name);
    }
    return Found{*found, WMI_TRY(read_provider(*instance))};
}

Result<InstanceProviderRegistration> Registry::instance_provider(const cim::NamespacePath& ns,
                                                                 const cim::Class& cls) const {
    const auto name = cls.provider();
    if (name.empty()) {
        return fail(Status::ProviderNotFound, "the dynamic class {} has no Provider qualifier",
                    cls.name().text());
    }
    auto found = state_->find_registered(ns, name, "__InstanceProviderRegistration");
    if (!found) {
        return fail(found.error().status, "class {}: {}", cls.name().text(), found.error().message);
    }
    return read_instance_registration(*found->registration, std::move(found->provider));
}

Result<ProviderRegistration> Registry::method_provider(const cim::NamespacePath& ns,
                                                       const cim::Class& cls) const {
    const auto name = cls.provider();
    if (name.empty()) {
        return fail(Status::ProviderNotFound, "the class {} has no Provider qualifier",
                    cls.name().text());
    }
    auto found = state_->find_registered(ns, name, "__MethodProviderRegistration");
    if (found) return std::move(found->provider);
    return fail(found.error().status, "class {}: {}", cls.name().text(), found.error().message);
}

Result<std::vector<ClassProviderRegistration>> Registry::class_providers(
    const cim::NamespacePath& ns) const {
    std::vector<ClassProviderRegistration> found;
    const auto registrations =
        WMI_TRY(state_->options.source->instances(ns, "__ClassProviderRegistration"));
    if (registrations.empty()) return found;
    const auto schema = state_->options.source->schema(ns);
    if (!schema) {
        return fail(Status::InvalidNamespace, "the namespace {} does not exist", ns.text());
    }
    for (const auto& instance : registrations) {
        auto read = read_class_registration(instance, *schema);
        if (!read) continue;
        auto provider = state_->resolve(ns, read->provider_path);
        if (!provider) continue;
        read->provider = std::move(*provider);
        found.push_back(std::move(*read));
    }
    return found;
}

Result<PropertyProviderRegistration> Registry::property_provider(const cim::NamespacePath& ns,
                                                                 const std::string& name) const {
    auto found = WMI_TRY(state_->find_registered(ns, name, "__PropertyProviderRegistration"));
    return read_property_registration(*found.registration, std::move(found.provider));
}

Result<ProviderHandle> Registry::use(const ProviderRegistration& registration, Role role,
                                     const Client& client) {
    if (!registration.enabled) {
        return fail(Status::ProviderDisabled, "the provider '{}' is disabled", registration.name);
    }
    const State::Order order{registration, scope_of(registration, role, client),
                             key_of(registration, role, client)};
    std::shared_ptr<State::Entry> entry;
    bool mine = false;
    {
        const std::lock_guard lock(state_->mutex);
        if (state_->stopped) return fail(Status::ShuttingDown, "the service is stopping");
        auto& place = state_->entries[order.key];
        mine = !place;
        if (mine) {
            place = std::make_shared<State::Entry>();
            place->name_space = registration.name_space.text();
            place->name = registration.name;
            place->identity = identity_of(registration);
            place->role = role;
            place->ready = state_->options.executor->make_gate();
            place->loading = std::this_thread::get_id();
        } else if (!place->ready->is_open() && place->loading == std::this_thread::get_id()) {
            return fail(Status::ProviderLoadFailure,
                        "the provider '{}' needs itself while it initialises", registration.name);
        }
        entry = place;
    }
    if (mine) return state_->load(order, entry);
    if (!entry->ready->wait(state_->options.patience)) {
        return fail(Status::ProviderTimedOut, "the provider '{}' is still being loaded",
                    registration.name);
    }
    const std::lock_guard lock(state_->mutex);
    entry->used = true;
    return entry->outcome;
}

Result<ProviderHandle> Registry::State::initialise(const Order& order) {
    const auto turn = turn_of(order.registration);
    if (turn.empty()) return options.loader->load(order.registration, order.scope);
    const auto mine = turns->take(turn, options.patience);
    if (!mine) {
        return fail(Status::ProviderTimedOut,
                    "the provider '{}' waits for another initialisation of {} to end",
                    order.registration.name, order.registration.clsid.text());
    }
    return options.loader->load(order.registration, order.scope);
}

Result<ProviderHandle> Registry::State::load(const Order& order,
                                             const std::shared_ptr<Entry>& entry) {
    auto loaded = initialise(order);
    const std::lock_guard lock(mutex);
    entry->outcome = loaded;
    if (!loaded) {
        const auto found = entries.find(order.key);  // the next one who needs it tries again
        if (found != entries.end() && found->second == entry) entries.erase(found);
    }
    entry->ready->open();
    return loaded;
}

void Registry::count_refused(const ProviderRegistration& registration) {
    const std::lock_guard lock(state_->mutex);
    ++state_->refused[identity_of(registration)];
}

std::vector<Registry::Loaded> Registry::loaded() const {
    const std::lock_guard lock(state_->mutex);
    std::vector<Loaded> all;
    for (const auto& [key, entry] : state_->entries) {
        if (entry->ready->is_open() && entry->outcome) {
            const auto refused = state_->refused.find(entry->identity);
            all.push_back({entry->name_space, entry->name, entry->role,
                           refused == state_->refused.end() ? 0 : refused->second});
        }
    }
    return all;
}

}  // namespace openwmi::provider
