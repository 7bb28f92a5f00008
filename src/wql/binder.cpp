#include "wql/binder.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "wql/meant.h"
#include "wql/narrowing.h"
#include "wql/path_binder.h"
#include "wql/printer.h"

namespace openwmi::wql {

// One call of bind: goes on after a mistake, so that a person sees all of them. Confined to it.
class Binder {
  public:
    Binder(Query query, const cim::Schema& schema, cim::ClassPtr from, QueryKind kind,
           const BindOptions& options)
        : schema_(schema), options_(options), paths_(schema, from, kind) {
        bound_.query_ = std::make_shared<const Query>(std::move(query));
        bound_.kind_ = kind;
        bound_.from_ = std::move(from);
    }

    Result<BoundQuery> run() {
        const Select& select = bound_.select();
        bound_.target_property_ = paths_.target_property();
        if (select.where) paths_.enter(*select.where);
        bind_list();
        bind_within();
        bind_group();
        if (select.where) {
            paths_.leave();
            bind_expression(*select.where);
        }
        find_targets();
        if (options_.diagnostics) {
            options_.diagnostics->insert(options_.diagnostics->end(), mistakes_.begin(),
                                         mistakes_.end());
        }
        if (!mistakes_.empty()) {
            return base::fail(Error{mistakes_.front().status, mistakes_.front().message});
        }
        return std::move(bound_);
    }

  private:
    void mistake(Status status, base::Span span, std::string message) {
        mistakes_.push_back({status, std::move(message), span, {}, base::Severity::Error});
    }
    void mistake(Error error, base::Span span) {
        mistake(error.status, span, std::move(error.message));
    }

    bool is_event() const { return bound_.kind_ == QueryKind::Event; }

    // Empty after a mistake, which is recorded.
    std::optional<BoundPath> bind_path(const PropertyPath& path) {
        auto bound = paths_.bind(path);
        if (bound) return std::move(*bound);
        mistake(std::move(bound.error()), path.span);
        return std::nullopt;
    }

    void bind_list() {
        const Select& select = bound_.select();
        if (bound_.kind_ == QueryKind::Schema && !select.selects_all()) {
            mistake(Status::InvalidQuery, select.properties.front().span,
                    "a schema query selects * only");  // WQL-075
            return;
        }
        for (const auto& path : select.properties) {
            const auto bound = bind_path(path);
            if (bound && bound->steps.front().kind == BoundStep::Kind::Property) {
                bound_.visible_.push_back(path.parts.front());
            }
        }
    }

    void bind_within() {
        const auto& within = bound_.select().within;
        if (!within) return;
        constexpr double longest = 4294967295.0;
        if (!is_event()) {
            mistake(Status::InvalidQuery, within->span, "WITHIN belongs to event queries only");
        } else if (within->seconds > longest) {
            mistake(Status::InvalidQuery, within->span,
                    fmt::format("the interval is longer than {:.0f} seconds", longest));
        } else {
            const std::chrono::duration<double> interval(within->seconds);
            const std::chrono::duration<double> floor = options_.polling_floor;
            if (interval <= floor) {  // OD-020
                mistake(Status::InvalidQuery, within->span,
                        fmt::format("the interval must be longer than {} seconds", floor.count()));
            }
            bound_.within_ = std::chrono::duration_cast<base::Duration>(interval);
        }
    }

    void bind_group() {
        const auto& group = bound_.select().group;
        if (!group) return;
        if (!is_event()) {
            mistake(Status::InvalidQuery, group->span, "GROUP belongs to event queries only");
            return;
        }
        if (!group->within_seconds) {
            mistake(Status::MissingGroupWithin, group->span, "GROUP needs WITHIN and an interval");
        }
        if (group->by_all) {
            mistake(Status::MissingAggregationList, group->span,
                    "GROUP BY needs a list of properties, * is not supported");
        }
        BoundGroup bound{
            std::chrono::seconds(group->within_seconds.value_or(0)), {}, group->having};
        for (const auto& path : group->by) bind_group_property(path, bound);
        bound_.group_ = std::move(bound);
    }

