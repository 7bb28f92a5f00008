#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>

#include "base/fold.h"
#include "wql/lint.h"
#include "wql/miss.h"
#include "wql/printer.h"

namespace openwmi::wql {
namespace {

using cim::CimType;

// The numbers that an integer type has.
struct Range {
    Number least;
    Number greatest;
};

std::optional<Range> range_of(CimType type) {
    const auto of = [](auto least, auto greatest) {
        if constexpr (std::is_signed_v<decltype(least)>) {
            return Range{Number::of(std::int64_t{least}), Number::of(std::int64_t{greatest})};
        } else {
            return Range{Number::of(std::uint64_t{least}), Number::of(std::uint64_t{greatest})};
        }
    };
    const auto all = [&](auto zero) {
        using Type = decltype(zero);
        return of(std::numeric_limits<Type>::min(), std::numeric_limits<Type>::max());
    };
    switch (type) {
        case CimType::Sint8: return all(std::int8_t{});
        case CimType::Uint8: return all(std::uint8_t{});
        case CimType::Sint16: return all(std::int16_t{});
        case CimType::Uint16: return all(std::uint16_t{});
        case CimType::Sint32: return all(std::int32_t{});
        case CimType::Uint32: return all(std::uint32_t{});
        case CimType::Sint64: return all(std::int64_t{});
        case CimType::Uint64: return all(std::uint64_t{});
        default: return std::nullopt;
    }
}

// Can a number be in that relation to a constant, and within these bounds?
bool can_hold(const Range& range, Operator op, const Number& constant) {
    switch (op) {
        case Operator::Equal: return range.least <= constant && constant <= range.greatest;
        case Operator::NotEqual: return true;
        case Operator::Less: return range.least < constant;
        case Operator::LessOrEqual: return range.least <= constant;
        case Operator::Greater: return range.greatest > constant;
        case Operator::GreaterOrEqual: return range.greatest >= constant;
    }
    return true;
}

bool holds(std::partial_ordering order, Operator op) {
    switch (op) {
        case Operator::Equal: return order == 0;
        case Operator::NotEqual: return order != 0;
        case Operator::Less: return order < 0;
        case Operator::LessOrEqual: return order <= 0;
        case Operator::Greater: return order > 0;
        case Operator::GreaterOrEqual: return order >= 0;
    }
    return true;
}

bool asks_upwards(Operator op) {
    return op == Operator::Greater || op == Operator::GreaterOrEqual;
}
bool asks_downwards(Operator op) {
    return op == Operator::Less || op == Operator::LessOrEqual;
}

// Looks for parts that are never true. Confined to one call.
class Contradictions {
  public:
    Contradictions(const BoundQuery& query, const cim::Schema& schema)
        : query_(query), schema_(schema) {}

    std::vector<Remark> run() {
        if (!query_.nodes().empty()) (void)never(0);
        return std::move(remarks_);
    }

  private:
    using Index = std::uint32_t;

    const BoundNode& node(Index index) const { return query_.nodes()[index]; }
    std::string path_of(const BoundNode& node) const {
        return base::fold(name_of(query_.path(node.path)));
    }

    // The root's verdict; parts that never hold are told where they stand.
    bool never(Index index) {
        switch (node(index).kind) {
            case BoundNode::Kind::And: return never_all(index);
            case BoundNode::Kind::Or: return never_any(index);
            case BoundNode::Kind::Not: return false;
            default: return never_alone(node(index));
        }
    }

    bool never_any(Index index) {
        bool all = true;
        for (auto term = index + 1; term < node(index).end; term = node(term).end) {
            all = never(term) && all;
        }
        return all;
    }

    bool never_all(Index index) {
        std::vector<const BoundNode*> predicates;
        bool any = false;
        for (auto term = index + 1; term < node(index).end; term = node(term).end) {
            any = never(term) || any;
            if (node(term).is_predicate()) predicates.push_back(&node(term));
        }
        if (any) return true;
        for (std::size_t a = 0; a < predicates.size(); ++a) {
            for (std::size_t b = a + 1; b < predicates.size(); ++b) {
                if (!excludes(*predicates[a], *predicates[b])) continue;
                tell(node(index).source->span,
                     fmt::format("{} and {} are never true together", print(*predicates[a]->source),
                                 print(*predicates[b]->source)));
                return true;
            }
        }
        return false;
    }

