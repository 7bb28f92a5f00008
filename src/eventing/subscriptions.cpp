#include "eventing/subscriptions.h"

#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "eventing/ess_events.h"
#include "eventing/guaranteed.h"
#include "eventing/quotas.h"
#include "eventing/temporary.h"
#include "security/sddl.h"
#include "wql/query.h"

namespace openwmi::eventing {

namespace {

constexpr base::Duration reader_grace = std::chrono::seconds(5);  // decision 6
// A source that changes classes or registrations whenever it is tried must not keep us busy.
constexpr int max_attempts = 3;
constexpr std::uint64_t qos_guaranteed = 2;  // DeliveryQoS (decision 10)

std::string text_property(const cim::Instance& instance, const char* name) {
    const auto value = instance.find(name);
    const auto* text = value ? value->get_if<std::string>() : nullptr;
    return text ? *text : std::string();
}

// The SID in a property, as bytes.
std::string creator_of(const cim::Instance& instance) {
    const auto value = instance.find("CreatorSID").value_or(cim::Value());
    std::string bytes;
    if (const auto* numbers = value.get_if<cim::Unsigneds>()) {
        for (const auto number : *numbers) bytes.push_back(static_cast<char>(number));
    }
    return bytes;
}

// Whose user runs the service can do whatever it can.
Subscriber subscriber_of(const cim::Instance& filter) {
    const auto sid = security::Sid::of_bytes(creator_of(filter));
    if (!sid) return {"", false, false};
    const bool trusted = *sid == security::Sid::administrators() ||
                         *sid == security::Sid::local_system() ||
                         *sid == security::Sid::of_uid(::geteuid());
    return {sid->text(), trusted, false};
}

// Is one of the classes there that a query names and nobody knew?
bool has_come(const cim::Schema& schema, const std::vector<cim::Name>& unknown) {
    return std::ranges::any_of(
        unknown, [&](const auto& name) { return schema.find_class(name) != nullptr; });
}

std::string full_text(const cim::NamespacePath& ns, cim::ObjectPath path) {
    path.server.reset();
    path.name_space = ns;
    return path.text();
}

}  // namespace

// A part of a subscription that is named by a binding but not there has a record without an
// instance.
struct Subscriptions::Filter {
    cim::NamespacePath name_space;
    cim::ObjectPath path;
    std::string text;  // the path, for people
    cim::InstancePtr instance;
    std::string query;
    cim::NamespacePath event_namespace;
    std::shared_ptr<const wql::BoundQuery> bound;
    std::shared_ptr<const security::SecurityDescriptor> access;  // null: no EventAccess
    std::shared_ptr<Aggregation> aggregation;  // while it is active and its query has GROUP
    State state = State::Unbound;
    std::string reason;
    Coverage coverage;
    std::string polling_failure;
    match::FilterId active{};  // 0: not in the routing
    bool activating = false;   // its sources are coming up
    bool look_again = false;   // its surroundings changed while they did
    bool is_told = false;      // that it is active
    base::WallTime live_since;
    std::uint64_t seen_before = 0;  // events of its class, until it was live
};

struct Subscriptions::Consumer {
    cim::NamespacePath name_space;
    cim::ObjectPath path;
    std::string text;
    std::shared_ptr<ConsumerQueue> queue;
};

struct Subscriptions::Binding {
    cim::NamespacePath name_space;
    cim::ObjectPath path;
    std::string filter_id;
    std::string consumer_id;
    cim::NamespacePath consumer_namespace;
    cim::ObjectPath consumer_path;
    std::string creator;  // a SID's bytes
    std::shared_ptr<BindingLink> link;
};

struct Subscriptions::Temporary {
    match::Filter filter;
    std::shared_ptr<Aggregation> aggregation;  // may be null
    std::string user;
    std::shared_ptr<TemporaryQueue> queue;
    std::string query;  // empty until its sources are up
};

struct Subscriptions::Activation {
    std::string filter_id;
    match::Filter filter;
    std::string query;
    Subscriber who;
};

// What a change comes to: the next routing, published when all is known, and what has to happen
// once the lock is released: calls into sources, and news for consumers.
struct Subscriptions::Actions {
    std::shared_ptr<const Routing> routing;  // null: as it is
    std::vector<match::FilterId> deactivate;
    std::vector<Activation> activate;
    std::vector<std::shared_ptr<ConsumerQueue>> retire;
    std::vector<std::shared_ptr<BindingLink>> forget;  // with what is promised to them
    bool silenced = false;  // somebody must not hear of later events any more
    base::Generation generation{};
};

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
            const bool is_up = filter.active != match::FilterId{} && !filter.activating;
            if (is_up && filter.event_namespace == ns) live.push_back(filter.active);
        }
        for (const auto& [id, temporary] : temporary_) {
            if (temporary.filter.name_space == ns) live.push_back(id);
        }
    }
    for (const auto id : live) {
        const auto allowed = options_.sources->check_access(id);
        if (!allowed) lose_access(id, allowed.error());
    }
    surroundings_changed(&ns);  // others may have what they were denied
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

