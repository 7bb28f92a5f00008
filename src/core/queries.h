#pragma once

#include <string_view>

#include "core/completion.h"
#include "core/provider_calls.h"
#include "core/service_state.h"

namespace openwmi::core {

struct QueryRequest {
    cim::NamespacePath name_space;
    std::string_view language;
    std::string_view text;
    QueryOptions options;
    CallOptions call;
    Caller caller;  // as providers see him: of the context what is meant for them
};

// Data and schema queries. Fails: InvalidQueryType (the language), InvalidQuery, and what binding
// and enumeration report.
void run_query(const std::shared_ptr<ServiceState>& service, const QueryRequest& request,
               Completion completion);

}  // namespace openwmi::core
