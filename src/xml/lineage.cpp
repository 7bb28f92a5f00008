#include "xml/lineage.h"

#include <algorithm>
#include <ranges>

#include "cim/schema.h"

namespace openwmi::xml {
namespace {

bool has(const std::vector<cim::Name>& names, const cim::Name& name) {
    return std::ranges::find(names, name) != names.end();
}

// The ancestor that declares a member; empty: the class itself does.
template <class Member>
cim::Name declared_in(const Told<Member>& told, const ClassTold& cls) {
    if (has(cls.ancestors, told.origin)) return told.origin;
    if (told.propagated && !cls.ancestors.empty()) return cls.ancestors.front();
    return {};
}

enum class Side : bool { Ancestor, Own };

// Of what an ancestor declares and the class declares again: who said which qualifier.
cim::QualifierSet said_by(Side side, const cim::QualifierSet& qualifiers) {
    cim::QualifierSet said;
    for (const auto& qualifier : qualifiers.all()) {
        if (qualifier.propagated == (side == Side::Ancestor)) said.put(qualifier);
    }
    return said;
}

// Whether the class declares again what an ancestor declares.
template <class Member>
bool again(const Told<Member>& told, const ClassTold& cls) {
    return !told.propagated && !declared_in(told, cls).empty();
}

cim::Property for_ancestor(cim::Property property) {
    property.default_value = {};
    return property;
}
cim::Method for_ancestor(cim::Method method) {
    return method;
}

template <class Member>
void declare(const std::vector<Told<Member>>& told, const ClassTold& cls, const cim::Name& in,
             std::vector<Member>& members) {
    for (const auto& one : told) {
        if (!(declared_in(one, cls) == in)) continue;
        Member member = one.member;
        if (again(one, cls)) {
            member = for_ancestor(std::move(member));
            member.qualifiers = said_by(Side::Ancestor, member.qualifiers);
        }
        members.push_back(std::move(member));
    }
}

template <class Member>
void declare_own(const std::vector<Told<Member>>& told, const ClassTold& cls,
                 std::vector<Member>& members) {
    for (const auto& one : told) {
        if (one.propagated && !declared_in(one, cls).empty()) continue;
        Member member = one.member;
        if (again(one, cls)) member.qualifiers = said_by(Side::Own, member.qualifiers);
        members.push_back(std::move(member));
    }
}

// The class that the ancestors end in; null without ancestors.
Result<cim::ClassPtr> make_ancestors(const ClassTold& told) {
    static const cim::Name abstract("abstract");
    const cim::Qualifier* is_abstract = told.qualifiers.find(abstract);
    cim::ClassPtr superclass;
    for (const cim::Name& ancestor : std::views::reverse(told.ancestors)) {
        if (auto known = cim::find_system_class(ancestor)) {
            superclass = std::move(known);
            continue;
        }
        cim::ClassDeclaration declaration;
        declaration.name = ancestor;
        if (superclass) declaration.superclass = superclass->name();
        if (!superclass) declaration.qualifiers = told.inherited_qualifiers;
        if (is_abstract) declaration.qualifiers.put(*is_abstract);
        declare(told.properties, told, ancestor, declaration.properties);
        declare(told.methods, told, ancestor, declaration.methods);
        superclass = WMI_TRY(cim::Class::derive(std::move(declaration), superclass));
    }
    return superclass;
}

}  // namespace

Result<cim::ClassPtr> make_class(const ClassTold& told) {
    if (auto known = cim::find_system_class(told.name)) return known;
    const cim::ClassPtr superclass = WMI_TRY(make_ancestors(told));
    cim::ClassDeclaration declaration;
    declaration.name = told.name;
    if (superclass) declaration.superclass = superclass->name();
    declaration.qualifiers = told.qualifiers;
    if (!superclass) {
        for (const auto& inherited : told.inherited_qualifiers.all()) {
            declaration.qualifiers.put(inherited);
        }
    }
    declare_own(told.properties, told, declaration.properties);
    declare_own(told.methods, told, declaration.methods);
    return cim::Class::derive(std::move(declaration), superclass);
}

}  // namespace openwmi::xml
