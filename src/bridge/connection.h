#pragma once

#include <memory>

#include "base/executor.h"
#include "core/session.h"

namespace openwmi::bridge {

// What a COM object needs to serve a client: the session that says who he is and where, and the
// executors, which must outlive all objects made from it. After the service has stopped, the
// session answers ShuttingDown. Value.
struct Connection {
    std::shared_ptr<core::Session> session;
    base::Executor* executor = nullptr;  // where callers wait
    base::Executor* calls = nullptr;     // runs operations and clients' sinks; may block
};

}  // namespace openwmi::bridge
