#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/clock.h"
#include "cim/class.h"
#include "cim/name.h"
#include "cim/type.h"
#include "wql/ast.h"
#include "wql/constant.h"
#include "wql/like.h"

namespace openwmi::wql {

// One name of a path, looked up as far as that is possible before the object is there.
struct BoundStep {
    enum class Kind : std::uint8_t {
        Property,
        ClassName,       // __CLASS
        SuperclassName,  // __SUPERCLASS
        DynastyName,     // __DYNASTY
        System,          // any other system property: costs an allocation
        This,            // __this of schema queries
    };
    Kind kind = Kind::Property;
    std::uint32_t index = 0;  // where the property probably stands in its class
    cim::Name name;
};

struct BoundPath {
    std::vector<BoundStep> steps;
    std::optional<cim::Type> type;  // empty: known only when the object is there
};

// A condition in pre-order: the terms of a logical node follow it, up to `end`. Which of the tables
// an index refers to, the kind says.
struct BoundNode {
    enum class Kind : std::uint8_t {
        And,
        Or,
        Not,
        CompareConstant,  // path op constant
        CompareProperty,  // path op other_path
        IsNull,           // path
        IsNotNull,        // path
        IsA,              // path, class_name
        Like,             // path, pattern
    };
    Kind kind = Kind::And;
    Operator op = Operator::Equal;
    std::uint32_t end = 0;      // one behind the last node of this one's terms
    std::uint32_t path = 0;     // in BoundQuery::paths
    std::uint32_t operand = 0;  // in paths, constants, class_names or patterns
    const Expression* source = nullptr;

    bool is_predicate() const { return kind > Kind::Not; }
};

// GROUP: the window of an aggregation and what its events have in common.
struct BoundGroup {
    base::Duration within{};
    std::vector<BoundPath> by;
    std::optional<Having> having;
};

// A class that the object of an intrinsic event must have.
struct TargetClass {
    enum class Reach : std::uint8_t { Exact, WithSubclasses };
    cim::Name name;
    Reach reach = Reach::WithSubclasses;

    friend bool operator==(const TargetClass&, const TargetClass&) = default;
};

enum class QueryKind : std::uint8_t { Event, Data, Schema };

// A SELECT that fits its schema, ready to be evaluated: names are looked up, constants coerced,
// patterns compiled. Made by bind. Immutable; cheap to copy or to share.
class BoundQuery {
  public:
    QueryKind kind() const { return kind_; }
    const Query& query() const { return *query_; }
    const Select& select() const { return *query_->select(); }
    const cim::ClassPtr& from() const { return from_; }  // null for schema queries

    // The polling interval that the query asks for.
    const std::optional<base::Duration>& within() const { return within_; }
    const std::optional<BoundGroup>& group() const { return group_; }

    // Of a query for intrinsic events: the property that holds the object (TargetInstance,
    // TargetClass or TargetNamespace), else empty.
    const cim::Name& target_property() const { return target_property_; }
    // The object of every event that passes is of one of these classes. Empty: the condition does
    // not say (WQL-047); so polling is impossible and every provider concerned.
    const std::vector<TargetClass>& target_classes() const { return target_classes_; }
    // Classes that ISA or __CLASS name and the schema does not know (yet).
    const std::vector<cim::Name>& unknown_classes() const { return unknown_classes_; }
    // The properties that the list selects; empty: all.
    const std::vector<cim::Name>& visible() const { return visible_; }

    // The condition; no nodes: everything passes.
    std::span<const BoundNode> nodes() const { return nodes_; }
    const BoundPath& path(std::uint32_t index) const { return paths_[index]; }
    const Constant& constant(std::uint32_t index) const { return constants_[index]; }
    const LikePattern& pattern(std::uint32_t index) const { return patterns_[index]; }
    const cim::Name& class_name(std::uint32_t index) const { return class_names_[index]; }

  private:
    friend class Binder;
    BoundQuery() = default;

    QueryKind kind_ = QueryKind::Data;
    std::shared_ptr<const Query> query_;  // BoundNode::source points into it
    cim::ClassPtr from_;
    std::optional<base::Duration> within_;
    std::optional<BoundGroup> group_;
    cim::Name target_property_;
    std::vector<TargetClass> target_classes_;
    std::vector<cim::Name> unknown_classes_;
    std::vector<cim::Name> visible_;
    std::vector<BoundNode> nodes_;
    std::vector<BoundPath> paths_;
    std::vector<Constant> constants_;
    std::vector<LikePattern> patterns_;
    std::vector<cim::Name> class_names_;
};

}  // namespace openwmi::wql
