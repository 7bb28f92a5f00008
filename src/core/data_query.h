#pragma once

#include <memory>

#include "core/known_classes.h"
#include "core/queries.h"
#include "wql/query.h"

namespace openwmi::core {

struct DataQuery {
    std::shared_ptr<const wql::BoundQuery> query;
    std::shared_ptr<const KnownClasses> classes;  // that it was bound to
};

// Answers a SELECT for instances: stored ones by key or index where the condition allows it, else
// page by page; dynamic ones from their providers, by key, by a query of their own (SYS-095) or all
// of them. With the option for prototypes: only the class that the results would have.
void run_data_query(const std::shared_ptr<ServiceState>& service, const QueryRequest& request,
                    const DataQuery& query, Completion completion);

}  // namespace openwmi::core
