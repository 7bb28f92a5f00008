#include "cim/localization.h"

#include <algorithm>
#include <string>
#include <utility>

namespace openwmi::cim {
namespace {

bool tells_of_localization(const Qualifier& qualifier) {
    return qualifier.name == "Amendment" || qualifier.name == "Locale";
}

void take_amended(const QualifierSet& from, QualifierSet& into) {
    for (const Qualifier& qualifier : from.all()) {
        if (qualifier.flavor.amended || tells_of_localization(qualifier)) into.put(qualifier);
    }
}

// Its own member of that name, or an inherited one, which then is said again.
template <class Member>
Member* member_of(std::vector<Member>& declared, std::span<const Member> resolved,
                  const Name& name) {
    const auto own = std::ranges::find(declared, name, &Member::name);
    if (own != declared.end()) return &*own;
    const auto inherited = std::ranges::find(resolved, name, &Member::name);
    if (inherited == resolved.end()) return nullptr;
    Member again = *inherited;
    again.qualifiers = {};
    declared.push_back(std::move(again));
    return &declared.back();
}

bool has_amended(const QualifierSet& qualifiers) {
    return std::ranges::any_of(qualifiers.all(),
                               [](const Qualifier& each) { return each.flavor.amended; });
}

bool has_amended(const Method& method) {
    return has_amended(method.qualifiers) ||
           std::ranges::any_of(method.parameters,
                               [](const Parameter& each) { return has_amended(each.qualifiers); });
}

void merge(const Method& localized, Method& into) {
    take_amended(localized.qualifiers, into.qualifiers);
    for (const Parameter& parameter : localized.parameters) {
        const auto own = std::ranges::find(into.parameters, parameter.name, &Parameter::name);
        if (own != into.parameters.end()) take_amended(parameter.qualifiers, own->qualifiers);
    }
}

ClassDeclaration merged(const Class& cls, const ClassDeclaration& localized) {
    ClassDeclaration declaration = cls.declaration();
    take_amended(localized.qualifiers, declaration.qualifiers);
    for (const Property& property : localized.properties) {
        if (!has_amended(property.qualifiers)) continue;
        if (auto* own = member_of(declaration.properties, cls.properties(), property.name)) {
            take_amended(property.qualifiers, own->qualifiers);
        }
    }
    for (const Method& method : localized.methods) {
        if (!has_amended(method)) continue;
        if (auto* own = member_of(declaration.methods, cls.methods(), method.name)) {
            merge(method, *own);
        }
    }
    return declaration;
}

}  // namespace

ClassPtr localize(const ClassPtr& cls, const FindLocalized& find) {
    ClassPtr superclass = cls->superclass();
    if (superclass) superclass = localize(superclass, find);
    const ClassPtr localized = find(cls->name());
    if (!localized && superclass == cls->superclass()) return cls;
    auto declaration = localized ? merged(*cls, localized->declaration()) : cls->declaration();
    auto derived = Class::derive(std::move(declaration), std::move(superclass));
    if (!derived || (*derived)->layout()->hash() != cls->layout()->hash()) return cls;
    return *std::move(derived);
}

InstancePtr localize(const Instance& instance, const ClassPtr& localized) {
    return upgrade(instance, localized);
}

}  // namespace openwmi::cim
