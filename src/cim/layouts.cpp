#include "cim/layouts.h"

#include <ranges>
#include <utility>

#include "cim/instance.h"

namespace openwmi::cim {

Result<> for_each_layout(const Object& object,
                         const std::function<Result<>(const LayoutPtr&)>& visit) {
    const auto* instance = object.as_instance();
    if (!instance) {
        for (const auto& property : object.as_class()->properties()) {
            const auto& value = property.default_value;
            if (const auto* one = value.get_if<ObjectPtr>()) {
                WMI_TRY(for_each_layout(**one, visit));
            } else if (const auto* many = value.get_if<Objects>()) {
                for (const auto& each : *many) WMI_TRY(for_each_layout(*each, visit));
            }
        }
        return {};
    }
    WMI_TRY(visit(instance->block()->layout()));
    for (const auto& each : instance->block()->embedded()) WMI_TRY(for_each_layout(*each, visit));
    return {};
}

ClassPtr remembered_class(const Layout& layout, const Schema& schema) {
    ClassPtr superclass;
    for (const Name& ancestor : std::views::reverse(layout.derivation())) {
        if (auto existing = schema.find_class(ancestor)) {
            superclass = std::move(existing);
            continue;
        }
        ClassDeclaration bare;
        bare.name = ancestor;
        if (superclass) bare.superclass = superclass->name();
        auto derived = Class::derive(std::move(bare), superclass);
        if (!derived) return nullptr;
        superclass = std::move(*derived);
    }
    ClassDeclaration declaration;
    declaration.name = layout.class_name();
    if (superclass) declaration.superclass = superclass->name();
    for (const auto& slot : layout.slots()) {
        if (superclass && superclass->find_property(slot.name)) continue;
        Property property;
        property.name = slot.name;
        property.type = slot.type;
        property.class_name = slot.class_name;
        if (slot.key) {
            property.qualifiers.put({.name = "key",
                                     .type = {CimType::Boolean, false},
                                     .value = true,
                                     .flavor = {.to_instance = true, .to_subclass = true},
                                     .propagated = false});
        }
        declaration.properties.push_back(std::move(property));
    }
    auto derived = Class::derive(std::move(declaration), superclass);
    return derived ? *derived : nullptr;
}

}  // namespace openwmi::cim
