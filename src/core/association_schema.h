#pragma once

#include <cstddef>
#include <vector>

#include "cim/class.h"
#include "cim/schema.h"
#include "wql/query.h"

namespace openwmi::core {

// An association class that may lead from the source of an ASSOCIATORS OF or REFERENCES OF.
struct AssociationClass {
    cim::ClassPtr cls;
    std::vector<std::size_t> roles;  // reference properties in which the source may stand
};

// Which associations the query is about: by their class, their qualifiers and the Role (WQL-083,
// 086). Of instances may refer to `source` what refers to its class, one above or one below it; of
// a class (SchemaOnly) what refers to it or one above. Fails with InvalidClass when the query names
// a class that does not exist.
Result<std::vector<AssociationClass>> find_associations(const cim::Schema& schema,
                                                        const wql::AssociationQuery& query,
                                                        const cim::Class& source);

// The other ends of an association: the reference properties with the ResultRole.
std::vector<std::size_t> other_ends(const cim::Class& association, std::size_t role,
                                    const wql::AssociationQuery& query);

// Whether an endpoint (of ASSOCIATORS OF) or an association (of REFERENCES OF) is a result:
// ResultClass and RequiredQualifier.
bool is_result(const cim::Object& object, const wql::AssociationQuery& query);

// The answer to a query with SchemaOnly: classes, maybe one several times.
std::vector<cim::ClassPtr> associated_classes(const cim::Schema& schema,
                                              const wql::AssociationQuery& query,
                                              const std::vector<AssociationClass>& associations);

}  // namespace openwmi::core
