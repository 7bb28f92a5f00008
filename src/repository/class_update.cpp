#include "repository/class_update.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace openwmi::repository {
namespace {

// The qualifiers that decide how a class is stored, found, supplied or called. All others only
// describe.
bool is_structural(const cim::Name& qualifier) {
    static const std::array structural = {
        cim::Name("Abstract"),
        cim::Name("Aggregate"),
        cim::Name("Aggregation"),
        cim::Name("Association"),
        cim::Name("ClassContext"),
        cim::Name("CIMTYPE"),
        cim::Name("Dynamic"),
        cim::Name("DynProps"),
        cim::Name("ID"),
        cim::Name("Implemented"),
        cim::Name("In"),
        cim::Name("Indexed"),
        cim::Name("InstanceContext"),
        cim::Name("Key"),
        cim::Name("Not_Null"),
        cim::Name("Optional"),
        cim::Name("Out"),
        cim::Name("PropertyContext"),
        cim::Name("Provider"),
        cim::Name("Singleton"),
        cim::Name("Static"),
        cim::Name("Weak"),
    };
    return std::ranges::find(structural, qualifier) != structural.end();
}

bool same_structure(const cim::QualifierSet& a, const cim::QualifierSet& b) {
    const auto covers = [](const cim::QualifierSet& all, const cim::QualifierSet& some) {
        return std::ranges::all_of(some.all(), [&](const cim::Qualifier& q) {
            if (!is_structural(q.name)) return true;
            const auto* other = all.find(q.name);
            return other && other->value == q.value;
        });
    };
    return covers(a, b) && covers(b, a);
}

bool same_structure(const cim::Property& a, const cim::Property& b) {
    return a.name == b.name && a.type == b.type && a.class_name == b.class_name &&
           a.default_value == b.default_value && same_structure(a.qualifiers, b.qualifiers);
}

bool same_structure(const cim::Parameter& a, const cim::Parameter& b) {
    return a.name == b.name && a.type == b.type && a.class_name == b.class_name &&
           a.default_value == b.default_value && same_structure(a.qualifiers, b.qualifiers);
}

bool same_structure(const cim::Method& a, const cim::Method& b) {
    return a.name == b.name && a.return_type == b.return_type && a.return_class == b.return_class &&
           same_structure(a.qualifiers, b.qualifiers) &&
           std::ranges::equal(a.parameters, b.parameters,
                              [](const auto& x, const auto& y) { return same_structure(x, y); });
}

// True when the two differ in describing qualifiers at most (COM-038).
bool same_structure(const cim::ClassDeclaration& a, const cim::ClassDeclaration& b) {
    const auto same = [](const auto& x, const auto& y) { return same_structure(x, y); };
    return a.superclass == b.superclass && same_structure(a.qualifiers, b.qualifiers) &&
           std::ranges::equal(a.properties, b.properties, same) &&
           std::ranges::equal(a.methods, b.methods, same);
}

bool same_marked(const cim::Class& a, const cim::Class& b, const cim::Name& qualifier) {
    const auto marked = [&](const cim::Class& cls) {
        std::vector<const cim::Property*> result;
        for (const auto& p : cls.properties()) {
            if (p.qualifiers.is_true(qualifier)) result.push_back(&p);
        }
        return result;
    };
    return std::ranges::equal(marked(a), marked(b), [](const auto* x, const auto* y) {
        return x->name == y->name && x->type == y->type;
    });
}

// True when instances stored under one are just as valid under the other.
bool same_storage(const cim::Class& a, const cim::Class& b) {
    const auto dynasty = [](const cim::Class& cls) {
        const auto* found = keyed_dynasty(cls);
        return found ? found->name() : cim::Name();
    };
    return a.layout()->hash() == b.layout()->hash() && same_marked(a, b, "Key") &&
           dynasty(a) == dynasty(b) && a.is_abstract() == b.is_abstract() &&
           a.is_singleton() == b.is_singleton() && a.is_dynamic() == b.is_dynamic();
}

Result<cim::ClassPtr> find_superclass(const ClassTable& classes,
                                      const cim::ClassDeclaration& declaration) {
    const auto& name = declaration.superclass;
    if (name.empty()) return cim::ClassPtr();
    if (name == declaration.name) {
        return fail(Status::CircularReference, "class {} cannot derive from itself", name.text());
    }
    auto superclass = classes.find_class(name);
    if (!superclass) {
        return fail(Status::InvalidSuperclass, "there is no class {} for {} to derive from",
                    name.text(), declaration.name.text());
    }
    if (superclass->is_a(declaration.name)) {
        return fail(Status::CircularReference, "class {} cannot derive from {}, which is below it",
                    declaration.name.text(), name.text());
    }
    if (superclass->is_a("__Namespace")) {
        return fail(Status::InvalidSuperclass, "nothing can derive from __Namespace");
    }
    return superclass;
}

Result<> check_change(const cim::Class& before, const cim::Class& after, UpdateMode mode,
                      bool has_children, bool has_instances) {
    if (same_structure(before.declaration(), after.declaration())) return {};
    const auto& name = after.name().text();
    if (has_children || has_instances) {
        const char* users = has_instances ? "instances" : "subclasses";
        if (!same_marked(before, after, "Key")) {
            return fail(Status::CannotChangeKeyInheritance,
                        "the keys of {} cannot change while it has {}", name, users);
        }
        if (!same_marked(before, after, "Indexed")) {
            return fail(Status::CannotChangeIndexInheritance,
                        "the indices of {} cannot change while it has {}", name, users);
        }
    }
    if (has_instances && (mode != UpdateMode::Force || !same_storage(before, after))) {
        return fail(Status::ClassHasInstances,
                    "class {} cannot change in this way while it has instances", name);
    }
    if (has_children && mode == UpdateMode::Compatible) {
        return fail(Status::ClassHasChildren,
                    "class {} has subclasses: a change beyond descriptions needs the safe or the "
                    "force mode",
                    name);
    }
    return {};
}

// Takes out of `local` what `inherited` forbids to override.
void drop_conflicts(cim::QualifierSet& local, const cim::QualifierSet& inherited) {
    for (const auto& qualifier : inherited.all()) {
        if (!qualifier.flavor.overridable && qualifier.flavor.to_subclass) {
            local.remove(qualifier.name);
        }
    }
}

cim::ClassDeclaration without_conflicts(cim::ClassDeclaration declaration,
                                        const cim::Class& superclass) {
    drop_conflicts(declaration.qualifiers, superclass.qualifiers());
    for (auto& property : declaration.properties) {
        if (const auto index = superclass.find_property(property.name)) {
            drop_conflicts(property.qualifiers, superclass.properties()[*index].qualifiers);
        }
    }
    for (auto& method : declaration.methods) {
        if (const auto* inherited = superclass.find_method(method.name)) {
            drop_conflicts(method.qualifiers, inherited->qualifiers);
        }
    }
    return declaration;
}

bool is_override_conflict(const Error& error) {
    return error.status == Status::OverrideNotAllowed ||
           error.status == Status::UpdateOverrideNotAllowed;
}

// Derives the classes below the changed one anew, into `update`.
Result<> rederive(const std::vector<cim::ClassPtr>& below, UpdateMode mode,
                  const HasInstances& has_instances, ClassUpdate& update) {
    std::unordered_map<cim::Name, cim::ClassPtr> done{
        {update.resolved.front()->name(), update.resolved.front()}};
    for (const auto& child : below) {
        const auto& superclass = done.at(child->superclass()->name());
        auto derived = cim::Class::derive(child->declaration(), superclass);
        bool declared = false;
        if (!derived && mode == UpdateMode::Force && is_override_conflict(derived.error())) {
            derived = cim::Class::derive(without_conflicts(child->declaration(), *superclass),
                                         superclass);
            declared = true;
        }
        if (!derived) {
            return fail(derived.error().status, "the change does not fit the subclass {}: {}",
                        child->name().text(), derived.error().message);
        }
        if (!same_storage(*child, **derived) && WMI_TRY(has_instances(*child))) {
            return fail(Status::ClassHasInstances,
                        "the change would alter the instances of the subclass {}",
                        child->name().text());
        }
        update.resolved.push_back(*derived);
        if (declared) update.declared.push_back(*derived);
        done.emplace(child->name(), std::move(*derived));
    }
    return {};
}

}  // namespace

