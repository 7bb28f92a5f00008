#include "eventing/subscriptions.h"

#include <algorithm>
#include <utility>

#include "eventing/guaranteed.h"
#include "eventing/quotas.h"
#include "eventing/subscription_parts.h"
#include "wql/query.h"

namespace openwmi::eventing {

namespace {

constexpr base::Duration reader_grace = std::chrono::seconds(5);  // decision 6

}  // namespace

Result<wql::Query> parse_event_query(std::string_view text) {
    auto query = wql::parse(text);
    if (query || query.error().status == Status::QuotaViolation) return query;
    return fail(Error{Status::UnparsableQuery, query.error().message});
}

Result<std::shared_ptr<const wql::BoundQuery>> compile_event_query(std::string_view text,
                                                                   const cim::Schema& schema,
                                                                   base::Duration polling_floor) {
    auto query = WMI_TRY(parse_event_query(text));
    const wql::BindOptions options{.polling_floor = polling_floor};
    auto bound = WMI_TRY(wql::bind(std::move(query), schema, wql::BindFor::Event, options));
    return std::make_shared<const wql::BoundQuery>(std::move(bound));
}

Subscriptions::Subscriptions(Options options) : options_(std::move(options)) {}
Subscriptions::~Subscriptions() = default;

std::string Subscriptions::identify(const cim::NamespacePath& ns,
                                    const cim::ObjectPath& path) const {
    std::string key;
    if (const auto schema = options_.catalog->schema(ns)) {
        if (const auto cls = schema->find_class(path.class_name)) {
            if (auto found = cim::instance_key(path, *cls)) key = std::move(*found);
        }
    }
    if (key.empty()) key = base::fold(path.relative_text());
    return ns.key() + '|' + base::fold(path.class_name.text()) + '|' + key;
}

// Only what is known not to be there is gone: a repository that cannot be read takes nothing away.
bool Subscriptions::is_gone(const cim::NamespacePath& ns, const cim::ObjectPath& path) const {
    const auto found = options_.catalog->find_instance(ns, path);
    if (found) return false;
    switch (found.error().status) {
        case Status::NotFound:
        case Status::InvalidClass:
        case Status::InvalidNamespace:
        case Status::InvalidObjectPath: return true;
        default: return false;
    }
}

// One change of what is known: one new version of the routing, so that a filter that is changed
// misses no event in between.
void Subscriptions::change(Awaited awaited, const std::function<void(Actions&)>& make) {
    Actions actions;
    {
        const Lock lock(mutex_);
        if (retired_) return;
        make(actions);
        if (actions.routing) actions.generation = options_.routing->publish(actions.routing);
    }
    carry_out(awaited, std::move(actions));
}

std::shared_ptr<const Routing> Subscriptions::routing(const Actions& actions) const {
    return actions.routing ? actions.routing : options_.routing->latest();
}

void Subscriptions::carry_out(Awaited awaited, Actions actions) {
    for (const auto id : actions.deactivate) stop_sources(id);
    for (const auto& queue : actions.retire) queue->retire();
    // A delivery may itself delete a binding; it must not wait for its own raiser.
    if (actions.silenced && delivery_depth() == 0) {
        options_.routing->wait_for_readers(actions.generation, reader_grace);
    }
    const auto& guaranteed = options_.environment->guaranteed;
    for (const auto& link : actions.forget) {
        if (guaranteed) guaranteed->remove(*link);
    }
    for (auto& each : actions.activate) {
        if (awaited == Awaited::Yes) {
            activate(each);
            continue;
        }
        options_.environment->executor->post([weak = weak_from_this(), each = std::move(each)] {
            const auto self = weak.lock();
            const auto held = self ? self->options_.environment->hold() : nullptr;
            if (held) self->activate(each);
        });
    }
}

void Subscriptions::load_all() {
    change(Awaited::Yes, [&](Actions& actions) {
        for (const auto& ns : options_.catalog->namespaces()) load_namespace(ns, actions);
    });
    if (const auto& guaranteed = options_.environment->guaranteed) {
        guaranteed->drop_unclaimed([&](const std::string& binding) {
            const auto path = cim::ObjectPath::parse(binding);
            return !path || !path->name_space || is_gone(*path->name_space, *path);
        });
    }
}

void Subscriptions::load_namespace(const cim::NamespacePath& ns, Actions& actions) {
    const auto each = [&](const char* class_name, auto reload) {
        const auto instances = options_.catalog->instances(ns, class_name);
        if (!instances) return;
        for (const auto& instance : *instances) {
            if (const auto path = instance->path()) (this->*reload)(ns, *path, actions);
        }
    };
    each("__EventFilter", &Subscriptions::reload_filter);
    each("__EventConsumer", &Subscriptions::reload_consumer);
    each("__FilterToConsumerBinding", &Subscriptions::reload_binding);
}

void Subscriptions::changed(const cim::NamespacePath& ns, const cim::Class& cls,
                            const cim::ObjectPath& path) {
    change(Awaited::Yes, [&](Actions& actions) {
        if (cls.is_a("__EventFilter")) {
            reload_filter(ns, path, actions);
        } else if (cls.is_a("__FilterToConsumerBinding")) {
            reload_binding(ns, path, actions);
        } else if (cls.is_a("__EventConsumer")) {
            reload_consumer(ns, path, actions);
        }
    });
}

// Whoever changes classes or registrations may be a provider in the middle of its initialisation,
// which other filters wait for: what follows from it is not awaited.
void Subscriptions::surroundings_changed(const cim::NamespacePath* ns) {
    change(Awaited::No, [&](Actions& actions) {
        if (!ns) {
            drop_what_is_gone(actions);
            end_temporary_without_class();
        }
        // A provider that was missing may be there now.
        for (const auto& [id, consumer] : consumers_) {
            if (!ns || consumer.name_space == *ns) consumer.queue->retry();
        }
        for (auto& [id, filter] : filters_) {
            if (!ns || filter.event_namespace == *ns) reconsider(id, filter, actions);
        }
    });
}

void Subscriptions::check_access(const cim::NamespacePath& ns) {
    std::vector<match::FilterId> live;
    {
        const Lock lock(mutex_);
        for (const auto& [id, filter] : filters_) {
            const bool is_live = filter.active != match::FilterId{};
            if (is_live && filter.event_namespace == ns) live.push_back(filter.active);
        }
        for (const auto& [id, temporary] : temporary_) {
            if (temporary.filter.name_space == ns) live.push_back(id);
        }
    }
    for (const auto id : live) {
        const auto allowed = options_.sources->check_access(id);
        if (!allowed) lose_access(id, allowed.error());
    }
    change(Awaited::No, [&](Actions& actions) {  // others may have what they were denied
        for (auto& [id, filter] : filters_) {
            if (filter.event_namespace == ns) reconsider(id, filter, actions);
        }
    });
}

void Subscriptions::lose_access(match::FilterId filter, const Error& why) {
    const Lock lock(mutex_);
    const auto temporary = temporary_.find(filter);
    if (temporary != temporary_.end()) return temporary->second.queue->end(why);
    for (auto& [id, each] : filters_) {
        if (each.active != filter) continue;
        set_state(each, State::Broken, to_text(why));
        withdraw(each);
    }
}

Result<> Subscriptions::check_permanent_quota(const std::string& creator) const {
    const auto limit = Quotas::read(*options_.catalog).permanent_subscriptions;
    const Lock lock(mutex_);
    const auto of_user = std::ranges::count(bindings_, creator,
                                            [](const auto& each) { return each.second.creator; });
    return check_quota(limit, bindings_.size(), static_cast<std::uint64_t>(of_user),
                       "permanent subscriptions");
}

std::vector<std::shared_ptr<ConsumerQueue>> Subscriptions::queues() const {
    const Lock lock(mutex_);
    std::vector<std::shared_ptr<ConsumerQueue>> all;
    for (const auto& [id, consumer] : consumers_) all.push_back(consumer.queue);
    return all;
}

void Subscriptions::retire_all() {
    change(Awaited::No, [&](Actions& actions) {
        retired_ = true;
        for (auto& [id, filter] : filters_) deactivate(filter, actions);
        for (auto& [id, consumer] : consumers_) actions.retire.push_back(consumer.queue);
        for (auto& [id, temporary] : temporary_) {
            temporary.queue->end(Error{Status::ShuttingDown, "the service is stopping"});
        }
        filters_.clear();
        consumers_.clear();
        bindings_.clear();
        bindings_of_filter_.clear();
    });
}

}  // namespace openwmi::eventing
