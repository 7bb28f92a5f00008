#include "wql/lookup.h"

#include <optional>

#include "wql/narrowing.h"

namespace openwmi::wql {
namespace {

using cim::CimType;

// Empty: the comparison follows rules of its own, that no index knows (OD-017, OD-082).
std::optional<cim::Value> value_for(CimType type, const Constant& constant) {
    switch (type) {
        case CimType::String:
        case CimType::Reference:
            if (!constant.text) return std::nullopt;
            return cim::Value(*constant.text);
        case CimType::Boolean:
            if (!constant.boolean) return std::nullopt;
            return cim::Value(*constant.boolean);
        case CimType::Datetime:
            if (!constant.datetime || constant.datetime->has_wildcards()) return std::nullopt;
            return cim::Value(constant.datetime->text());
        case CimType::Real32:
            if (!constant.real32) return std::nullopt;
            return constant.real32->value();
        case CimType::Real64:
            if (!constant.real) return std::nullopt;
            return constant.real->value();
        default: break;
    }
    if (!cim::is_integer(type) || type == CimType::Char16 || !constant.integer) return std::nullopt;
    return constant.integer->value();
}

void add_term(const BoundQuery& query, const BoundNode& node, std::vector<LookupTerm>& terms) {
    if (node.kind != BoundNode::Kind::CompareConstant || node.op == Operator::NotEqual) return;
    const BoundPath& path = query.path(node.path);
    if (path.steps.size() != 1 || path.steps.front().kind != BoundStep::Kind::Property) return;
    if (!path.type || path.type->array) return;
    auto value = value_for(path.type->element, query.constant(node.operand));
    if (value) terms.push_back({path.steps.front().name, node.op, std::move(*value)});
}

}  // namespace

std::vector<LookupTerm> lookup_terms(const BoundQuery& query) {
    std::vector<LookupTerm> terms;
    const auto nodes = query.nodes();
    if (query.kind() != QueryKind::Data || nodes.empty()) return terms;
    if (nodes.front().kind != BoundNode::Kind::And) {
        add_term(query, nodes.front(), terms);
        return terms;
    }
    for (std::uint32_t term = 1; term < nodes.front().end; term = nodes[term].end) {
        add_term(query, nodes[term], terms);
    }
    return terms;
}

std::vector<cim::Name> exact_classes(const BoundQuery& query) {
    std::vector<cim::Name> names;
    const auto& where = query.select().where;
    if (query.kind() != QueryKind::Data || !where) return names;
    for (const auto& target : necessary_classes(*where, {})) names.push_back(target.name);
    return names;
}

}  // namespace openwmi::wql