    bool never_alone(const BoundNode& predicate) {
        if (predicate.kind != BoundNode::Kind::CompareConstant) return false;
        const auto& type = query_.path(predicate.path).type;
        const auto& constant = query_.constant(predicate.operand);
        const auto range = type && !type->array ? range_of(type->element) : std::nullopt;
        if (!range || !constant.integer || constant.kind == Constant::Kind::Boolean) return false;
        if (can_hold(*range, predicate.op, *constant.integer)) return false;
        tell(predicate.source->span,
             fmt::format("{} is never true: no {} is so", print(*predicate.source),
                         cim::keyword(type->element)));
        return true;
    }

    void tell(base::Span span, std::string text) {
        remarks_.push_back({"never-true", std::move(text), span, base::Severity::Error});
    }

    bool excludes(const BoundNode& a, const BoundNode& b) const {
        return excludes_in_order(a, b) || excludes_in_order(b, a);
    }

    bool excludes_in_order(const BoundNode& a, const BoundNode& b) const {
        using Kind = BoundNode::Kind;
        if (a.kind == Kind::IsA && b.kind == Kind::CompareConstant) return exact_and_isa(b, a);
        if (path_of(a) != path_of(b)) return false;
        if (a.kind == Kind::IsNull) return b.kind != Kind::IsNull;
        if (a.kind == Kind::IsA && b.kind == Kind::IsA) {
            return !related(query_.class_name(a.operand), query_.class_name(b.operand));
        }
        if (a.kind != Kind::CompareConstant) return false;
        if (b.kind == Kind::Like) return equal_and_like(a, b);
        return b.kind == Kind::CompareConstant && constants_exclude(a, b);
    }

    // X.__CLASS = "A" and X ISA "B".
    bool exact_and_isa(const BoundNode& exact, const BoundNode& isa) const {
        const auto& constant = query_.constant(exact.operand);
        if (exact.op != Operator::Equal || !constant.text) return false;
        if (path_of(exact) != path_of(isa) + ".__class") return false;
        const auto cls = schema_.find_class(cim::Name(*constant.text));
        return cls && !cls->is_a(query_.class_name(isa.operand));
    }

    // A class has one superclass: what is of two classes is of one that is derived from the other.
    bool related(const cim::Name& a, const cim::Name& b) const {
        const auto first = schema_.find_class(a);
        const auto second = schema_.find_class(b);
        return !first || !second || first->is_a(b) || second->is_a(a);
    }

    bool equal_and_like(const BoundNode& equal, const BoundNode& like) const {
        const auto& constant = query_.constant(equal.operand);
        return equal.op == Operator::Equal && is_text(equal) && constant.text &&
               !query_.pattern(like.operand).matches(*constant.text);
    }

    bool is_text(const BoundNode& predicate) const {
        const auto& type = query_.path(predicate.path).type;
        return type && *type == cim::Type{CimType::String, false};
    }

    bool constants_exclude(const BoundNode& a, const BoundNode& b) const {
        const auto& type = query_.path(a.path).type;
        const auto& one = query_.constant(a.operand);
        const auto& other = query_.constant(b.operand);
        if (!type || type->array) return false;
        if (is_text(a)) {
            if (!one.text || !other.text || a.op != Operator::Equal) return false;
            const auto order = base::fold_compare(*one.text, *other.text);
            return !holds(is_equality(b.op) && base::fold_equal(*one.text, *other.text)
                              ? std::partial_ordering::equivalent
                              : std::partial_ordering(order),
                          b.op);
        }
        if (type->element == CimType::Boolean) {
            return a.op == Operator::Equal && one.boolean && other.boolean &&
                   (*one.boolean == *other.boolean) != (b.op == Operator::Equal);
        }
        const bool number = cim::is_integer(type->element) || cim::is_real(type->element);
        if (!number || !one.real || !other.real) return false;
        return numbers_exclude(a.op, *one.real, b.op, *other.real, cim::is_integer(type->element));
    }

    static bool numbers_exclude(Operator op, const Number& one, Operator other_op,
                                const Number& other, bool whole) {
        if (op == Operator::Equal) return !holds(one <=> other, other_op);
        if (!asks_upwards(op) || !asks_downwards(other_op)) return false;
        if (one > other) return true;
        const bool open = op == Operator::Greater || other_op == Operator::Less;
        if (one == other) return open;
        // X > 5 AND X < 6: no whole number lies between them.
        const bool both_open = op == Operator::Greater && other_op == Operator::Less;
        return whole && both_open && one.is_integer() && other.is_integer() &&
               other.to_double() - one.to_double() == 1;
    }

    const BoundQuery& query_;
    const cim::Schema& schema_;
    std::vector<Remark> remarks_;
};

}  // namespace

std::vector<Remark> find_contradictions(const BoundQuery& query, const cim::Schema& schema) {
    return Contradictions(query, schema).run();
}

}  // namespace openwmi::wql
