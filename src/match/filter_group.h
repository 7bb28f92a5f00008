#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cim/instance.h"
#include "match/filter.h"
#include "match/persistent_map.h"
#include "wql/bound_query.h"

namespace openwmi::match {

// The filters that are about one event class, and where that is known about one class of its
// object. Those that cannot do without a certain value of a property are found by that value; the
// others are evaluated one by one. Value; const use is thread-safe.
class FilterGroup {
  public:
    void add(const FilterPtr& filter);
    void remove(const Filter& filter);
    bool empty() const { return scanned_.empty() && accesses_.empty(); }

    // Adds those that the event passes, in no order. The event is of the group's class.
    void match(const cim::Instance& event, std::vector<FilterId>& out) const;

  private:
    // path = constant, a condition that a filter cannot do without.
    struct Equality {
        const wql::BoundPath* path;
        const wql::Constant* constant;
    };
    using Filters = std::vector<FilterPtr>;

    // The filters that were filed under the value of one property.
    struct Access {
        std::string name;  // the path, folded
        wql::BoundPath path;
        PersistentMap<std::uint64_t, Filters> by_value;
        PersistentMap<FilterId, FilterPtr> all;
    };
    using AccessPtr = std::shared_ptr<const Access>;

    static std::vector<Equality> equalities(const wql::BoundQuery& query);
    static std::vector<std::uint64_t> keys_of(const wql::Constant& constant);
    std::optional<Equality> choose(const wql::BoundQuery& query) const;
    const AccessPtr* find(const std::string& name) const;
    static void file(Access& access, const FilterPtr& filter, const wql::Constant& constant);
    static void match(const Access& access, const cim::Instance& event, std::vector<FilterId>& out);

    std::vector<AccessPtr> accesses_;
    PersistentMap<FilterId, FilterPtr> scanned_;
};

}  // namespace openwmi::match
