#include "wbem/query_features.h"

#include <algorithm>

namespace openwmi::wbem {
namespace {

// What stands in a query, collected in one walk.
struct Usage {
    bool conjunctions = false;
    bool disjunctions = false;
    bool negations = false;
    bool nested = false;  // logic within logic
    bool other_than_equality = false;
    bool property_to_property = false;
    bool isa = false;
    bool like = false;
    bool qualified_names = false;
    bool class_property = false;  // __CLASS
    bool system_properties = false;
};

// Confined to one call.
class UsageReader {
  public:
    Usage read(const wql::Select& query) {
        for (const auto& path : query.properties) see(path);
        if (query.where) see(*query.where, /*within_logic=*/false);
        if (query.group) {
            for (const auto& path : query.group->by) see(path);
        }
        return usage_;
    }

  private:
    void see(const wql::PropertyPath& path) {
        static const cim::Name class_name("__CLASS");
        usage_.qualified_names |= path.parts.size() > 1;
        usage_.class_property |= path.parts.back() == class_name;
        usage_.system_properties |= path.parts.back().text().starts_with("__");
    }
    void see(const wql::Expression& expression, bool within_logic) {
        std::visit([&](const auto& node) { see_node(node, within_logic); }, expression.node);
    }
    void see_node(const wql::Comparison& node, bool) {
        const auto* left = std::get_if<wql::PropertyPath>(&node.left);
        const auto* right = std::get_if<wql::PropertyPath>(&node.right);
        if (left) see(*left);
        if (right) see(*right);
        usage_.property_to_property |= left && right;
        usage_.other_than_equality |= node.op != wql::Operator::Equal;
    }
    void see_node(const wql::IsNull& node, bool) {
        see(node.path);
        usage_.other_than_equality = true;
    }
    void see_node(const wql::IsA& node, bool) {
        see(node.path);
        usage_.isa = usage_.other_than_equality = true;
    }
    void see_node(const wql::Like& node, bool) {
        see(node.path);
        usage_.like = usage_.other_than_equality = true;
    }
    void see_node(const wql::Logical& node, bool within_logic) {
        usage_.nested |= within_logic;
        usage_.conjunctions |= node.kind == wql::Logical::Kind::And;
        usage_.disjunctions |= node.kind == wql::Logical::Kind::Or;
        usage_.negations |= node.kind == wql::Logical::Kind::Not;
        for (const auto& term : node.terms) see(term, /*within_logic=*/true);
    }

    Usage usage_;
};

}  // namespace

ULONGLONG rpn_features(const wql::Select& query) {
    const Usage usage = UsageReader().read(query);
    const bool where = query.where.has_value();
    ULONGLONG bits = 0;
    const auto add = [&](bool present, ULONGLONG bit) { bits |= present ? bit : 0; };
    add(where, WMIQ_RPNF_WHERE_CLAUSE_PRESENT);
    add(where && !usage.disjunctions && !usage.negations, WMIQ_RPNF_QUERY_IS_CONJUNCTIVE);
    add(usage.disjunctions && !usage.conjunctions && !usage.negations,
        WMIQ_RPNF_QUERY_IS_DISJUNCTIVE);
    add(!query.selects_all(), WMIQ_RPNF_PROJECTION);
    add(query.selects_all(), WMIQ_RPNF_FEATURE_SELECT_STAR);
    add(where && !usage.other_than_equality, WMIQ_RPNF_EQUALITY_TESTS_ONLY);
    add(usage.qualified_names, WMIQ_RPNF_QUALIFIED_NAMES_USED);
    add(usage.class_property, WMIQ_RPNF_SYSPROP_CLASS_USED);
    add(usage.property_to_property, WMIQ_RPNF_PROP_TO_PROP_TESTS);
    add(usage.isa, WMIQ_RPNF_ISA_USED);
    add(query.group.has_value(), WMIQ_RPNF_GROUP_BY_HAVING);
    return bits;
}

std::vector<ULONG> language_features(const wql::Query& query) {
    const wql::Select* select = query.select();
    if (!select) return {WMIQ_LF18_ASSOCIATONS};
    const Usage usage = UsageReader().read(*select);
    std::vector<ULONG> features{WMIQ_LF1_BASIC_SELECT};
    const auto add = [&](bool present, ULONG feature) {
        if (present) features.push_back(feature);
    };
    add(usage.property_to_property, WMIQ_LF4_PROP_TO_PROP_TESTS);
    add(usage.isa, WMIQ_LF8_ISA);
    add(usage.nested, WMIQ_LF10_COMPEX_SUBEXPRESSIONS);
    add(select->group.has_value(), WMIQ_LF12_GROUP_BY_HAVING);
    add(select->within.has_value(), WMIQ_LF13_WMI_WITHIN);
    add(usage.qualified_names, WMIQ_LF17_QUALIFIED_NAMES);
    add(usage.system_properties, WMIQ_LF19_SYSTEM_PROPERTIES);
    add(usage.like, WMIQ_LF26_LIKE);
    return features;
}

}  // namespace openwmi::wbem
