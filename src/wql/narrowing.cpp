#include "wql/narrowing.h"

#include <algorithm>

namespace openwmi::wql {
namespace {

using Path = std::span<const cim::Name>;

bool is_class_of(const PropertyPath& path, Path object) {
    return path.parts.size() == object.size() + 1 && path.parts.back() == cim::Name("__CLASS") &&
           std::equal(object.begin(), object.end(), path.parts.begin());
}

// Of several statements that all hold, the one that says most: fewest classes, exact ones first.
bool says_more(const std::vector<TargetClass>& a, const std::vector<TargetClass>& b) {
    if (a.empty() || b.empty()) return !a.empty();
    const auto exact = [](const TargetClass& cls) {
        return cls.reach == TargetClass::Reach::Exact;
    };
    const bool a_exact = std::ranges::all_of(a, exact);
    const bool b_exact = std::ranges::all_of(b, exact);
    return a_exact != b_exact ? a_exact : a.size() < b.size();
}

std::vector<TargetClass> any_of(const Logical& node, Path path) {
    std::vector<TargetClass> all;
    for (const auto& term : node.terms) {
        auto classes = necessary_classes(term, path);
        if (classes.empty()) return {};
        for (auto& cls : classes) {
            if (std::ranges::find(all, cls) == all.end()) all.push_back(std::move(cls));
        }
    }
    return all;
}

std::vector<TargetClass> all_of(const Logical& node, Path path) {
    std::vector<TargetClass> best;
    for (const auto& term : node.terms) {
        auto classes = necessary_classes(term, path);
        if (says_more(classes, best)) best = std::move(classes);
    }
    return best;
}

struct Narrowing {
    Path path;

    std::vector<TargetClass> operator()(const IsA& node) const {
        if (!std::ranges::equal(node.path.parts, path)) return {};
        return {{node.class_name, TargetClass::Reach::WithSubclasses}};
    }
    std::vector<TargetClass> operator()(const Comparison& node) const {
        const auto* property = std::get_if<PropertyPath>(&node.left);
        const auto* literal = std::get_if<Literal>(property ? &node.right : &node.left);
        if (!property) property = std::get_if<PropertyPath>(&node.right);
        if (node.op != Operator::Equal || !property || !literal) return {};
        const auto* name = literal->value.get_if<std::string>();
        if (!name || !is_class_of(*property, path)) return {};
        return {{cim::Name(*name), TargetClass::Reach::Exact}};
    }
    std::vector<TargetClass> operator()(const Logical& node) const {
        switch (node.kind) {
            case Logical::Kind::And: return all_of(node, path);
            case Logical::Kind::Or: return any_of(node, path);
            case Logical::Kind::Not: return {};
        }
        return {};
    }
    std::vector<TargetClass> operator()(const IsNull&) const { return {}; }
    std::vector<TargetClass> operator()(const Like&) const { return {}; }
};

}  // namespace

std::vector<TargetClass> necessary_classes(const Expression& condition, Path path) {
    return std::visit(Narrowing{path}, condition.node);
}

}  // namespace openwmi::wql
