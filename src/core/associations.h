#pragma once

#include "core/known_classes.h"
#include "core/queries.h"
#include "wql/query.h"

namespace openwmi::core {

struct AssociationRequest {
    wql::AssociationQuery query;
    std::shared_ptr<const KnownClasses> classes;
};

// Answers ASSOCIATORS OF and REFERENCES OF. Associations are those of the session's namespace,
// stored ones (found through the references they hold) and those of providers; endpoints are
// fetched from the namespace that the reference names, with the session's identity. One whose
// endpoint does not exist or may not be read leads nowhere (COM-060). A provider that fails does
// not keep the others from being asked; what it reported ends the query. Fails: InvalidClass,
// InvalidObjectPath, NotFound (a stored source that does not exist), QuotaViolation.
void run_association_query(const std::shared_ptr<ServiceState>& service,
                           const QueryRequest& request, const AssociationRequest& wanted,
                           Completion completion);

}  // namespace openwmi::core