// A change of classes or registrations cannot do it any good.
bool Subscriptions::is_settled(const Filter& filter) {
    return filter.state == State::Active && filter.coverage.by != Coverage::By::Nobody;
}

void Subscriptions::reconsider(const std::string& id, Filter& filter, Actions& actions) {
    const auto schema = options_.catalog->schema(filter.event_namespace);
    const bool same_class =
        filter.bound && schema &&
        schema->find_class(filter.bound->from()->name()) == filter.bound->from();
    if (!same_class || has_come(*schema, filter.bound->unknown_classes())) {
        deactivate(filter, actions);
        compile(filter);
        return connect(id, actions);
    }
    if (filter.activating) {
        filter.look_again = true;
        return;
    }
    if (is_settled(filter)) return;
    if (filter.active == match::FilterId{}) {
        if (filter.state == State::Broken) connect(id, actions);  // its sources failed
        return;
    }
    filter.activating = true;
    actions.activate.push_back({id,
                                {filter.active, filter.event_namespace, filter.bound},
                                filter.query,
                                subscriber_of(*filter.instance)});
}

// After a class or namespace was deleted, with all that was in it. A path whose class is gone has
// no canonical identity any more: records are found by what they remember.
void Subscriptions::drop_what_is_gone(Actions& actions) {
    for (auto it = filters_.begin(); it != filters_.end();) {
        const bool gone = is_gone(it->second.name_space, it->second.path);
        if (gone) deactivate(it->second, actions);
        it = gone ? filters_.erase(it) : std::next(it);
    }
    std::set<std::string> touched;
    std::vector<std::string> gone;
    std::set<std::string> gone_consumers;
    for (const auto& [id, consumer] : consumers_) {
        if (is_gone(consumer.name_space, consumer.path)) gone_consumers.insert(id);
    }
    for (const auto& [id, binding] : bindings_) {
        if (is_gone(binding.name_space, binding.path)) gone.push_back(id);
        if (gone_consumers.contains(binding.consumer_id)) touched.insert(binding.filter_id);
    }
    for (const auto& id : gone_consumers) {
        actions.retire.push_back(consumers_.at(id).queue);
        consumers_.erase(id);
    }
    for (const auto& id : gone) erase_binding(id, actions);
    for (const auto& filter_id : touched) connect(filter_id, actions);
}

void Subscriptions::end_temporary_without_class() {
    for (const auto& [id, temporary] : temporary_) {
        const auto& filter = temporary.filter;
        const auto schema = options_.catalog->schema(filter.name_space);
        const auto& from = filter.query->from()->name();
        if (schema && schema->find_class(from)) continue;
        temporary.queue->end(Error{
            Status::InvalidClass,
            fmt::format("the class {} of {} was deleted", from.text(), filter.name_space.text())});
    }
}

