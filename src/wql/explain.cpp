#include "wql/explain.h"

#include <fmt/format.h>

#include "cim/class.h"
#include "wql/evaluator.h"
#include "wql/miss.h"
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

std::string_view word_for(Logical::Kind kind) {
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
        result.text = word_for(logical->kind);
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
        auto finding = find_miss(query_, node, object_);
        result.miss = finding.miss;
        result.reason = std::move(finding.sentence);
        add_operand(result, query_.path(node.path));
        if (node.kind == BoundNode::Kind::CompareProperty) {
            add_operand(result, query_.path(node.operand));
        }
        return result;
    }

    void add_operand(Explanation& explanation, const BoundPath& path) const {
        const Reading reading(path, object_);
        explanation.operands.push_back(
            {name_of(path), reading.exists() ? print_value(reading.view()) : "no such property"});
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

// A term of a NOT is to blame for being true.
void collect(const Explanation& explanation, Truth wanted, std::vector<const Explanation*>& found) {
    if (explanation.truth == wanted) return;
    if (explanation.terms.empty()) return found.push_back(&explanation);
    const bool negates = explanation.text == word_for(Logical::Kind::Not);
    for (const auto& term : explanation.terms) collect(term, negates ? !wanted : wanted, found);
}

}  // namespace

std::string_view to_text(Miss miss) {
    switch (miss) {
        case Miss::None: return "";
        case Miss::Class: return "class";
        case Miss::ExactClass: return "exact-class";
        case Miss::Null: return "null";
        case Miss::NoProperty: return "no-property";
        case Miss::Type: return "type";
        case Miss::Case: return "case";
        case Miss::Blanks: return "blanks";
        case Miss::Backslashes: return "backslashes";
        case Miss::LikeWithoutWildcard: return "like-without-wildcard";
        case Miss::WildcardWithoutLike: return "wildcard-without-like";
        case Miss::TextOrder: return "text-order";
    }
    return "";
}

std::vector<const Explanation*> culprits(const Explanation& explanation) {
    std::vector<const Explanation*> found;
    collect(explanation, Truth::True, found);
    return found;
}

Explanation explain(const BoundQuery& query, const cim::Object& object) {
    const Select& select = query.select();
    const std::string class_name = object.class_of().name().text();
    Explanation result;
    result.text = fmt::format("FROM {}", select.from.text());
    result.operands.push_back({"__CLASS", quote_string(class_name)});
    result.truth = truth_of(is_about(query, object.class_of()));
    if (result.truth == Truth::False) {
        result.reason = fmt::format("{} is not derived from {}", class_name, select.from.text());
        result.miss = Miss::Class;
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