Result<ClassUpdate> plan_class_update(const ClassTable& classes, cim::ClassDeclaration declaration,
                                      PutClassOptions options, const HasInstances& has_instances) {
    const cim::Name name = declaration.name;
    if (cim::find_system_class(name)) {
        return fail(Status::InvalidOperation, "the system class {} cannot be changed", name.text());
    }
    ClassUpdate update;
    update.previous = classes.find_class(name);
    if (update.previous && options.mode == PutMode::CreateOnly) {
        return fail(Status::AlreadyExists, "class {} exists already", name.text());
    }
    if (!update.previous && options.mode == PutMode::UpdateOnly) {
        return fail(Status::NotFound, "there is no class {} to update", name.text());
    }
    const auto superclass = WMI_TRY(find_superclass(classes, declaration));
    const auto cls = WMI_TRY(cim::Class::derive(std::move(declaration), superclass));
    update.resolved.push_back(cls);
    update.declared.push_back(cls);
    if (!update.previous) return update;

    const auto below = classes.subclasses(name);
    const bool instances = WMI_TRY(has_instances(*update.previous));
    WMI_TRY(check_change(*update.previous, *cls, options.update, !below.empty(), instances));
    WMI_TRY(rederive(below, options.update, has_instances, update));
    return update;
}

}  // namespace openwmi::repository
