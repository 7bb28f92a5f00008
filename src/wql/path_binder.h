#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "cim/class.h"
#include "cim/schema.h"
#include "wql/ast.h"
#include "wql/bound_query.h"

namespace openwmi::wql {

// Looks up the names of property paths in the classes they start from or lead through. Knows which
// part of the condition is being bound, and so what ISA says there. Confined to one call of bind.
class PathBinder {
  public:
    // `from` is null for schema queries.
    PathBinder(const cim::Schema& schema, cim::ClassPtr from, QueryKind kind)
        : schema_(schema), from_(std::move(from)), kind_(kind) {}

    // Fails with InvalidProperty, PropertyNotAnObject.
    Result<BoundPath> bind(const PropertyPath& path);

    // The condition that holds around what is bound next, and the end of that.
    void enter(const Expression& condition) { around_.push_back(&condition); }
    void leave() { around_.pop_back(); }

    // See BoundQuery::target_property.
    cim::Name target_property() const;

  private:
    // Of which classes the object may be that the next name is looked up in. Not known: it is
    // looked up when the object comes.
    struct Scope {
        bool known = false;
        std::vector<cim::ClassPtr> classes;
    };
    struct Found {
        std::uint32_t index = 0;
        const cim::Property* property = nullptr;  // null: only the object will tell
    };

    Result<> bind_name(const PropertyPath& path, std::size_t at, Scope& scope, BoundPath& bound);
    Result<> bind_system_name(const PropertyPath& path, std::size_t at, BoundPath& bound) const;
    Result<Found> find(const PropertyPath& path, std::size_t at, const Scope& scope) const;
    bool subclass_has(const Scope& scope, const cim::Name& name) const;
    Scope scope_within(const PropertyPath& path, std::size_t parts, const cim::Property* property);
    const std::vector<TargetClass>& narrowed(const Expression& condition,
                                             std::span<const cim::Name> path);

    const cim::Schema& schema_;
    cim::ClassPtr from_;
    QueryKind kind_;
    std::vector<const Expression*> around_;
    std::map<std::pair<const Expression*, std::vector<cim::Name>>, std::vector<TargetClass>>
        narrowed_;
};

}  // namespace openwmi::wql