void Subscriptions::reload_filter(const cim::NamespacePath& ns, const cim::ObjectPath& path,
                                  Actions& actions) {
    const auto id = identify(ns, path);
    const auto instance = options_.catalog->find_instance(ns, path);
    if (!instance) {
        const auto found = filters_.find(id);
        if (found == filters_.end() || !is_gone(ns, path)) return;
        deactivate(found->second, actions);
        filters_.erase(found);
        return;
    }
    auto& filter = filters_[id];
    filter.name_space = ns;
    filter.path = (*instance)->path().value_or(path);
    filter.text = full_text(ns, filter.path);
    const auto query = text_property(**instance, "Query");
    const auto event_namespace = text_property(**instance, "EventNamespace");
    const bool is_disabled = options_.catalog->is_disabled(ns, filter.path);
    const bool same = filter.instance && filter.query == query &&
                      text_property(*filter.instance, "EventNamespace") == event_namespace &&
                      text_property(*filter.instance, "EventAccess") ==
                          text_property(**instance, "EventAccess") &&
                      creator_of(*filter.instance) == creator_of(**instance) &&
                      (filter.state == State::Disabled) == is_disabled;
    // What is broken gets another chance when it is put again (DLV-008).
    const bool stays = same && filter.state != State::Broken;
    if (!stays) deactivate(filter, actions);  // as what it was
    filter.instance = *instance;
    if (stays) return;
    filter.query = query;
    compile(filter);
    connect(id, actions);
}

// Who listens in another namespace needs WBEM_ENABLE there (OD-011). Until the descriptors of
// namespaces are enforced, others than administrators have it nowhere (decision 17).
Result<> Subscriptions::check_may_listen(const Filter& filter) {
    if (filter.event_namespace == filter.name_space) return {};
    const auto who = subscriber_of(*filter.instance);
    if (who.is_administrator) return {};
    return fail(Status::AccessDenied, "{} made the filter and has no WBEM_ENABLE in {}",
                who.user.empty() ? "nobody we know" : who.user, filter.event_namespace.text());
}

// From text to bound query; leaves the state Unbound when it is fit for use.
void Subscriptions::compile(Filter& filter) {
    filter.bound = nullptr;
    filter.coverage = {};
    filter.event_namespace = filter.name_space;
    if (options_.catalog->is_disabled(filter.name_space, filter.path)) {
        return set_state(filter, State::Disabled, "switched off by an administrator");
    }
    if (const auto text = text_property(*filter.instance, "EventNamespace"); !text.empty()) {
        auto parsed = cim::NamespacePath::parse(text);
        if (!parsed) return set_state(filter, State::Broken, to_text(parsed.error()));
        filter.event_namespace = std::move(*parsed);
    }
    if (const auto allowed = check_may_listen(filter); !allowed) {
        return set_state(filter, State::Broken, to_text(allowed.error()));
    }
    filter.access = nullptr;
    if (const auto text = text_property(*filter.instance, "EventAccess"); !text.empty()) {
        auto access = security::parse_sddl(text);
        if (!access) return set_state(filter, State::Broken, to_text(access.error()));
        filter.access = std::make_shared<const security::SecurityDescriptor>(std::move(*access));
    }
    const auto schema = options_.catalog->schema(filter.event_namespace);
    if (!schema) {
        return set_state(
            filter, State::Broken,
            fmt::format("the namespace {} does not exist", filter.event_namespace.text()));
    }
    auto bound = compile_event_query(filter.query, *schema, options_.polling_floor);
    if (!bound) return set_state(filter, State::Broken, to_text(bound.error()));
    filter.bound = std::move(*bound);
    set_state(filter, State::Unbound, "no binding leads from it to an existing consumer");
}

