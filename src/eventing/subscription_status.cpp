#include <algorithm>
#include <set>
#include <utility>

#include "eventing/guaranteed.h"
#include "eventing/subscription_parts.h"

// What people see of subscriptions.
namespace openwmi::eventing {

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
    status.has_recovered = binding.link->has_recovered();
    if (status.last_error.empty()) status.last_error = binding.link->uncounted;
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

// Of the class that it asks for, whether or not they met its condition.
std::uint64_t Subscriptions::count_seen(const Filter& filter) const {
    return options_.last_events->seen([&](const LastEvents::Kind& kind) {
        return kind.name_space == filter.event_namespace && is_about(*filter.bound, kind);
    });
}

}  // namespace openwmi::eventing
