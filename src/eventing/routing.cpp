#include "eventing/routing.h"

#include <algorithm>
#include <utility>

namespace openwmi::eventing {

Routing::Routing(bool naive) : indexed_(match::Snapshot::make({})) {
    buckets_.fill(std::make_shared<const Bucket>());
    if (naive) naive_ = std::make_shared<const match::NaiveMatcher>(std::vector<match::Filter>());
}

std::size_t Routing::bucket_of(match::FilterId filter) {
    return static_cast<std::size_t>(filter) % bucket_count;
}

void Routing::put_route(match::FilterId filter, RoutePtr route) {
    auto& bucket = buckets_[bucket_of(filter)];
    auto copy = std::make_shared<Bucket>(*bucket);
    if (route) {
        (*copy)[filter] = std::move(route);
    } else {
        copy->erase(filter);
    }
    bucket = std::move(copy);
}

std::shared_ptr<const Routing> Routing::with(const match::Filter& filter, RoutePtr route) const {
    auto next = std::make_shared<Routing>(*this);
    next->put_route(filter.id, std::move(route));
    next->indexed_ = indexed_->with(filter);
    if (naive_) next->rebuild_naive();
    return next;
}

std::shared_ptr<const Routing> Routing::with_route(match::FilterId filter, RoutePtr route) const {
    auto next = std::make_shared<Routing>(*this);
    next->put_route(filter, std::move(route));
    return next;
}

std::shared_ptr<const Routing> Routing::without(match::FilterId filter) const {
    auto next = std::make_shared<Routing>(*this);
    next->put_route(filter, nullptr);
    next->indexed_ = indexed_->without(filter);
    if (naive_) next->rebuild_naive();
    return next;
}

void Routing::rebuild_naive() {
    std::vector<match::Filter> filters;
    for (const auto& bucket : buckets_) {
        for (const auto& [id, route] : *bucket) {
            if (const auto* filter = indexed_->find(id)) filters.push_back(*filter);
        }
    }
    std::ranges::sort(filters, {}, &match::Filter::id);
    naive_ = std::make_shared<const match::NaiveMatcher>(std::move(filters));
}

void Routing::match(const cim::NamespacePath& ns, const cim::Instance& event,
                    std::vector<match::FilterId>& out) const {
    if (naive_) {
        naive_->match(ns, event, out);
    } else {
        indexed_->match(ns, event, out);
    }
}

bool Routing::wanted(const cim::NamespacePath& ns, const cim::Class& event_class) const {
    return indexed_->wanted(ns, event_class);
}

const Route* Routing::find(match::FilterId filter) const {
    const auto& bucket = *buckets_[bucket_of(filter)];
    const auto found = bucket.find(filter);
    return found == bucket.end() ? nullptr : found->second.get();
}

}  // namespace openwmi::eventing