    void bind_group_property(const PropertyPath& path, BoundGroup& group) {
        auto bound = bind_path(path);
        if (!bound) return;
        if (bound->type && bound->type->array) {
            mistake(Status::InvalidQuery, path.span,
                    fmt::format("{} holds an array, and arrays cannot be queried", print(path)));
        } else if (bound->type && bound->type->element == cim::CimType::Object) {
            mistake(Status::AggregatingByObject, path.span,
                    fmt::format("{} holds an object: group by one of its properties", print(path)));
        }
        group.by.push_back(std::move(*bound));
    }

    void bind_expression(const Expression& expression) {
        const auto index = bound_.nodes_.size();
        bound_.nodes_.push_back({});
        bound_.nodes_[index].source = &expression;
        paths_.enter(expression);
        std::visit([&](const auto& node) { bind_node(node, index); }, expression.node);
        paths_.leave();
        bound_.nodes_[index].end = static_cast<std::uint32_t>(bound_.nodes_.size());
    }

    void bind_node(const Logical& logical, std::size_t index) {
        switch (logical.kind) {
            case Logical::Kind::And: bound_.nodes_[index].kind = BoundNode::Kind::And; break;
            case Logical::Kind::Or: bound_.nodes_[index].kind = BoundNode::Kind::Or; break;
            case Logical::Kind::Not: bound_.nodes_[index].kind = BoundNode::Kind::Not; break;
        }
        for (const auto& term : logical.terms) bind_expression(term);
    }

    void bind_node(const Comparison& comparison, std::size_t index) {
        const auto* left = std::get_if<PropertyPath>(&comparison.left);
        const auto* right = std::get_if<PropertyPath>(&comparison.right);
        if (left && right) {
            bind_properties(*left, comparison.op, *right, index);
        } else if (left) {
            bind_constant(*left, comparison.op, std::get<Literal>(comparison.right), index);
        } else {
            bind_constant(*right, mirrored(comparison.op), std::get<Literal>(comparison.left),
                          index);
        }
    }

    // 5 < X is X > 5.
    static Operator mirrored(Operator op) {
        switch (op) {
            case Operator::Less: return Operator::Greater;
            case Operator::LessOrEqual: return Operator::GreaterOrEqual;
            case Operator::Greater: return Operator::Less;
            case Operator::GreaterOrEqual: return Operator::LessOrEqual;
            default: return op;
        }
    }

    void bind_constant(const PropertyPath& path, Operator op, const Literal& literal,
                       std::size_t index) {
        auto bound = bind_path(path);
        if (!bound) return;
        Constant constant(literal);
        if (bound->type) {
            if (auto checked = check_comparable(*bound->type, op, constant); !checked) {
                mistake(checked.error().status, {path.span.begin, literal.span.end},
                        fmt::format("{} {} {}: {}", print(path), print(op), print(literal),
                                    checked.error().message));
            }
        }
        set(index, BoundNode::Kind::CompareConstant, std::move(*bound));
        bound_.nodes_[index].op = op;
        bound_.nodes_[index].operand = add(bound_.constants_, std::move(constant));
    }

    void bind_properties(const PropertyPath& left, Operator op, const PropertyPath& right,
                         std::size_t index) {
        if (!is_event()) {
            mistake(Status::InvalidQuery, left.span,
                    "a property is compared with a constant");  // WQL-005
            return;
        }
        auto bound_left = bind_path(left);
        auto bound_right = bind_path(right);
        if (!bound_left || !bound_right) return;
        if (bound_left->type && bound_right->type) {
            if (auto checked = check_comparable(*bound_left->type, op, *bound_right->type);
                !checked) {
                mistake(checked.error().status, {left.span.begin, right.span.end},
                        fmt::format("{} {} {}: {}", print(left), print(op), print(right),
                                    checked.error().message));
            }
        }
        set(index, BoundNode::Kind::CompareProperty, std::move(*bound_left));
        bound_.nodes_[index].op = op;
        bound_.nodes_[index].operand = add(bound_.paths_, std::move(*bound_right));
    }

    void bind_node(const IsNull& node, std::size_t index) {
        auto bound = bind_path(node.path);
        if (!bound) return;
        refuse_array(node.path, *bound);
        set(index,
            node.negated == Negated::Yes ? BoundNode::Kind::IsNotNull : BoundNode::Kind::IsNull,
            std::move(*bound));
    }

