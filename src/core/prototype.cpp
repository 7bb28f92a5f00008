#include "core/prototype.h"

#include <algorithm>

namespace openwmi::core {

Result<cim::ClassPtr> prototype_of(const wql::BoundQuery& query) {
    const auto& from = query.from();
    if (query.select().selects_all()) return from;
    // What it inherits is among its properties, so it stands without its superclass.
    cim::ClassDeclaration declaration;
    declaration.name = from->name();
    declaration.qualifiers = from->qualifiers();
    for (const auto& property : from->properties()) {
        const auto is_it = [&](const cim::Name& name) { return name == property.name; };
        if (std::ranges::any_of(query.visible(), is_it)) declaration.properties.push_back(property);
    }
    return cim::Class::derive(std::move(declaration), nullptr);
}

}  // namespace openwmi::core
