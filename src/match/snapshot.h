#pragma once

#include <memory>
#include <vector>

#include "cim/instance.h"
#include "match/filter.h"
#include "match/filter_group.h"
#include "match/persistent_map.h"

namespace openwmi::match {

class Snapshot;
using SnapshotPtr = std::shared_ptr<const Snapshot>;

// All live filters, indexed: by namespace, event class, class of the object (for intrinsic events
// whose condition names it) and the value of a property that must be equal. A changed copy shares
// what did not change. Immutable.
class Snapshot {
  public:
    static SnapshotPtr make(const std::vector<Filter>& filters);

    // The same with one filter more or less. An id that exists is replaced; one that does not
    // changes nothing.
    SnapshotPtr with(Filter filter) const;
    SnapshotPtr without(FilterId id) const;

    // Adds the filters that the event passes, by rising id: exactly those that NaiveMatcher finds.
    // Allocates only where `out` must grow and where wql::evaluate_condition does.
    void match(const cim::NamespacePath& ns, const cim::Instance& event,
               std::vector<FilterId>& out) const;

    // Whether any filter would look at events of the class: asked before an event is built. A few
    // hash look-ups.
    bool wanted(const cim::NamespacePath& ns, const cim::Class& event_class) const;

    std::size_t size() const { return filters_.size(); }
    const Filter* find(FilterId id) const;

  private:
    using GroupPtr = std::shared_ptr<const FilterGroup>;

    // The filters on one event class.
    struct EventClass {
        FilterGroup any;                               // of any object
        wql::BoundPath target;                         // where the object stands in the event
        PersistentMap<cim::Name, GroupPtr> by_target;  // of an object of that class, or below it

        bool empty() const { return any.empty() && by_target.empty(); }
    };
    using EventClassPtr = std::shared_ptr<const EventClass>;
    using Namespace = PersistentMap<cim::Name, EventClassPtr>;  // by event class

    void insert(FilterPtr filter);
    void erase(const Filter& filter);
    template <class Change>
    void change(const Filter& filter, Change&& change);

    static void match_target(const EventClass& event_class, const cim::Instance& event,
                             std::vector<FilterId>& out);

    PersistentMap<cim::NamespacePath, Namespace> namespaces_;
    PersistentMap<FilterId, FilterPtr> filters_;
};

}  // namespace openwmi::match
