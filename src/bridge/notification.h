#pragma once

#include <wbemcli.h>

#include <memory>

#include "bridge/calls_under_way.h"
#include "bridge/connection.h"
#include "bridge/requests.h"
#include "com/ptr.h"

// Event queries of clients (COM-066 to 080). Both are live when they return (COM-079) and fail as
// core::Session::subscribe does.
namespace openwmi::bridge {

// Lives exactly as long as its enumerator and the clones of it (OD-099).
Result<com::Ptr<IEnumWbemClassObject>> subscribe(const Connection& connection,
                                                 const EventQuery& query, wbem::ErrorDetail detail);

// Lives until it is cancelled, or `calls` goes.
Result<> subscribe(const Connection& connection, const EventQuery& query,
                   const std::shared_ptr<ClientSink>& client, CallsUnderWay& calls);

}  // namespace openwmi::bridge