void Subscriptions::reload_consumer(const cim::NamespacePath& ns, const cim::ObjectPath& path,
                                    Actions& actions) {
    const auto id = identify(ns, path);
    const auto instance = options_.catalog->find_instance(ns, path);
    const auto found = consumers_.find(id);
    if (!instance && !is_gone(ns, path)) return;
    if (instance && found != consumers_.end()) {
        if (found->second.queue->logical()->block() != (*instance)->block()) {
            found->second.queue->redefine(*instance);
        }
        return;
    }
    if (instance) {
        auto queue = std::make_shared<ConsumerQueue>(options_.environment, ns, *instance);
        consumers_[id] = {ns, path, full_text(ns, path), std::move(queue)};
    } else if (found != consumers_.end()) {
        actions.retire.push_back(found->second.queue);
        consumers_.erase(found);
    } else {
        return;
    }
    std::set<std::string> touched;
    for (const auto& [binding_id, binding] : bindings_) {
        if (binding.consumer_id != id) continue;
        touched.insert(binding.filter_id);
        connect_guaranteed(binding);
    }
    for (const auto& filter_id : touched) connect(filter_id, actions);
}

void Subscriptions::reload_binding(const cim::NamespacePath& ns, const cim::ObjectPath& path,
                                   Actions& actions) {
    const auto id = identify(ns, path);
    const auto instance = options_.catalog->find_instance(ns, path);
    const auto found = bindings_.find(id);
    if (!instance) {
        if (found != bindings_.end() && is_gone(ns, path)) erase_binding(id, actions);
        return;
    }
    // Put again, with or without a change: what is queued through it and what was counted stays.
    // The ends are its key, so they are the same.
    const bool known = found != bindings_.end();
    auto& binding = bindings_[id];
    if (!known) {
        binding.name_space = ns;
        binding.path = (*instance)->path().value_or(path);
        binding.link = std::make_shared<BindingLink>();
        binding.link->binding = full_text(ns, binding.path);
        count_for(binding.link);
    }
    read_binding(binding, **instance);
    if (!known) {  // GEN-048
        tell(binding.link->binding, "bound",
             fmt::format("{} to {}", binding.link->filter, binding.link->consumer));
    }
    connect_guaranteed(binding);
    bindings_of_filter_[binding.filter_id].insert(id);
    connect(binding.filter_id, actions);
}

// A binding that cannot be counted works all the same, and says so.
void Subscriptions::count_for(const std::shared_ptr<BindingLink>& link) {
    auto slot = options_.counters->slot(link->binding);
    if (!slot) {
        link->set_last_error(fmt::format("its events are not counted: {}", to_text(slot.error())));
    } else {
        link->counters = std::move(*slot);
    }
    if (const auto& guaranteed = options_.environment->guaranteed) {
        guaranteed->claim(link);
    } else {
        link->counters.settle(link->counters.open(), 0);
    }
}

// Whatever the state of its filter: what was promised is delivered.
void Subscriptions::connect_guaranteed(const Binding& binding) {
    const auto& guaranteed = options_.environment->guaranteed;
    if (!guaranteed || !(binding.link->guaranteed || guaranteed->has_lane(*binding.link))) return;
    if (const auto* consumer = find_consumer(binding)) {
        guaranteed->connect(binding.link, consumer->queue);
    }
}

void Subscriptions::erase_binding(const std::string& id, Actions& actions) {
    const auto found = bindings_.find(id);
    const auto filter_id = found->second.filter_id;
    found->second.link->live = false;
    actions.forget.push_back(found->second.link);
    options_.counters->free(found->second.link->binding);
    bindings_.erase(found);
    auto& siblings = bindings_of_filter_[filter_id];
    siblings.erase(id);
    if (siblings.empty()) bindings_of_filter_.erase(filter_id);
    actions.silenced = true;
    connect(filter_id, actions);
}

