#include "mof/qualifier_table.h"

namespace openwmi::mof {

void apply_flavors(std::span<const FlavorUse> words, cim::Flavor& flavor) {
    for (const FlavorUse& use : words) {
        switch (use.word) {
            case FlavorWord::ToInstance: flavor.to_instance = true; break;
            case FlavorWord::ToSubClass: flavor.to_subclass = true; break;
            case FlavorWord::NotToInstance: flavor.to_instance = false; break;
            case FlavorWord::NotToSubClass: flavor.to_subclass = false; break;
            case FlavorWord::Restricted:
                flavor.to_instance = false;
                flavor.to_subclass = false;
                break;
            case FlavorWord::EnableOverride: flavor.overridable = true; break;
            case FlavorWord::DisableOverride: flavor.overridable = false; break;
            case FlavorWord::Amended: flavor.amended = true; break;
        }
    }
}

cim::Flavor declared_flavor(const QualifierNode& node) {
    cim::Flavor flavor;
    flavor.to_subclass = node.type.has_value();  // the DMTF's default; Microsoft's is nowhere
    apply_flavors(node.flavors, flavor);
    return flavor;
}

QualifierTable::QualifierTable(const Document& document) {
    for (std::size_t i = 0; i < document.items.size(); ++i) {
        if (const auto* node = std::get_if<QualifierNode>(&document.items[i].node)) {
            declarations_[cim::Name(node->name.text)].push_back({i, node});
        }
    }
}

const QualifierNode* QualifierTable::find(const cim::Name& name, std::size_t item) const {
    const auto found = declarations_.find(name);
    const QualifierNode* last = nullptr;
    if (found == declarations_.end()) return last;
    for (const Declaration& declaration : found->second) {
        if (declaration.item < item) last = declaration.node;
    }
    return last;
}

cim::Flavor QualifierTable::flavor(const QualifierUse& use, std::size_t item) const {
    const QualifierNode* declaration = find(use.name, item);
    cim::Flavor flavor = declaration ? declared_flavor(*declaration) : cim::Flavor{};
    apply_flavors(use.flavors, flavor);
    return flavor;
}

Judged<TypedValue> QualifierTable::value(const QualifierUse& use, std::size_t item) const {
    TypedValue yes{{cim::CimType::Boolean, false}, true};
    const cim::Name name(use.name);
    if (name == "Key" || name == "Static") return yes;  // whatever is written there (MOF-030)
    if (use.value) return qualifier_value(*use.value);
    const QualifierNode* declaration = find(name, item);
    const bool other_default = declaration && declaration->type && declaration->value &&
                               !declaration->value->is_null() &&
                               declaration->type->type != yes.type;
    return other_default ? qualifier_value(*declaration->value) : yes;
}

Judged<cim::QualifierSet> QualifierTable::qualifiers(std::span<const QualifierUse> uses,
                                                     std::size_t item) const {
    cim::QualifierSet set;
    for (const QualifierUse& use : uses) {
        Judged<TypedValue> typed = value(use, item);
        if (!typed) return tl::unexpected(std::move(typed.error()));
        set.put({use.name, typed->type, std::move(typed->value), flavor(use, item), false});
    }
    return set;
}

}  // namespace openwmi::mof
