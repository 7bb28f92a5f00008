#pragma once

#include <string_view>
#include <vector>

#include "core/completion.h"
#include "core/provider_calls.h"
#include "core/service_state.h"

namespace openwmi::core {

struct QueryRequest {
    std::shared_ptr<Session> session;  // who asks, and where
    std::string_view language;
    std::string_view text;
    QueryOptions options;
    CallOptions call;
    Caller caller;  // as providers see him: of the context what is meant for them
};

// Data, schema and association queries. Fails: InvalidQueryType (the language), InvalidQuery,
// QuotaViolation, and what binding, enumeration and associations report.
void run_query(const std::shared_ptr<ServiceState>& service, const QueryRequest& request,
               Completion completion);

// Indicates classes as the results of a query.
void give_classes(const std::vector<cim::ClassPtr>& classes, Completion completion);

}  // namespace openwmi::core
