#include "wql/printer.h"

#include <fmt/format.h>

namespace openwmi::wql {
namespace {

std::string print_list(const std::vector<PropertyPath>& paths) {
    std::string text;
    for (const auto& path : paths) {
        if (!text.empty()) text += ", ";
        text += print(path);
    }
    return text;
}

// Parentheses are needed around an OR within an AND, and around both within a NOT.
std::string print_term(const Expression& term, Logical::Kind around) {
    const auto* logical = std::get_if<Logical>(&term.node);
    const bool looser = logical && logical->kind != Logical::Kind::Not &&
                        around != Logical::Kind::Or && logical->kind != around;
    return looser ? fmt::format("({})", print(term)) : print(term);
}

struct ExpressionPrinter {
    std::string operator()(const Comparison& node) const {
        const auto side = [](const auto& operand) { return print(operand); };
        return fmt::format("{} {} {}", std::visit(side, node.left), print(node.op),
                           std::visit(side, node.right));
    }
    std::string operator()(const IsNull& node) const {
        return print(node.path) + (node.negated == Negated::Yes ? " IS NOT NULL" : " IS NULL");
    }
    std::string operator()(const IsA& node) const {
        return fmt::format("{} ISA {}", print(node.path), quote_string(node.class_name.text()));
    }
    std::string operator()(const Like& node) const {
        return fmt::format("{} LIKE {}", print(node.path), quote_string(node.pattern));
    }
    std::string operator()(const Logical& node) const {
        if (node.kind == Logical::Kind::Not) return "NOT " + print_term(node.terms[0], node.kind);
        std::string text;
        for (const auto& term : node.terms) {
            if (!text.empty()) text += node.kind == Logical::Kind::And ? " AND " : " OR ";
            text += print_term(term, node.kind);
        }
        return text;
    }
};

std::string print_group(const Group& group) {
    std::string text = " GROUP";
    if (group.within_seconds) text += fmt::format(" WITHIN {}", *group.within_seconds);
    if (group.by_all) text += " BY *";
    if (!group.by.empty()) text += " BY " + print_list(group.by);
    if (group.having) {
        text += fmt::format(" HAVING NumberOfEvents {} {}", print(group.having->op),
                            group.having->count);
    }
    return text;
}

struct StatementPrinter {
    std::string operator()(const Select& select) const {
        std::string text = fmt::format("SELECT {} FROM {}",
                                       select.selects_all() ? "*" : print_list(select.properties),
                                       select.from.text());
        if (select.within) text += fmt::format(" WITHIN {}", select.within->seconds);
        if (select.where) text += " WHERE " + print(*select.where);
        if (select.group) text += print_group(*select.group);
        return text;
    }
    std::string operator()(const AssociationQuery& query) const {
        std::string keywords;
        const auto setting = [&](std::string_view word, const cim::Name& name) {
            if (!name.empty()) keywords += fmt::format(" {} = {}", word, name.text());
        };
        const auto flag = [&](std::string_view word, bool set) {
            if (set) keywords += fmt::format(" {}", word);
        };
        setting("AssocClass", query.assoc_class);
        setting("ResultClass", query.result_class);
        setting("ResultRole", query.result_role);
        setting("Role", query.role);
        setting("RequiredQualifier", query.required_qualifier);
        setting("RequiredAssocQualifier", query.required_assoc_qualifier);
        flag("ClassDefsOnly", query.class_defs_only);
        flag("SchemaOnly", query.schema_only);
        flag("KeysOnly", query.keys_only);
        const bool associators = query.kind == AssociationQuery::Kind::Associators;
        return fmt::format("{} OF {{{}}}{}{}", associators ? "ASSOCIATORS" : "REFERENCES",
                           query.source_text, keywords.empty() ? "" : " WHERE", keywords);
    }
};

}  // namespace

std::string print(const Query& query) {
    return std::visit(StatementPrinter{}, query.statement);
}

std::string print(const Expression& expression) {
    return std::visit(ExpressionPrinter{}, expression.node);
}

std::string print(const PropertyPath& path) {
    std::string text;
    for (const auto& part : path.parts) {
        if (!text.empty()) text += '.';
        text += part.text();
    }
    return text;
}

std::string print(const Literal& literal) {
    if (const auto* text = literal.value.get_if<std::string>()) return quote_string(*text);
    if (const auto* boolean = literal.value.get_if<bool>()) return *boolean ? "TRUE" : "FALSE";
    return literal.spelling;
}

std::string_view print(Operator op) {
    switch (op) {
        case Operator::Equal: return "=";
        case Operator::NotEqual: return "<>";
        case Operator::Less: return "<";
        case Operator::LessOrEqual: return "<=";
        case Operator::Greater: return ">";
        case Operator::GreaterOrEqual: return ">=";
    }
    return "";
}

std::string quote_string(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + '"';
}

}  // namespace openwmi::wql
