#pragma once

#include <wbemcli.h>

#include <memory>

#include "base/result.h"
#include "bridge/client_sink.h"
#include "bridge/connection.h"
#include "bridge/requests.h"
#include "com/ptr.h"
#include "wbem/error_detail.h"

// The ways in which a client gets the answer to an operation.
namespace openwmi::bridge {

// Where objects of this session come from.
cim::OriginPtr origin_of(const core::Session& session);

// Waits, on this thread. The text is the path of what was put.
Result<core::Collected> wait_for(const Connection& connection, const Operation& operation);

// Runs on connection.calls; ShuttingDown when that is stopped.
Result<com::Ptr<IWbemCallResult>> begin(const Connection& connection, Operation operation,
                                        wbem::ErrorDetail detail);
// The same, over already.
com::Ptr<IWbemCallResult> finished(const Connection& connection, const core::Collected& collected);

// An enumerator over all there is (flags without WBEM_FLAG_RETURN_IMMEDIATELY), or over what comes.
Result<com::Ptr<IEnumWbemClassObject>> enumerate(const Connection& connection, Operation operation,
                                                 LONG flags, wbem::ErrorDetail detail);

// Through the client's sink, one call at a time, on connection.calls. A client that lags behind
// more than 64 MiB gets ClientTooSlow.
Result<> send(const Connection& connection, Operation operation,
              const std::shared_ptr<ClientSink>& client);

}  // namespace openwmi::bridge
