#include "mof/alias_table.h"

namespace openwmi::mof {
namespace {

void collect(const Literal& literal, std::vector<AliasTable::Use>& uses);

void collect(const InstanceNode& node, std::vector<AliasTable::Use>& uses) {
    for (const AssignmentNode& assignment : node.assignments) {
        if (assignment.value) collect(*assignment.value, uses);
    }
}

void collect(const Literal& literal, std::vector<AliasTable::Use>& uses) {
    if (const auto* alias = literal.get_if<AliasUse>()) {
        uses.push_back({alias->name, literal.place});
    } else if (const auto* list = literal.get_if<std::vector<Literal>>()) {
        for (const Literal& element : *list) collect(element, uses);
    } else if (const auto* node = literal.get_if<std::shared_ptr<const InstanceNode>>()) {
        collect(**node, uses);
    }
}

void collect(const ClassNode& node, std::vector<AliasTable::Use>& uses) {
    for (const PropertyNode& property : node.properties) {
        if (property.value) collect(*property.value, uses);
    }
    for (const MethodNode& method : node.methods) {
        for (const PropertyNode& parameter : method.parameters) {
            if (parameter.value) collect(*parameter.value, uses);
        }
    }
}

}  // namespace

AliasTable::AliasTable(const Document& document) : uses_(document.items.size()) {
    for (std::size_t i = 0; i < document.items.size(); ++i) {
        if (const auto* cls = std::get_if<ClassNode>(&document.items[i].node)) {
            declare(cls->alias, i);
            collect(*cls, uses_[i]);
        } else if (const auto* instance = std::get_if<InstanceNode>(&document.items[i].node)) {
            declare(instance->alias, i);
            collect(*instance, uses_[i]);
        }
    }
}

void AliasTable::declare(const std::optional<NameUse>& alias, std::size_t item) {
    if (!alias) return;
    if (!items_.emplace(cim::Name(alias->text), item).second) duplicates_.push_back(*alias);
}

std::optional<std::size_t> AliasTable::item_of(const cim::Name& alias) const {
    const auto found = items_.find(alias);
    return found == items_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<bool> AliasTable::circular() const {
    std::vector<std::size_t> needed(uses_.size(), 0);
    std::vector<std::vector<std::size_t>> dependents(uses_.size());
    for (std::size_t i = 0; i < uses_.size(); ++i) {
        for (const Use& use : uses_[i]) {
            if (const auto named = item_of(use.name)) {
                ++needed[i];
                dependents[*named].push_back(i);
            }
        }
    }
    std::vector<bool> circular(uses_.size(), true);
    std::vector<std::size_t> ready;
    for (std::size_t i = 0; i < uses_.size(); ++i) {
        if (needed[i] == 0) ready.push_back(i);
    }
    while (!ready.empty()) {
        const std::size_t item = ready.back();
        ready.pop_back();
        circular[item] = false;
        for (const std::size_t dependent : dependents[item]) {
            if (--needed[dependent] == 0) ready.push_back(dependent);
        }
    }
    return circular;
}

}  // namespace openwmi::mof
