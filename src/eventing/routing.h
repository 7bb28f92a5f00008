#pragma once

#include <array>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "eventing/aggregation.h"
#include "eventing/consumer_queue.h"
#include "match/filter.h"
#include "match/naive.h"
#include "match/snapshot.h"
#include "security/descriptor.h"

namespace openwmi::eventing {

class TemporaryQueue;

// Where the events of one filter go. Immutable.
struct Route {
    std::string filter;  // object path, or the text of a temporary query
    std::shared_ptr<const wql::BoundQuery> query;
    struct Binding {
        std::shared_ptr<BindingLink> link;
        std::shared_ptr<ConsumerQueue> consumer;
    };
    std::vector<Binding> bindings;
    // Whose events it takes: EventAccess (SYS-024). Null: everybody's.
    std::shared_ptr<const security::Descriptor> access;
    security::Token subscriber = security::Token::of_nobody();
    std::shared_ptr<TemporaryQueue> temporary;  // instead of bindings
    std::shared_ptr<Aggregation> aggregation;   // of a query with GROUP; it collects the events
};
using RoutePtr = std::shared_ptr<const Route>;

// Everything a raising thread needs, in one immutable version: which filters an event meets and
// where it goes then. A change copies one bucket of routes and the touched part of the index.
class Routing {
  public:
    explicit Routing(bool naive);

    std::shared_ptr<const Routing> with(const match::Filter& filter, RoutePtr route) const;
    // The same filter with other bindings.
    std::shared_ptr<const Routing> with_route(match::FilterId filter, RoutePtr route) const;
    std::shared_ptr<const Routing> without(match::FilterId filter) const;

    void match(const cim::NamespacePath& ns, const cim::Instance& event,
               std::vector<match::FilterId>& out) const;
    bool wanted(const cim::NamespacePath& ns, const cim::Class& event_class) const;
    const Route* find(match::FilterId filter) const;

  private:
    using Bucket = std::unordered_map<match::FilterId, RoutePtr>;
    static constexpr std::size_t bucket_count = 64;
    static std::size_t bucket_of(match::FilterId filter);
    void put_route(match::FilterId filter, RoutePtr route);
    void rebuild_naive();

    std::array<std::shared_ptr<const Bucket>, bucket_count> buckets_;
    match::SnapshotPtr indexed_;
    std::shared_ptr<const match::NaiveMatcher>
        naive_;  // the oracle, in use instead of the index; or null
};

}  // namespace openwmi::eventing
