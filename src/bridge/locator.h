#pragma once

#include <memory>

#include "base/executor.h"
#include "base/result.h"
#include "com/class_object.h"
#include "core/service.h"
#include "security/identity.h"

namespace openwmi::bridge {

class Door;

// The way of this process into its own service: CLSID_WbemLocator and
// CLSID_WbemAdministrativeLocator make an IWbemLocator whose sessions carry one identity (COM-018
// to 028). Revoked by destruction, which must come before the service's; locators that are still
// held answer ShuttingDown from then on, and so do services once the service has stopped. The
// classes of wbem (paths, queries, contexts, …) are registered with it. Confined to its owner.
class LocatorRegistration {
  public:
    // `calls` runs operations that return at once and clients' sinks; it may block, and outlives
    // all objects made here.
    static Result<LocatorRegistration> open(core::Service& service, base::Executor& calls,
                                            security::Identity identity);
    ~LocatorRegistration();
    LocatorRegistration(LocatorRegistration&&) noexcept = default;
    LocatorRegistration& operator=(LocatorRegistration&&) = delete;

  private:
    class Locator;
    explicit LocatorRegistration(std::shared_ptr<Door> door) : door_(std::move(door)) {}

    std::shared_ptr<Door> door_;  // null when moved from
    std::vector<com::ClassRegistration> classes_;
};

}  // namespace openwmi::bridge
