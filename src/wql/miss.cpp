#include "wql/miss.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/fold.h"
#include "base/text.h"
#include "cim/class.h"
#include "wql/node_evaluator.h"
#include "wql/path_reader.h"
#include "wql/printer.h"

namespace openwmi::wql {
namespace {

using cim::ValueView;

// The text without those characters.
std::string without(std::string_view text, std::string_view characters) {
    std::string kept;
    for (const char c : text) {
        if (characters.find(c) == std::string_view::npos) kept += c;
    }
    return kept;
}

// What is left when also those letters are made alike that have no partner of one letter: ß and SS,
// the dotted and the dotless i.
std::string fold_fully(std::string_view text) {
    constexpr std::pair<std::string_view, std::string_view> expansions[] = {
        {"ß", "ss"}, {"ẞ", "ss"}, {"İ", "i"},  {"ı", "i"},   {"ŉ", "ʼn"},
        {"ﬀ", "ff"}, {"ﬁ", "fi"}, {"ﬂ", "fl"}, {"ﬃ", "ffi"}, {"ﬄ", "ffl"},
    };
    std::string expanded(text);
    for (const auto& [letter, spelled] : expansions) {
        for (auto at = expanded.find(letter); at != std::string::npos;
             at = expanded.find(letter, at + spelled.size())) {
            expanded.replace(at, letter.size(), spelled);
        }
    }
    return base::fold(expanded);
}

bool has_wildcard(std::string_view text) {
    return text.find_first_of("%_[") != std::string_view::npos;
}

// Two texts that are not equal and nearly are.
Finding near_equality(std::string_view value, std::string_view constant) {
    if (base::fold_equal(base::trim(value), base::trim(constant))) {
        return {Miss::Blanks, "they differ in blanks at an end only"};
    }
    if (value.find('\\') != std::string_view::npos &&
        base::fold_equal(without(value, "\\"), without(constant, "\\"))) {
        return {Miss::Backslashes,
                "they differ in backslashes only: a query writes each one twice, and MOF doubles "
                "them again"};
    }
    if (fold_fully(value) == fold_fully(constant)) {
        return {Miss::Case,
                "they differ in letters whose other case is not one letter (as ß and SS): case is "
                "ignored letter by letter"};
    }
    if (constant.find_first_of("%*") != std::string_view::npos) {
        return {Miss::WildcardWithoutLike,
                "= takes % and * as they are: LIKE knows wildcards (% and _)"};
    }
    return {};
}

Finding in_text(std::string_view value, Operator op, const Constant& constant) {
    const auto number = Number::parse_real(value);
    if (number && constant.real) {
        const auto order = *number <=> *constant.real;
        const bool numerically = op == Operator::Equal            ? order == 0
                                 : op == Operator::Less           ? order < 0
                                 : op == Operator::LessOrEqual    ? order <= 0
                                 : op == Operator::Greater        ? order > 0
                                 : op == Operator::GreaterOrEqual ? order >= 0
                                                                  : false;
        if (numerically) {
            return {Miss::TextOrder,
                    "the property is a string, so that the two are compared letter by letter, not "
                    "as numbers"};
        }
    }
    if (op != Operator::Equal || !constant.text) return {};
    return near_equality(value, *constant.text);
}

Finding in_like(const Like& like, std::string_view value) {
    if (!has_wildcard(like.pattern)) {
        const bool within = base::fold(value).find(base::fold(like.pattern)) != std::string::npos;
        return {Miss::LikeWithoutWildcard,
                within ? fmt::format("without % or _ LIKE asks for the whole text: LIKE {} would "
                                     "be true",
                                     quote_string("%" + like.pattern + "%"))
                       : "without % or _ LIKE asks for the whole text"};
    }
    if (like.pattern.find_first_of("*?") != std::string::npos) {
        return {Miss::LikeWithoutWildcard, "* and ? are no wildcards of LIKE: % and _ are"};
    }
    return {};
}

// The first part of a path that is NULL: PreviousInstance.
std::string null_part(const BoundPath& path, const cim::Object& object) {
    BoundPath part;
    for (const auto& step : path.steps) {
        part.steps.push_back(step);
        const Reading reading(part, object);
        if (reading.view().kind == ValueView::Kind::Null) break;
    }
    return name_of(part);
}

std::optional<Finding> in_reading(const BoundPath& path, const cim::Object& object) {
    const Reading reading(path, object);
    if (!reading.exists()) {
        return Finding{Miss::NoProperty, fmt::format("{} does not exist here", name_of(path))};
    }
    if (reading.view().kind != ValueView::Kind::Null) return std::nullopt;
    return Finding{Miss::Null,
                   fmt::format("{} is NULL, and nothing compares with NULL (IS NULL asks for it)",
                               null_part(path, object))};
}

Finding in_types(const BoundQuery& query, const BoundNode& node, const ValueView& view,
                 const cim::Object& object) {
    const cim::Type type{view.type, view.kind == ValueView::Kind::Array};
    Result<> checked;
    if (node.kind == BoundNode::Kind::CompareConstant) {
        checked = check_comparable(type, node.op, query.constant(node.operand));
    } else if (node.kind == BoundNode::Kind::CompareProperty) {
        const Reading other(query.path(node.operand), object);
        checked = check_comparable(type, node.op, cim::Type{other.view().type, false});
    } else if (node.kind == BoundNode::Kind::Like) {
        return {Miss::Type, fmt::format("it is a {}: LIKE compares text", cim::keyword(view.type))};
    } else if (node.kind == BoundNode::Kind::IsA) {
        return {Miss::Type, fmt::format("it is a {}: ISA asks for the class of an object",
                                        cim::keyword(view.type))};
    }
    return {Miss::Type, checked ? "the values cannot be compared so" : checked.error().message};
}

Finding in_classes(const BoundQuery& query, const BoundNode& node, const ValueView& view) {
    const auto& wanted = query.class_name(node.operand);
    const auto& unknown = query.unknown_classes();
    if (std::ranges::find(unknown, wanted) != unknown.end()) {
        return {Miss::Class, fmt::format("there is no class {} in its namespace", wanted.text())};
    }
    return {Miss::Class, fmt::format("{} is not derived from {}",
                                     view.object->class_of().name().text(), wanted.text())};
}

// The class of the object that a path to its __CLASS leads through.
const cim::Class* class_within(BoundPath path, const cim::Object& object) {
    if (path.steps.back().kind != BoundStep::Kind::ClassName) return nullptr;
    path.steps.pop_back();
    if (path.steps.empty()) return &object.class_of();
    const Reading reading(path, object);
    return reading.view().kind == ValueView::Kind::Object ? &reading.view().object->class_of()
                                                          : nullptr;
}

Finding in_false(const BoundQuery& query, const BoundNode& node, const ValueView& view,
                 const cim::Object& object) {
    if (node.kind == BoundNode::Kind::IsA) return in_classes(query, node, view);
    if (view.kind != ValueView::Kind::Text) return {};
    if (node.kind == BoundNode::Kind::Like) {
        return in_like(std::get<Like>(node.source->node), view.text);
    }
    if (node.kind != BoundNode::Kind::CompareConstant) return {};
    const auto& constant = query.constant(node.operand);
    const auto* cls = class_within(query.path(node.path), object);
    if (cls && constant.text && node.op == Operator::Equal) {
        if (!cls->is_a(cim::Name(*constant.text))) {
            return {Miss::Class, fmt::format("the object is of class {}", cls->name().text())};
        }
        return {Miss::ExactClass, fmt::format("__CLASS = asks for exactly that class; {} is "
                                              "derived from it, which ISA would accept",
                                              cls->name().text())};
    }
    if (view.type != cim::CimType::String) return {};
    return in_text(view.text, node.op, constant);
}

}  // namespace

std::string name_of(const BoundPath& path) {
    std::string name;
    for (const auto& step : path.steps) {
        if (!name.empty()) name += '.';
        name += step.name.text();
    }
    return name;
}

Finding find_miss(const BoundQuery& query, const BoundNode& node, const cim::Object& object) {
    const Truth truth = evaluate_predicate(query, node, object);
    const bool asks_for_null =
        node.kind == BoundNode::Kind::IsNull || node.kind == BoundNode::Kind::IsNotNull;
    if (truth == Truth::True || (truth == Truth::False && asks_for_null)) return {};
    const auto& path = query.path(node.path);
    if (truth == Truth::Unknown) {
        if (auto found = in_reading(path, object)) return *found;
        if (node.kind == BoundNode::Kind::CompareProperty) {
            if (auto found = in_reading(query.path(node.operand), object)) return *found;
        }
    }
    const Reading reading(path, object);
    if (truth == Truth::Unknown) return in_types(query, node, reading.view(), object);
    return in_false(query, node, reading.view(), object);
}

}  // namespace openwmi::wql
