#include <algorithm>
#include <utility>

#include "eventing/subscription_parts.h"

// From the parts of subscriptions to routes, and what becomes of a filter then: its sources come
// up, and it is active, degraded or broken.
namespace openwmi::eventing {

namespace {

// A source that changes classes or registrations whenever it is tried must not keep us busy.
constexpr int max_attempts = 3;

// Is one of the classes there that a query names and nobody knew?
bool has_come(const cim::Schema& schema, const std::vector<cim::Name>& unknown) {
    return std::ranges::any_of(
        unknown, [&](const auto& name) { return schema.find_class(name) != nullptr; });
}

}  // namespace

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
    const auto withdrawn =
        std::erase_if(actions.activate, [&](const auto& each) { return each.filter.id == id; });
    if (!std::exchange(filter.activating, false) || withdrawn > 0) actions.deactivate.push_back(id);
    filter.look_again = false;
    filter.polling_failure.clear();
    actions.silenced = true;
    if (std::exchange(filter.is_told, false)) tell(filter, FilterChange::Deactivated);
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

void Subscriptions::activate(const Activation& activation) {
    for (int left = max_attempts - 1;; --left) {
        // Whoever made it so left it to us to stop what an earlier attempt brought up.
        if (is_outdated(activation)) return stop_sources(activation.filter.id);
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

// A filter that is found broken gets nothing from then on: not what its sources raise for others,
// either.
void Subscriptions::withdraw(Filter& filter) {
    const auto id = std::exchange(filter.active, match::FilterId{});
    options_.routing->publish(options_.routing->latest()->without(id));
    if (filter.aggregation) std::exchange(filter.aggregation, nullptr)->discard();
    if (std::exchange(filter.is_told, false)) tell(filter, FilterChange::Deactivated);
    filter.look_again = false;
    filter.polling_failure.clear();
    // While its sources come up, whoever waits for them stops them again.
    if (!std::exchange(filter.activating, false)) stop_sources(id);
}

// A change of classes or registrations cannot do it any good.
bool Subscriptions::is_settled(const Filter& filter) {
    return filter.state == State::Active && filter.coverage.by != Coverage::By::Nobody;
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

void Subscriptions::tell(const Filter& filter, FilterChange change) const {
    eventing::tell(*options_.environment->self_events, change, filter.name_space, *filter.instance);
}

}  // namespace openwmi::eventing
