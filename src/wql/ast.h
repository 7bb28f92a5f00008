#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/diagnostics.h"
#include "cim/name.h"
#include "cim/object.h"
#include "cim/object_path.h"
#include "cim/value.h"

namespace openwmi::wql {

// A query as a tree, exactly as it was written: no class is looked up, nothing is coerced. Values.
// Two trees are equal when they say the same; where in the text it was said (the spans) does not
// count.

// Name, TargetInstance.FreeSpace, TargetInstance.__CLASS. Never without parts.
struct PropertyPath {
    std::vector<cim::Name> parts;
    base::Span span;

    friend bool operator==(const PropertyPath& a, const PropertyPath& b) {
        return a.parts == b.parts;
    }
};

// A constant: boolean, sint64, uint64 (beyond sint64), real64 or string.
struct Literal {
    cim::Value value;
    std::string
        spelling;  // of a number, as written: a string property is compared with it (OD-082)
    base::Span span;

    friend bool operator==(const Literal& a, const Literal& b) {
        return a.value == b.value && a.spelling == b.spelling;
    }
};

enum class Operator : std::uint8_t { Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual };

constexpr bool is_equality(Operator op) {
    return op == Operator::Equal || op == Operator::NotEqual;
}

// At least one side is a property (the parser sees to that). Two properties are accepted here and
// by the binder in event queries only (WQL-005).
struct Comparison {
    using Operand = std::variant<PropertyPath, Literal>;
    Operand left;
    Operator op = Operator::Equal;
    Operand right;

    friend bool operator==(const Comparison&, const Comparison&) = default;
};

enum class Negated : bool { No, Yes };

struct IsNull {
    PropertyPath path;
    Negated negated = Negated::No;  // IS NOT NULL

    friend bool operator==(const IsNull&, const IsNull&) = default;
};

struct IsA {
    PropertyPath path;
    cim::Name class_name;
    base::Span class_span;

    friend bool operator==(const IsA& a, const IsA& b) {
        return a.path == b.path && a.class_name == b.class_name;
    }
};

struct Like {
    PropertyPath path;
    std::string pattern;
    base::Span pattern_span;

    friend bool operator==(const Like& a, const Like& b) {
        return a.path == b.path && a.pattern == b.pattern;
    }
};

struct Expression;

// AND and OR have two terms or more, none of them of their own kind; NOT has one.
struct Logical {
    enum class Kind : std::uint8_t { And, Or, Not };
    Kind kind = Kind::And;
    std::vector<Expression> terms;

    friend bool operator==(const Logical& a, const Logical& b);
};

struct Expression {
    std::variant<Comparison, IsNull, IsA, Like, Logical> node;
    base::Span span;

    friend bool operator==(const Expression& a, const Expression& b) { return a.node == b.node; }
};

inline bool operator==(const Logical& a, const Logical& b) {
    return a.kind == b.kind && a.terms == b.terms;
}

// WITHIN before WHERE: the polling interval.
struct Within {
    double seconds = 0;
    base::Span span;

    friend bool operator==(const Within& a, const Within& b) { return a.seconds == b.seconds; }
};

// HAVING NumberOfEvents > 25
struct Having {
    Operator op = Operator::Equal;
    std::uint32_t count = 0;

    friend bool operator==(const Having&, const Having&) = default;
};

// GROUP WITHIN 600 BY TargetInstance.SourceName HAVING ...
struct Group {
    std::optional<std::uint32_t> within_seconds;  // the binder insists on it (WQL-058)
    std::vector<PropertyPath> by;
    bool by_all = false;  // BY *, which the binder refuses (WQL-067)
    std::optional<Having> having;
    base::Span span;

    friend bool operator==(const Group& a, const Group& b) {
        return a.within_seconds == b.within_seconds && a.by == b.by && a.by_all == b.by_all &&
               a.having == b.having;
    }
};

// SELECT ... FROM ...: an event query, a data query or, from meta_class, a schema query.
struct Select {
    std::vector<PropertyPath> properties;  // empty: *
    cim::Name from;
    base::Span from_span;
    std::optional<Within> within;
    std::optional<Expression> where;
    std::optional<Group> group;

    bool selects_all() const { return properties.empty(); }
    bool is_schema_query() const { return from == cim::Name("meta_class"); }

    friend bool operator==(const Select& a, const Select& b) {
        return a.properties == b.properties && a.from == b.from && a.within == b.within &&
               a.where == b.where && a.group == b.group;
    }
};

// ASSOCIATORS OF {path} WHERE ... and REFERENCES OF {path} WHERE .... Names are empty where the
// keyword was not given.
struct AssociationQuery {
    enum class Kind : std::uint8_t { Associators, References };
    Kind kind = Kind::Associators;
    cim::ObjectPath source;
    std::string source_text;  // the path as written
    base::Span source_span;
    cim::Name assoc_class;
    cim::Name result_class;
    cim::Name result_role;
    cim::Name role;
    cim::Name required_qualifier;
    cim::Name required_assoc_qualifier;
    bool class_defs_only = false;
    bool schema_only = false;
    bool keys_only = false;

    friend bool operator==(const AssociationQuery& a, const AssociationQuery& b) {
        return a.kind == b.kind && a.source_text == b.source_text &&
               a.assoc_class == b.assoc_class && a.result_class == b.result_class &&
               a.result_role == b.result_role && a.role == b.role &&
               a.required_qualifier == b.required_qualifier &&
               a.required_assoc_qualifier == b.required_assoc_qualifier &&
               a.class_defs_only == b.class_defs_only && a.schema_only == b.schema_only &&
               a.keys_only == b.keys_only;
    }
};

struct Query {
    std::variant<Select, AssociationQuery> statement;

    const Select* select() const { return std::get_if<Select>(&statement); }
    const AssociationQuery* association() const {
        return std::get_if<AssociationQuery>(&statement);
    }

    friend bool operator==(const Query&, const Query&) = default;
};

}  // namespace openwmi::wql
