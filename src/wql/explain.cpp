#include "wql/explain.h"

#include <fmt/format.h>

#include "cim/class.h"
#include "wql/evaluator.h"
#include "wql/node_evaluator.h"
#include "wql/path_reader.h"
#include "wql/printer.h"

namespace openwmi::wql {
namespace {

using cim::ValueView;

std::string print_value(const ValueView& view) {
    switch (view.kind) {
        case ValueView::Kind::Null: return "NULL";
        case ValueView::Kind::Boolean: return view.boolean ? "TRUE" : "FALSE";
        case ValueView::Kind::Signed: return fmt::format("{}", view.signed_integer);
        case ValueView::Kind::Unsigned: return fmt::format("{}", view.unsigned_integer);
        case ValueView::Kind::Real: return fmt::format("{}", view.real);
        case ValueView::Kind::Text: return quote_string(view.text);
        case ValueView::Kind::Object:
            return fmt::format("an object of class {}", view.object->class_of().name().text());
        case ValueView::Kind::Array: return "an array";
    }
    return {};
}

Truth combine(Logical::Kind kind, const std::vector<Explanation>& terms) {
    if (kind == Logical::Kind::Not) return !terms.front().truth;
    const Truth deciding = kind == Logical::Kind::And ? Truth::False : Truth::True;
    Truth result = !deciding;
    for (const auto& term : terms) {
        if (term.truth == deciding) return deciding;
        if (term.truth == Truth::Unknown) result = Truth::Unknown;
    }
    return result;
}

std::string_view name_of(Logical::Kind kind) {
    if (kind == Logical::Kind::And) return "all of";
    return kind == Logical::Kind::Or ? "any of" : "not";
}

// Evaluates everything. Confined to one call.
class Explainer {
  public:
    Explainer(const BoundQuery& query, const cim::Object& object)
        : query_(query), object_(object) {}

    Explanation node(std::uint32_t index) const {
        const BoundNode& node = query_.nodes()[index];
        const auto* logical = std::get_if<Logical>(&node.source->node);
        if (!logical) return predicate(node);
        Explanation result;
        result.text = name_of(logical->kind);
        for (auto term = index + 1; term < node.end; term = query_.nodes()[term].end) {
            result.terms.push_back(this->node(term));
        }
        result.truth = combine(logical->kind, result.terms);
        return result;
    }

  private:
    Explanation predicate(const BoundNode& node) const {
        Explanation result;
        result.text = print(*node.source);
        result.truth = evaluate_predicate(query_, node, object_);
        const bool known = result.truth != Truth::Unknown;
        if (!known) result.reason = "the values cannot be compared so";
        add_operand(result, query_.path(node.path));
        if (node.kind == BoundNode::Kind::CompareProperty) {
            add_operand(result, query_.path(node.operand));
        }
        if (known) result.reason.clear();
        return result;
    }

    void add_operand(Explanation& explanation, const BoundPath& path) const {
        const Reading reading(path, object_);
        std::string name;
        for (const auto& step : path.steps) {
            if (!name.empty()) name += '.';
            name += step.name.text();
        }
        if (!reading.exists()) {
            explanation.reason = fmt::format("{} does not exist here", name);
            explanation.operands.push_back({std::move(name), "no such property"});
            return;
        }
        if (reading.view().kind == ValueView::Kind::Null) {
            explanation.reason = fmt::format("{} is NULL", name);
        }
        explanation.operands.push_back({std::move(name), print_value(reading.view())});
    }

    const BoundQuery& query_;
    const cim::Object& object_;
};

void render(const Explanation& explanation, std::size_t depth, std::string& text) {
    text +=
        fmt::format("{:{}}{:<8}{}", "", depth * 2, to_text(explanation.truth), explanation.text);
    std::string operands;
    for (const auto& operand : explanation.operands) {
        operands +=
            fmt::format("{}{} = {}", operands.empty() ? "" : ", ", operand.path, operand.value);
    }
    if (!operands.empty()) text += fmt::format("    [{}]", operands);
    if (!explanation.reason.empty()) text += fmt::format("    {}", explanation.reason);
    text += '\n';
    for (const auto& term : explanation.terms) render(term, depth + 1, text);
}

}  // namespace

Explanation explain(const BoundQuery& query, const cim::Object& object) {
    const Select& select = query.select();
    const std::string class_name = object.class_of().name().text();
    Explanation result;
    result.text = fmt::format("FROM {}", select.from.text());
    result.operands.push_back({"__CLASS", quote_string(class_name)});
    result.truth = truth_of(is_about(query, object.class_of()));
    if (result.truth == Truth::False) {
        result.reason = fmt::format("{} is not derived from {}", class_name, select.from.text());
        return result;
    }
    if (!query.nodes().empty()) {
        result.terms.push_back(Explainer(query, object).node(0));
        result.truth = result.terms.front().truth;
    }
    return result;
}

std::string render(const Explanation& explanation) {
    std::string text;
    render(explanation, 0, text);
    return text;
}

}  // namespace openwmi::wql