void Subscriptions::read_binding(Binding& binding, const cim::Instance& instance) {
    binding.creator = creator_of(instance);
    const auto end = [&](const char* property, std::string& text) {
        auto path =
            cim::ObjectPath::parse(text_property(instance, property)).value_or(cim::ObjectPath());
        auto ns = path.name_space.value_or(binding.name_space);
        if (text.empty()) text = full_text(ns, path);
        return std::pair(std::move(ns), std::move(path));
    };
    auto [filter_ns, filter_path] = end("Filter", binding.link->filter);
    std::tie(binding.consumer_namespace, binding.consumer_path) =
        end("Consumer", binding.link->consumer);
    binding.filter_id = identify(filter_ns, filter_path);
    binding.consumer_id = identify(binding.consumer_namespace, binding.consumer_path);

    const auto forced = instance.find("DeliverSynchronously").value_or(cim::Value());
    const auto qos = instance.find("DeliveryQoS").value_or(cim::Value());
    const auto* level = qos.get_if<std::uint64_t>();
    binding.link->synchronous =
        (forced.get_if<bool>() && forced.get<bool>()) || (level && *level == 0);  // OD-001
    binding.link->guaranteed = !binding.link->synchronous && level && *level == qos_guaranteed;
    const auto is_set = [&](const char* name) {
        const auto value = instance.find(name).value_or(cim::Value());
        return value.get_if<bool>() && value.get<bool>();
    };
    binding.link->slows_down = is_set("SlowDownProviders");
    binding.link->keeps_context = is_set("MaintainSecurityContext");
    binding.link->observed = options_.catalog->is_observed(binding.name_space, binding.path);
}

Subscriptions::Consumer* Subscriptions::find_consumer(const Binding& binding) {
    const auto found = consumers_.find(binding.consumer_id);
    if (found != consumers_.end()) return &found->second;
    // A binding may reach a consumer in a namespace that was not asked for yet.
    const auto instance =
        options_.catalog->find_instance(binding.consumer_namespace, binding.consumer_path);
    if (!instance || !(*instance)->class_of().is_a("__EventConsumer")) return nullptr;
    auto& consumer = consumers_[binding.consumer_id];
    consumer.name_space = binding.consumer_namespace;
    consumer.path = binding.consumer_path;
    consumer.text = binding.link->consumer;
    consumer.queue = std::make_shared<ConsumerQueue>(options_.environment,
                                                     binding.consumer_namespace, *instance);
    return &consumer;
}

RoutePtr Subscriptions::make_route(const std::string& filter_id, const Filter& filter) {
    auto route = std::make_shared<Route>();
    route->filter = filter.text;
    route->query = filter.bound;
    route->aggregation = filter.aggregation;
    route->access = filter.access;
    if (const auto sid = security::Sid::of_bytes(creator_of(*filter.instance)))
        route->subscriber = security::Token::of(*sid);
    const auto found = bindings_of_filter_.find(filter_id);
    if (found == bindings_of_filter_.end()) return route;
    for (const auto& id : found->second) {
        const auto& binding = bindings_.at(id);
        if (auto* consumer = find_consumer(binding)) {
            route->bindings.push_back({binding.link, consumer->queue});
        }
    }
    return route;
}

// Null for a query without GROUP.
std::shared_ptr<Aggregation> Subscriptions::make_aggregation(const match::Filter& filter) const {
    if (!filter.query->group()) return nullptr;
    const auto& environment = options_.environment;
    return std::make_shared<Aggregation>(Aggregation::Options{.executor = environment->executor,
                                                              .hold = environment->hold,
                                                              .filter = filter,
                                                              .emit = environment->on_window});
}

// Brings the routing in line with what is known of one filter.
void Subscriptions::connect(const std::string& filter_id, Actions& actions) {
    const auto found = filters_.find(filter_id);
    if (found == filters_.end()) return;
    auto& filter = found->second;
    if (!filter.bound) return;
    auto route = make_route(filter_id, filter);
    if (route->bindings.empty()) {
        deactivate(filter, actions);
        return set_state(filter, State::Unbound,
                         "no binding leads from it to an existing consumer");
    }
    if (filter.active != match::FilterId{}) {
        actions.silenced = true;
        actions.routing = routing(actions)->with_route(filter.active, std::move(route));
        return;
    }
    filter.active = match::FilterId{++last_filter_};
    filter.live_since = options_.environment->executor->clock().wall();
    filter.seen_before = count_seen(filter);
    const match::Filter entry{filter.active, filter.event_namespace, filter.bound};
    filter.aggregation = make_aggregation(entry);
    if (filter.aggregation) route = make_route(filter_id, filter);
    actions.routing = routing(actions)->with(entry, std::move(route));
    filter.activating = true;
    actions.activate.push_back({filter_id, entry, filter.query, subscriber_of(*filter.instance)});
}

