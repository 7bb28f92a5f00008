#include "wql/evaluator.h"

#include <bit>

#include "base/fold.h"
#include "cim/instance.h"
#include "wql/node_evaluator.h"
#include "wql/path_reader.h"

namespace openwmi::wql {
namespace {

Truth evaluate_node(const BoundQuery& query, std::uint32_t index, const cim::Object& object);

// AND and OR stop at the term that decides; Unknown never does.
Truth evaluate_terms(const BoundQuery& query, std::uint32_t index, const cim::Object& object,
                     Truth deciding) {
    Truth result = !deciding;
    for (auto term = index + 1; term < query.nodes()[index].end; term = query.nodes()[term].end) {
        const Truth truth = evaluate_node(query, term, object);
        if (truth == deciding) return truth;
        if (truth == Truth::Unknown) result = truth;
    }
    return result;
}

// Recursion is as deep as the parser allowed (max_depth).
Truth evaluate_node(const BoundQuery& query, std::uint32_t index, const cim::Object& object) {
    const BoundNode& node = query.nodes()[index];
    switch (node.kind) {
        case BoundNode::Kind::And: return evaluate_terms(query, index, object, Truth::False);
        case BoundNode::Kind::Or: return evaluate_terms(query, index, object, Truth::True);
        case BoundNode::Kind::Not: return !evaluate_node(query, index + 1, object);
        default: return evaluate_predicate(query, node, object);
    }
}

void append_number(std::string& key, std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) {
        key.push_back(static_cast<char>((number >> shift) & 0xFF));
    }
}

void append_value(std::string& key, const cim::ValueView& view) {
    using Kind = cim::ValueView::Kind;
    key.push_back(static_cast<char>(view.kind));
    switch (view.kind) {
        case Kind::Boolean: key.push_back(view.boolean ? '\1' : '\0'); break;
        case Kind::Signed:
            append_number(key, static_cast<std::uint64_t>(view.signed_integer));
            break;
        case Kind::Unsigned: append_number(key, view.unsigned_integer); break;
        case Kind::Real: append_number(key, std::bit_cast<std::uint64_t>(view.real)); break;
        case Kind::Text: {
            const std::string folded = base::fold(view.text);
            append_number(key, folded.size());
            key += folded;
            break;
        }
        case Kind::Null:
        case Kind::Object:
        case Kind::Array: break;  // objects and arrays are refused when binding, as far as known
    }
}

}  // namespace

Truth evaluate_predicate(const BoundQuery& query, const BoundNode& node,
                         const cim::Object& object) {
    const Reading reading(query.path(node.path), object);
    if (!reading.exists()) return Truth::Unknown;  // WQL-073
    const cim::ValueView& view = reading.view();
    const bool null = view.kind == cim::ValueView::Kind::Null;
    switch (node.kind) {
        case BoundNode::Kind::IsNull: return truth_of(null);
        case BoundNode::Kind::IsNotNull: return truth_of(!null);
        case BoundNode::Kind::CompareConstant:
            return compare(view, node.op, query.constant(node.operand));
        case BoundNode::Kind::CompareProperty: {
            const Reading other(query.path(node.operand), object);
            return compare(view, node.op, other.view());
        }
        case BoundNode::Kind::IsA:
            if (view.kind != cim::ValueView::Kind::Object) return Truth::Unknown;
            return truth_of(view.object->class_of().is_a(query.class_name(node.operand)));
        case BoundNode::Kind::Like:
            if (view.kind != cim::ValueView::Kind::Text) return Truth::Unknown;
            return truth_of(query.pattern(node.operand).matches(view.text));
        case BoundNode::Kind::And:
        case BoundNode::Kind::Or:
        case BoundNode::Kind::Not: break;
    }
    return Truth::Unknown;
}

bool is_about(const BoundQuery& query, const cim::Class& cls) {
    return query.kind() == QueryKind::Schema || cls.is_a(query.select().from);
}

Truth evaluate(const BoundQuery& query, const cim::Object& object) {
    if (!is_about(query, object.class_of())) return Truth::False;
    return evaluate_condition(query, object);
}

Truth evaluate_condition(const BoundQuery& query, const cim::Object& object) {
    return query.nodes().empty() ? Truth::True : evaluate_node(query, 0, object);
}

cim::InstancePtr project(const BoundQuery& query, const cim::InstancePtr& instance, Keys keys) {
    if (query.select().selects_all()) return instance;
    const cim::Class& cls = instance->class_of();
    std::vector<bool> visible(cls.properties().size(), false);
    for (const auto& name : query.visible()) {
        if (const auto index = cls.find_property(name)) visible[*index] = true;
    }
    if (keys == Keys::Always) {
        for (const auto index : cls.keys()) visible[index] = true;
    }
    return instance->with_projection(std::move(visible));
}

std::string group_key(const BoundGroup& group, const cim::Object& event) {
    std::string key;
    for (const auto& path : group.by) append_value(key, Reading(path, event).view());
    return key;
}

bool passes_having(const BoundGroup& group, std::uint32_t number_of_events) {
    if (!group.having) return true;
    const std::uint32_t count = group.having->count;
    switch (group.having->op) {
        case Operator::Equal: return number_of_events == count;
        case Operator::NotEqual: return number_of_events != count;
        case Operator::Less: return number_of_events < count;
        case Operator::LessOrEqual: return number_of_events <= count;
        case Operator::Greater: return number_of_events > count;
        case Operator::GreaterOrEqual: return number_of_events >= count;
    }
    return false;
}

}  // namespace openwmi::wql
