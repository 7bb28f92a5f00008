#include "core/association_schema.h"

#include <algorithm>

#include "cim/instance.h"

namespace openwmi::core {
namespace {

using wql::AssociationQuery;

bool is_reference(const cim::Property& property) {
    return property.type.element == cim::CimType::Reference && !property.type.array;
}

// Whether a reference that is declared so may hold the source.
bool may_hold(const cim::Property& reference, const AssociationQuery& query,
              const cim::Schema& schema, const cim::Class& source) {
    if (reference.class_name.empty() || source.is_a(reference.class_name)) return true;
    if (query.schema_only) return false;
    // A class that this namespace does not have is one of another namespace.
    const auto declared = schema.find_class(reference.class_name);
    return !declared || declared->is_a(source.name());
}

bool has_qualifier(const cim::Object& object, const cim::Name& name) {
    if (name.empty() || object.class_of().qualifiers().find(name)) return true;
    const auto* instance = object.as_instance();
    return instance && instance->qualifiers().find(name);
}

// What the query asks of the association itself. The qualifier that results of REFERENCES OF need
// may stand on the instance alone.
bool is_wanted(const cim::Class& association, const AssociationQuery& query) {
    if (query.kind == AssociationQuery::Kind::Associators) {
        if (!query.assoc_class.empty() && !association.is_a(query.assoc_class)) return false;
        return has_qualifier(association, query.required_assoc_qualifier);
    }
    if (!query.result_class.empty() && !association.is_a(query.result_class)) return false;
    return !query.schema_only || has_qualifier(association, query.required_qualifier);
}

std::vector<std::size_t> roles_of(const cim::Class& association, const AssociationQuery& query,
                                  const cim::Schema& schema, const cim::Class& source) {
    std::vector<std::size_t> roles;
    const auto properties = association.properties();
    for (std::size_t i = 0; i < properties.size(); ++i) {
        if (!is_reference(properties[i])) continue;
        if (!query.role.empty() && properties[i].name != query.role) continue;
        if (query.kind == AssociationQuery::Kind::Associators &&
            other_ends(association, i, query).empty()) {
            continue;
        }
        if (may_hold(properties[i], query, schema, source)) roles.push_back(i);
    }
    return roles;
}

}  // namespace

Result<std::vector<AssociationClass>> find_associations(const cim::Schema& schema,
                                                        const AssociationQuery& query,
                                                        const cim::Class& source) {
    if (!query.assoc_class.empty() && !schema.find_class(query.assoc_class)) {
        return fail(Status::InvalidClass, "there is no class {}, which AssocClass names",
                    query.assoc_class.text());
    }
    std::vector<AssociationClass> found;
    for (const auto& cls : schema.subclasses({})) {
        if (!cls->is_association() || (cls->is_abstract() && !query.schema_only)) continue;
        if (!is_wanted(*cls, query)) continue;
        auto roles = roles_of(*cls, query, schema, source);
        if (!roles.empty()) found.push_back({cls, std::move(roles)});
    }
    return found;
}

std::vector<std::size_t> other_ends(const cim::Class& association, std::size_t role,
                                    const AssociationQuery& query) {
    std::vector<std::size_t> ends;
    const auto properties = association.properties();
    for (std::size_t i = 0; i < properties.size(); ++i) {
        if (i == role || !is_reference(properties[i])) continue;
        if (query.result_role.empty() || properties[i].name == query.result_role) ends.push_back(i);
    }
    return ends;
}

bool is_result(const cim::Object& object, const AssociationQuery& query) {
    if (!query.result_class.empty() && !object.class_of().is_a(query.result_class)) return false;
    return has_qualifier(object, query.required_qualifier);
}

std::vector<cim::ClassPtr> associated_classes(const cim::Schema& schema,
                                              const AssociationQuery& query,
                                              const std::vector<AssociationClass>& associations) {
    std::vector<cim::ClassPtr> results;
    for (const auto& association : associations) {
        if (query.kind == AssociationQuery::Kind::References) {
            results.push_back(association.cls);
            continue;
        }
        std::vector<std::size_t> ends;
        for (const auto role : association.roles) {
            for (const auto end : other_ends(*association.cls, role, query)) {
                if (std::ranges::find(ends, end) == ends.end()) ends.push_back(end);
            }
        }
        for (const auto end : ends) {
            const auto cls = schema.find_class(association.cls->properties()[end].class_name);
            if (cls && is_result(*cls, query)) results.push_back(cls);
        }
    }
    return results;
}

}  // namespace openwmi::core