void Subscriptions::deactivate(Filter& filter, Actions& actions) {
    if (filter.active == match::FilterId{}) return;
    actions.routing = routing(actions)->without(filter.active);
    // While its sources come up, whoever waits for them sees that it is outdated and stops them
    // again.
    const auto id = std::exchange(filter.active, match::FilterId{});
    if (filter.aggregation) std::exchange(filter.aggregation, nullptr)->discard();
    std::erase_if(actions.activate, [&](const auto& each) { return each.filter.id == id; });
    if (!std::exchange(filter.activating, false)) actions.deactivate.push_back(id);
    filter.look_again = false;
    filter.polling_failure.clear();
    actions.silenced = true;
    if (std::exchange(filter.is_told, false)) tell(filter, FilterChange::Deactivated);
}

void Subscriptions::tell(const Filter& filter, FilterChange change) const {
    eventing::tell(*options_.environment->self_events, change, filter.name_space, *filter.instance);
}

void Subscriptions::activate(const Activation& activation) {
    for (int left = max_attempts - 1;; --left) {
        if (is_outdated(activation)) return;
        const auto coverage =
            options_.sources->activate(activation.filter, activation.query, activation.who);
        if (!settle(activation, coverage, left)) return;
    }
}

bool Subscriptions::is_outdated(const Activation& activation) const {
    const Lock lock(mutex_);
    const auto found = filters_.find(activation.filter_id);
    return found == filters_.end() || found->second.active != activation.filter.id;
}

// True when it was in vain and the surroundings have changed meanwhile: then it is worth another
// attempt, if some are left.
bool Subscriptions::settle(const Activation& activation, const Result<Coverage>& coverage,
                           int attempts_left) {
    {
        const Lock lock(mutex_);
        const auto found = filters_.find(activation.filter_id);
        if (found != filters_.end() && found->second.active == activation.filter.id) {
            return accept(found->second, coverage, attempts_left);
        }
    }
    // Whoever deleted or changed it while its sources came up could not stop them yet.
    stop_sources(activation.filter.id);
    return false;
}

bool Subscriptions::accept(Filter& filter, const Result<Coverage>& coverage, int attempts_left) {
    filter.coverage = coverage.value_or(Coverage());
    if (!coverage) {
        set_state(filter, State::Broken, to_text(coverage.error()));
    } else {
        show_state(filter);
        if (!std::exchange(filter.is_told, true)) tell(filter, FilterChange::Activated);
    }
    const bool changed = std::exchange(filter.look_again, false);
    filter.activating = changed && attempts_left > 0 && !is_settled(filter);
    if (!coverage && !filter.activating) withdraw(filter);
    return filter.activating;
}

// A filter that is broken gets nothing: not what its sources raise for others, either.
void Subscriptions::withdraw(Filter& filter) {
    const auto id = std::exchange(filter.active, match::FilterId{});
    options_.routing->publish(options_.routing->latest()->without(id));
    if (filter.aggregation) std::exchange(filter.aggregation, nullptr)->discard();
    if (std::exchange(filter.is_told, false)) tell(filter, FilterChange::Deactivated);
    stop_sources(id);
}

// Of a filter whose sources are up, as far as they are.
void Subscriptions::show_state(Filter& filter) {
    auto missing = filter.coverage.missing;
    for (const auto& name : filter.bound->unknown_classes()) {
        missing += fmt::format("{}there is no class {} in {}", missing.empty() ? "" : "; ",
                               name.text(), filter.event_namespace.text());
    }
    if (!filter.polling_failure.empty()) {
        missing += (missing.empty() ? "" : "; ") + filter.polling_failure;
    }
    set_state(filter, missing.empty() ? State::Active : State::Degraded, missing);
}

