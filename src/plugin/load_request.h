#pragma once

#include <wbemcli.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/executor.h"
#include "cim/instance.h"
#include "cim/schema.h"
#include "com/ptr.h"

namespace openwmi::plugin {

// The classes of the provider's namespace as they are now; null when there is no service any more.
using SchemaSource = std::function<std::shared_ptr<const cim::Schema>()>;

// Which provider to load, and what it is told.
struct LoadRequest {
    CLSID clsid{};
    std::string name;                  // of its __Win32Provider instance
    std::string name_space;            // root\cimv2
    std::string user;                  // empty: NULL, for all users (COM-125)
    std::string locale;                // MS_409; empty: NULL (COM-126)
    com::Ptr<IWbemServices> services;  // the provider's way into the service
    SchemaSource schema;               // for the queries of restricted sinks
    cim::InstancePtr registration;     // its __Win32Provider instance, for a provider that is
                                       // registered more than once (COM-132); else null
    base::Duration timeout = std::chrono::seconds(60);
    base::Executor* calls = nullptr;  // sends what its event sinks held long enough, and may block
                                      // in consumers; null: where it is initialised
};

}  // namespace openwmi::plugin