    void bind_node(const IsA& node, std::size_t index) {
        auto bound = bind_path(node.path);
        if (!bound) return;
        refuse_array(node.path, *bound);
        if (bound->type && !bound->type->array && bound->type->element != cim::CimType::Object) {
            mistake(Status::InvalidOperator, node.path.span,
                    fmt::format("{} is a {}: ISA asks for the class of an object", print(node.path),
                                cim::keyword(bound->type->element)));
        }
        note_class(node.class_name);
        set(index, BoundNode::Kind::IsA, std::move(*bound));
        bound_.nodes_[index].operand = add(bound_.class_names_, node.class_name);
    }

    void bind_node(const Like& node, std::size_t index) {
        auto bound = bind_path(node.path);
        if (!bound) return;
        refuse_array(node.path, *bound);
        if (bound->type && !bound->type->array && !cim::is_text(bound->type->element)) {
            mistake(Status::InvalidOperator, node.path.span,
                    fmt::format("{} is a {}: LIKE compares text", print(node.path),
                                cim::keyword(bound->type->element)));
        }
        auto pattern = LikePattern::compile(node.pattern);
        if (!pattern) return mistake(std::move(pattern.error()), node.pattern_span);
        set(index, BoundNode::Kind::Like, std::move(*bound));
        bound_.nodes_[index].operand = add(bound_.patterns_, std::move(*pattern));
    }

    void refuse_array(const PropertyPath& path, const BoundPath& bound) {
        if (!bound.type || !bound.type->array) return;
        mistake(Status::InvalidQuery, path.span,
                fmt::format("{} holds an array, and arrays cannot be queried", print(path)));
    }

    void set(std::size_t index, BoundNode::Kind kind, BoundPath path) {
        bound_.nodes_[index].kind = kind;
        bound_.nodes_[index].path = add(bound_.paths_, std::move(path));
    }

    template <class T>
    static std::uint32_t add(std::vector<T>& table, T entry) {
        table.push_back(std::move(entry));
        return static_cast<std::uint32_t>(table.size() - 1);
    }

    void note_class(const cim::Name& name) {
        auto& unknown = bound_.unknown_classes_;
        if (std::ranges::find(unknown, name) != unknown.end() || schema_.find_class(name)) return;
        unknown.push_back(name);
    }

    void find_targets() {
        if (bound_.target_property_.empty()) return;
        const auto& where = bound_.select().where;
        const cim::Name path[] = {bound_.target_property_};
        if (where) bound_.target_classes_ = necessary_classes(*where, path);
        if (bound_.target_classes_.empty() &&
            bound_.target_property_ == cim::Name("TargetNamespace")) {
            bound_.target_classes_.push_back({"__Namespace", TargetClass::Reach::WithSubclasses});
        }
        for (const auto& target : bound_.target_classes_) note_class(target.name);
    }

    const cim::Schema& schema_;
    const BindOptions& options_;
    PathBinder paths_;
    BoundQuery bound_;
    base::Diagnostics mistakes_;
};

namespace {

tl::unexpected<Error> refuse(const Select& select, const BindOptions& options, Status status,
                             std::string message) {
    if (options.diagnostics) {
        options.diagnostics->push_back(
            {status, message, select.from_span, {}, base::Severity::Error});
    }
    return base::fail(Error{status, std::move(message)});
}

}  // namespace

Result<BoundQuery> bind(Query query, const cim::Schema& schema, BindFor purpose,
                        const BindOptions& options) {
    const Select* select = query.select();
    if (!select) {
        return fail(Status::InvalidQuery,
                    "ASSOCIATORS OF and REFERENCES OF cannot be asked about a single object");
    }
    if (purpose == BindFor::Data && select->is_schema_query()) {
        return Binder(std::move(query), schema, nullptr, QueryKind::Schema, options).run();
    }
    auto from = schema.find_class(select->from);
    if (!from) {
        return refuse(*select, options, Status::InvalidClass,
                      fmt::format("there is no class {}{}", select->from.text(),
                                  meant_class(schema, select->from.text(),
                                              purpose == BindFor::Event ? "__Event" : "")));
    }
    if (purpose == BindFor::Event && !from->is_a(cim::Name("__Event"))) {
        return refuse(*select, options, Status::NotEventClass,
                      fmt::format("{} is no event class", from->name().text()));
    }
    const QueryKind kind = purpose == BindFor::Event ? QueryKind::Event : QueryKind::Data;
    return Binder(std::move(query), schema, std::move(from), kind, options).run();
}

}  // namespace openwmi::wql