void Subscriptions::polling_changed(match::FilterId filter, const std::string& failure) {
    const Lock lock(mutex_);
    for (auto& [id, each] : filters_) {
        if (each.active != filter) continue;
        each.polling_failure = failure;
        const bool is_up = each.state == State::Active || each.state == State::Degraded;
        if (is_up && !each.activating) show_state(each);
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

// Never awaited: a provider may hold a lock of its own while it raises the event whose consumer
// brought us here.
void Subscriptions::stop_sources(match::FilterId filter) {
    options_.environment->executor->post(
        [sources = options_.sources, held = options_.environment->hold(), filter] {
            if (held) sources->deactivate(filter);
        });
}

void Subscriptions::set_state(Filter& filter, State state, std::string reason) {
    if (filter.state == state && filter.reason == reason) return;
    filter.state = state;
    filter.reason = std::move(reason);
    tell(filter.text, to_text(state), filter.reason);
}

// `state` is a literal.
void Subscriptions::tell(const std::string& part, std::string_view state,
                         const std::string& reason) const {
    if (!options_.observer) return;
    options_.environment->executor->post([observer = options_.observer, part, state, reason] {
        observer->on_state(part, state, reason);
    });
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

Result<match::FilterId> Subscriptions::add_temporary(const cim::NamespacePath& ns,
                                                     std::string_view query,
                                                     std::shared_ptr<TemporaryQueue> queue,
                                                     const security::Identity& who) {
    const auto schema = options_.catalog->schema(ns);
    if (!schema)
        return fail(Status::InvalidNamespace, "the namespace {} does not exist", ns.text());
    auto route = std::make_shared<Route>();
    route->query = WMI_TRY(compile_event_query(query, *schema, options_.polling_floor));
    route->filter = std::string(query);
    route->subscriber = security::Token::of(who);
    route->temporary = std::move(queue);
    match::Filter filter;
    const auto user = who.creator().text();
    const auto limit = Quotas::read(*options_.catalog).temporary_subscriptions;
    {
        const Lock lock(mutex_);
        if (retired_) return fail(Status::ShuttingDown, "the service is stopping");
        const auto of_user =
            std::ranges::count(temporary_, user, [](const auto& each) { return each.second.user; });
        WMI_TRY(check_quota(limit, temporary_.size(), static_cast<std::uint64_t>(of_user),
                            "temporary subscriptions"));
        filter = {match::FilterId{++last_filter_}, ns, route->query};
        route->aggregation = make_aggregation(filter);
        temporary_[filter.id] = {filter, route->aggregation, user, route->temporary, {}};
        options_.routing->publish(options_.routing->latest()->with(filter, std::move(route)));
    }
    auto coverage = options_.sources->activate(filter, query, {user, who.is_administrator(), true});
    if (!coverage) {
        remove_temporary(filter.id);
        return fail(coverage.error());
    }
    const Lock lock(mutex_);
    if (const auto found = temporary_.find(filter.id); found != temporary_.end()) {
        found->second.query = query;
        tell(found->second, SinkChange::Registered);
    }
    return filter.id;
}

void Subscriptions::tell(const Temporary& temporary, SinkChange change) const {
    const auto& filter = temporary.filter;
    eventing::tell(*options_.environment->self_events, change,
                   {filter.name_space, temporary.query, filter.id});
}

void Subscriptions::remove_temporary(match::FilterId filter) {
    {
        const Lock lock(mutex_);
        const auto node = temporary_.extract(filter);
        if (!node) return;
        if (node.mapped().aggregation) node.mapped().aggregation->discard();
        options_.routing->publish(options_.routing->latest()->without(filter));
        if (!node.mapped().query.empty()) tell(node.mapped(), SinkChange::Cancelled);
    }
    stop_sources(filter);
}

SubscriptionStatus Subscriptions::status_of(const Binding& binding) const {
    SubscriptionStatus status;
    status.name_space = binding.name_space.text();
    status.binding = binding.link->binding;
    status.filter = binding.link->filter;
    status.consumer = binding.link->consumer;
    status.counters = binding.link->counters.read();
    if (const auto last = binding.link->last_delivery.load())
        status.last_delivery = base::WallTime{last};
    status.last_error = binding.link->last_error();
    const auto filter = filters_.find(binding.filter_id);
    const auto consumer = consumers_.find(binding.consumer_id);
    const auto& guaranteed = options_.environment->guaranteed;
    status.guaranteed = binding.link->guaranteed;
    status.observed = binding.link->observed;
    if (guaranteed) status.waiting_events = guaranteed->waiting(*binding.link);
    if (consumer != consumers_.end()) {
        status.queued_events = consumer->second.queue->queued_events();
        status.queued_bytes = consumer->second.queue->queued_bytes();
    }
    if (filter == filters_.end()) {
        status.reason = fmt::format("the filter {} does not exist", binding.link->filter);
        return status;
    }
    status.query = filter->second.query;
    status.coverage = filter->second.coverage.text;
    if (consumer == consumers_.end()) {
        status.reason = fmt::format("the consumer {} does not exist", binding.link->consumer);
        return status;
    }
    status.state = filter->second.state;
    status.reason = filter->second.reason;
    const auto trouble = status.guaranteed && guaranteed ? guaranteed->trouble() : std::nullopt;
    if (status.state == State::Active && trouble) {
        status.state = State::Degraded;
        status.reason = "nothing can be guaranteed: " + to_text(*trouble);
    }
    return status;
}

std::vector<SubscriptionStatus> Subscriptions::status() const {
    const Lock lock(mutex_);
    std::vector<SubscriptionStatus> all;
    std::set<std::string> bound;
    for (const auto& [id, binding] : bindings_) {
        all.push_back(status_of(binding));
        bound.insert(binding.filter_id);
        bound.insert(binding.consumer_id);
    }
    for (const auto& [id, filter] : filters_) {
        if (bound.contains(id)) continue;
        all.push_back({.name_space = filter.name_space.text(),
                       .filter = filter.text,
                       .query = filter.query,
                       .state = filter.state,
                       .reason = filter.reason});
    }
    for (const auto& [id, consumer] : consumers_) {
        if (bound.contains(id)) continue;
        all.push_back({.name_space = consumer.name_space.text(),
                       .consumer = consumer.text,
                       .reason = "no binding leads to it"});
    }
    return all;
}

// Of the class that it asks for, whether or not they met its condition.
std::uint64_t Subscriptions::count_seen(const Filter& filter) const {
    return options_.last_events->seen([&](const LastEvents::Kind& kind) {
        return kind.name_space == filter.event_namespace && is_about(*filter.bound, kind);
    });
}

std::optional<FilterReport> Subscriptions::find_filter(const cim::NamespacePath& ns,
                                                       const cim::ObjectPath& path) const {
    const auto id = identify(ns, path);
    const Lock lock(mutex_);
    const auto found = filters_.find(id);
    if (found == filters_.end()) return std::nullopt;
    const auto& filter = found->second;
    FilterReport report{.filter = filter.text,
                        .query = filter.query,
                        .event_namespace = filter.event_namespace,
                        .bound = filter.bound,
                        .state = filter.state,
                        .reason = filter.reason,
                        .coverage = filter.coverage,
                        .active = filter.active,
                        .live_since = {},
                        .seen = 0,
                        .bindings = {}};
    if (filter.active != match::FilterId{}) {
        report.live_since = filter.live_since;
        // A class that was forgotten meanwhile counts from one again.
        const auto seen = count_seen(filter);
        report.seen = seen - std::min(seen, filter.seen_before);
    }
    for (const auto& [binding_id, binding] : bindings_) {
        if (binding.filter_id == id) report.bindings.push_back(status_of(binding));
    }
    return report;
}

std::vector<std::shared_ptr<ConsumerQueue>> Subscriptions::queues() const {
    const Lock lock(mutex_);
    std::vector<std::shared_ptr<ConsumerQueue>> all;
    for (const auto& [id, consumer] : consumers_) all.push_back(consumer.queue);
    return all;
}

}  // namespace openwmi::eventing
