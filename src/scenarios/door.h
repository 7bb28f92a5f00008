#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cim/instance.h"
#include "cim/namespace_path.h"
#include "mof/target.h"

namespace openwmi::scenarios {

// A way into the running service for the steps of a scenario. Never outlives the service. Confined
// to the simulation's thread.
class Door {
  public:
    // Ends its temporary subscription.
    class Watch {
      public:
        virtual ~Watch() = default;
    };
    using Receive = std::function<void(std::span<const cim::InstancePtr>)>;

    virtual ~Door() = default;
    // Where objects are read, stored and deleted.
    virtual mof::Target& objects() = 0;
    virtual Result<std::vector<cim::ObjectPtr>> query(const cim::NamespacePath& ns,
                                                      std::string_view text) = 0;
    virtual Result<std::unique_ptr<Watch>> watch(const cim::NamespacePath& ns,
                                                 std::string_view query, Receive receive) = 0;
    // An event of a client (GEN-017).
    virtual Result<> raise(const cim::NamespacePath& ns, const cim::InstancePtr& event) = 0;
};

}  // namespace openwmi::scenarios
