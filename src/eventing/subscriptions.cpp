#include "eventing/subscriptions.h"

#include <algorithm>
#include <utility>

#include "eventing/temporary.h"
#include "wql/query.h"

namespace openwmi::eventing {

namespace {

constexpr base::Duration reader_grace = std::chrono::seconds(5);  // decision 6

std::string text_property(const cim::Instance& instance, const char* name) {
    const auto value = instance.find(name);
    const auto* text = value ? value->get_if<std::string>() : nullptr;
    return text ? *text : std::string();
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
    State state = State::Unbound;
    std::string reason;
    Coverage coverage;
    match::FilterId active{};  // 0: not in the routing
    bool activating = false;   // its sources are coming up
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
    std::string filter_text;
    std::shared_ptr<BindingLink> link;
};

// What has to happen once the lock is released: calls into sources, and the release of strangers'
// objects.
struct Subscriptions::Actions {
    struct Activation {
        std::string filter_id;
        match::Filter filter;
        std::string query;
    };
    std::vector<match::FilterId> deactivate;
    std::vector<Activation> activate;
    std::vector<std::shared_ptr<ConsumerQueue>> retire;
    bool silenced = false;  // somebody must not hear of later events any more
};

Result<std::shared_ptr<const wql::BoundQuery>> compile_event_query(std::string_view text,
                                                                   const cim::Schema& schema) {
    auto query = wql::parse(text);
    if (!query) return fail(Error{Status::UnparsableQuery, query.error().message});
    auto bound = WMI_TRY(wql::bind(*query, schema, wql::BindFor::Event));
    if (bound.group()) {
        return fail(Status::NotSupported, "GROUP WITHIN is not served in this release");
    }
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

void Subscriptions::load_all() {
    Actions actions;
    {
        const Lock lock(mutex_);
        for (const auto& ns : options_.catalog->namespaces()) load_namespace(ns, actions);
    }
    carry_out(std::move(actions));
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

void Subscriptions::changed(const cim::NamespacePath& ns, const cim::ObjectPath& path) {
    const auto schema = options_.catalog->schema(ns);
    const auto cls = schema ? schema->find_class(path.class_name) : nullptr;
    if (!cls) return;
    Actions actions;
    {
        const Lock lock(mutex_);
        if (cls->is_a("__EventFilter")) {
            reload_filter(ns, path, actions);
        } else if (cls->is_a("__FilterToConsumerBinding")) {
            reload_binding(ns, path, actions);
        } else if (cls->is_a("__EventConsumer")) {
            reload_consumer(ns, path, actions);
        }
    }
    carry_out(std::move(actions));
}

void Subscriptions::surroundings_changed(const cim::NamespacePath* ns) {
    Actions actions;
    {
        const Lock lock(mutex_);
        if (!ns) drop_what_is_gone(actions);
        for (auto& [id, filter] : filters_) {
            if (filter.activating || (ns && filter.event_namespace != *ns)) continue;
            const auto schema = options_.catalog->schema(filter.event_namespace);
            const bool same_class =
                filter.bound && schema &&
                schema->find_class(filter.bound->from()->name()) == filter.bound->from();
            const bool settled =
                filter.state != State::Broken && filter.coverage.by != Coverage::By::Nobody;
            if (same_class && settled) continue;
            deactivate(filter, actions);
            compile(filter);
            connect(id, actions);
        }
    }
    carry_out(std::move(actions));
}

// After a class or namespace was deleted, with all that was in it.
void Subscriptions::drop_what_is_gone(Actions& actions) {
    // A path whose class is gone has no canonical identity any more: records are found by what they
    // remember.
    for (auto it = filters_.begin(); it != filters_.end();) {
        auto& filter = it->second;
        if (options_.catalog->find_instance(filter.name_space, filter.path)) {
            ++it;
            continue;
        }
        deactivate(filter, actions);
        it = filters_.erase(it);
    }
    std::vector<std::string> touched;
    std::erase_if(bindings_, [&](auto& each) {
        auto& binding = each.second;
        const bool stored =
            options_.catalog->find_instance(binding.name_space, binding.path).has_value();
        const auto consumer = consumers_.find(binding.consumer_id);
        const bool consumer_gone =
            consumer != consumers_.end() &&
            !options_.catalog->find_instance(consumer->second.name_space, consumer->second.path);
        if (!stored || consumer_gone) touched.push_back(binding.filter_id);
        if (stored) return false;
        binding.link->live = false;
        options_.counters->free(binding.link->binding);
        return true;
    });
    std::erase_if(consumers_, [&](auto& each) {
        if (options_.catalog->find_instance(each.second.name_space, each.second.path)) return false;
        actions.retire.push_back(each.second.queue);
        return true;
    });
    for (const auto& filter_id : touched) connect(filter_id, actions);
    actions.silenced = actions.silenced || !touched.empty();
}

void Subscriptions::reload_filter(const cim::NamespacePath& ns, const cim::ObjectPath& path,
                                  Actions& actions) {
    const auto id = identify(ns, path);
    const auto instance = options_.catalog->find_instance(ns, path);
    if (!instance) {
        if (const auto found = filters_.find(id); found != filters_.end()) {
            deactivate(found->second, actions);
            filters_.erase(found);
        }
        return;
    }
    auto& filter = filters_[id];
    const bool was_disabled = filter.state == State::Disabled;
    const auto query = text_property(**instance, "Query");
    const auto event_namespace = text_property(**instance, "EventNamespace");
    const bool same = filter.instance && filter.query == query &&
                      text_property(*filter.instance, "EventNamespace") == event_namespace &&
                      was_disabled == options_.catalog->is_disabled(ns, path);
    filter.name_space = ns;
    filter.path = path;
    filter.text = full_text(ns, path);
    filter.instance = *instance;
    if (same) return;
    deactivate(filter, actions);
    filter.query = query;
    compile(filter);
    connect(id, actions);
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
    const auto schema = options_.catalog->schema(filter.event_namespace);
    if (!schema) {
        return set_state(
            filter, State::Broken,
            fmt::format("the namespace {} does not exist", filter.event_namespace.text()));
    }
    auto bound = compile_event_query(filter.query, *schema);
    if (!bound) return set_state(filter, State::Broken, to_text(bound.error()));
    filter.bound = std::move(*bound);
    set_state(filter, State::Unbound, "no binding leads from it to an existing consumer");
}

void Subscriptions::reload_consumer(const cim::NamespacePath& ns, const cim::ObjectPath& path,
                                    Actions& actions) {
    const auto id = identify(ns, path);
    const auto instance = options_.catalog->find_instance(ns, path);
    const auto found = consumers_.find(id);
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
    std::vector<std::string> touched;
    for (const auto& [binding_id, binding] : bindings_) {
        if (binding.consumer_id == id) touched.push_back(binding.filter_id);
    }
    for (const auto& filter_id : touched) connect(filter_id, actions);
}

void Subscriptions::reload_binding(const cim::NamespacePath& ns, const cim::ObjectPath& path,
                                   Actions& actions) {
    const auto id = identify(ns, path);
    const auto instance = options_.catalog->find_instance(ns, path);
    const auto found = bindings_.find(id);
    if (!instance) {
        if (found == bindings_.end()) return;
        const auto filter_id = found->second.filter_id;
        found->second.link->live = false;
        options_.counters->free(found->second.link->binding);
        bindings_.erase(found);
        actions.silenced = true;
        return connect(filter_id, actions);
    }
    Binding binding;
    binding.name_space = ns;
    binding.path = path;
    binding.link = std::make_shared<BindingLink>();
    binding.link->binding = full_text(ns, path);
    read_binding(binding, **instance);
    if (found != bindings_.end()) {
        // Put again, with or without a change: what is queued through the old one still counts.
        if (found->second.link->synchronous == binding.link->synchronous)
            binding.link = found->second.link;
        found->second = std::move(binding);
        return connect(found->second.filter_id, actions);
    }
    if (auto slot = options_.counters->slot(binding.link->binding)) binding.link->counters = *slot;
    const auto filter_id = binding.filter_id;
    bindings_[id] = std::move(binding);
    connect(filter_id, actions);
}

void Subscriptions::read_binding(Binding& binding, const cim::Instance& instance) {
    const auto end = [&](const char* property, std::string& text) {
        auto path =
            cim::ObjectPath::parse(text_property(instance, property)).value_or(cim::ObjectPath());
        auto ns = path.name_space.value_or(binding.name_space);
        text = full_text(ns, path);
        return std::pair(std::move(ns), std::move(path));
    };
    auto [filter_ns, filter_path] = end("Filter", binding.filter_text);
    std::string consumer_text;
    std::tie(binding.consumer_namespace, binding.consumer_path) = end("Consumer", consumer_text);
    binding.filter_id = identify(filter_ns, filter_path);
    binding.consumer_id = identify(binding.consumer_namespace, binding.consumer_path);
    binding.link->filter = binding.filter_text;
    binding.link->consumer = consumer_text;

    const auto forced = instance.find("DeliverSynchronously").value_or(cim::Value());
    const auto qos = instance.find("DeliveryQoS").value_or(cim::Value());
    const auto* level = qos.get_if<std::uint64_t>();
    binding.link->synchronous =
        (forced.get_if<bool>() && forced.get<bool>()) || (level && *level == 0);  // OD-001
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

RoutePtr Subscriptions::make_route(const Filter& filter) {
    auto route = std::make_shared<Route>();
    route->filter = filter.text;
    route->query = filter.bound;
    for (auto& [id, binding] : bindings_) {
        if (&filters_.at(binding.filter_id) != &filter) continue;
        if (auto* consumer = find_consumer(binding)) {
            route->bindings.push_back({binding.link, consumer->queue});
        }
    }
    return route;
}

// Brings the routing in line with what is known of one filter.
void Subscriptions::connect(const std::string& filter_id, Actions& actions) {
    const auto found = filters_.find(filter_id);
    if (found == filters_.end()) return;
    auto& filter = found->second;
    if (!filter.bound) return;
    auto route = make_route(filter);
    if (route->bindings.empty()) {
        deactivate(filter, actions);
        return set_state(filter, State::Unbound,
                         "no binding leads from it to an existing consumer");
    }
    const auto routing = options_.routing->latest();
    if (filter.active != match::FilterId{}) {
        actions.silenced = true;
        return options_.routing->publish(routing->with_route(filter.active, std::move(route)));
    }
    filter.active = match::FilterId{++last_filter_};
    const match::Filter entry{filter.active, filter.event_namespace, filter.bound};
    options_.routing->publish(routing->with(entry, std::move(route)));
    filter.activating = true;
    actions.activate.push_back({filter_id, entry, filter.query});
}

void Subscriptions::deactivate(Filter& filter, Actions& actions) {
    if (filter.active == match::FilterId{}) return;
    options_.routing->publish(options_.routing->latest()->without(filter.active));
    // While its sources come up, whoever waits for them sees that it is outdated and stops them
    // again.
    const auto id = std::exchange(filter.active, match::FilterId{});
    if (!std::exchange(filter.activating, false)) actions.deactivate.push_back(id);
    actions.silenced = true;
}

void Subscriptions::carry_out(Actions actions) {
    for (const auto id : actions.deactivate) stop_sources(id);
    for (const auto& each : actions.activate) activate(each.filter_id, each.filter, each.query);
    for (const auto& queue : actions.retire) queue->retire();
    // A delivery may itself delete a binding; it must not wait for its own raiser.
    if (actions.silenced && delivery_depth() == 0) options_.routing->wait_for_readers(reader_grace);
}

void Subscriptions::activate(const std::string& filter_id, const match::Filter& filter,
                             const std::string& query) {
    auto coverage = options_.sources->activate(filter, query);
    bool outdated = false;
    {
        const Lock lock(mutex_);
        const auto found = filters_.find(filter_id);
        outdated = found == filters_.end() || found->second.active != filter.id;
        if (!outdated) found->second.activating = false;
        if (!outdated && coverage) {
            found->second.coverage = *coverage;
            set_state(found->second, State::Active, {});
        } else if (!outdated) {
            found->second.coverage = {};
            set_state(found->second, State::Broken, to_text(coverage.error()));
        }
    }
    // Deleted or changed while its sources came up: whoever did that could not stop them yet.
    if (outdated) stop_sources(filter.id);
}

// Never awaited: a provider may hold a lock of its own while it raises the event whose consumer
// brought us here.
void Subscriptions::stop_sources(match::FilterId filter) {
    options_.environment->executor->post(
        [sources = options_.sources, filter] { sources->deactivate(filter); });
}

void Subscriptions::set_state(Filter& filter, State state, std::string reason) {
    filter.state = state;
    filter.reason = std::move(reason);
    if (!options_.observer) return;
    options_.environment->executor->post(
        [observer = options_.observer, text = filter.text, state, reason = filter.reason] {
            observer->on_state(text, to_text(state), reason);
        });
}

void Subscriptions::retire_all() {
    Actions actions;
    {
        const Lock lock(mutex_);
        for (auto& [id, filter] : filters_) deactivate(filter, actions);
        for (auto& [id, consumer] : consumers_) actions.retire.push_back(consumer.queue);
        for (auto& [id, queue] : temporary_) {
            queue->end(Error{Status::ShuttingDown, "the service is stopping"});
        }
        filters_.clear();
        consumers_.clear();
        bindings_.clear();
    }
    carry_out(std::move(actions));
}

Result<match::FilterId> Subscriptions::add_temporary(const cim::NamespacePath& ns,
                                                     std::string_view query,
                                                     std::shared_ptr<TemporaryQueue> queue) {
    const auto schema = options_.catalog->schema(ns);
    if (!schema)
        return fail(Status::InvalidNamespace, "the namespace {} does not exist", ns.text());
    auto route = std::make_shared<Route>();
    route->query = WMI_TRY(compile_event_query(query, *schema));
    route->filter = std::string(query);
    route->temporary = std::move(queue);
    match::Filter filter;
    {
        const Lock lock(mutex_);
        filter = {match::FilterId{++last_filter_}, ns, route->query};
        temporary_[filter.id] = route->temporary;
        options_.routing->publish(options_.routing->latest()->with(filter, std::move(route)));
    }
    auto coverage = options_.sources->activate(filter, query);
    if (!coverage) {
        remove_temporary(filter.id);
        return fail(coverage.error());
    }
    return filter.id;
}

void Subscriptions::remove_temporary(match::FilterId filter) {
    {
        const Lock lock(mutex_);
        if (temporary_.erase(filter) == 0) return;
        options_.routing->publish(options_.routing->latest()->without(filter));
    }
    stop_sources(filter);
}

SubscriptionStatus Subscriptions::status_of(const Binding& binding) const {
    SubscriptionStatus status;
    status.name_space = binding.name_space.text();
    status.filter = binding.link->filter;
    status.consumer = binding.link->consumer;
    status.counters = binding.link->counters.read();
    if (const auto last = binding.link->last_delivery.load())
        status.last_delivery = base::WallTime{last};
    status.last_error = binding.link->last_error();
    const auto filter = filters_.find(binding.filter_id);
    const auto consumer = consumers_.find(binding.consumer_id);
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
    return status;
}

std::vector<SubscriptionStatus> Subscriptions::status() const {
    const Lock lock(mutex_);
    std::vector<SubscriptionStatus> all;
    std::vector<std::string> bound;
    for (const auto& [id, binding] : bindings_) {
        all.push_back(status_of(binding));
        bound.push_back(binding.filter_id);
        bound.push_back(binding.consumer_id);
    }
    const auto is_bound = [&](const std::string& id) {
        return std::ranges::find(bound, id) != bound.end();
    };
    for (const auto& [id, filter] : filters_) {
        if (is_bound(id)) continue;
        all.push_back({.name_space = filter.name_space.text(),
                       .filter = filter.text,
                       .query = filter.query,
                       .state = filter.state,
                       .reason = filter.reason});
    }
    for (const auto& [id, consumer] : consumers_) {
        if (is_bound(id)) continue;
        all.push_back({.consumer = consumer.text, .reason = "no binding leads to it"});
    }
    return all;
}

std::vector<std::shared_ptr<ConsumerQueue>> Subscriptions::queues() const {
    const Lock lock(mutex_);
    std::vector<std::shared_ptr<ConsumerQueue>> all;
    for (const auto& [id, consumer] : consumers_) all.push_back(consumer.queue);
    return all;
}

}  // namespace openwmi::eventing
