#include <algorithm>
#include <utility>

#include "eventing/quotas.h"
#include "eventing/subscription_parts.h"

// The temporary subscriptions, which share the routing and the sources with the permanent ones.
namespace openwmi::eventing {

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
        found->second.queue->open();
        tell(found->second, SinkChange::Registered);
    }
    return filter.id;
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

void Subscriptions::tell(const Temporary& temporary, SinkChange change) const {
    const auto& filter = temporary.filter;
    eventing::tell(*options_.environment->self_events, change,
                   {filter.name_space, temporary.query, filter.id});
}

}  // namespace openwmi::eventing
