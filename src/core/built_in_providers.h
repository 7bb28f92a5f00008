#pragma once

#include "base/clock.h"
#include "eventing/ports.h"
#include "provider/provider.h"

namespace openwmi::core {

// Brings up the providers that are part of the service, and has the given loader bring up all
// others. So far there is one: Win32ClockProvider answers for Win32_LocalTime and Win32_UTCTime, by
// the clock that everything here goes by; their events are eventing's. Thread-safe.
class BuiltInProviders final : public provider::ProviderLoader {
  public:
    // `others` may be null: there are no others.
    BuiltInProviders(const eventing::Catalog& catalog, const base::Clock& clock,
                     provider::ProviderLoader* others)
        : catalog_(catalog), clock_(clock), others_(others) {}

    Result<std::shared_ptr<provider::Provider>> load(
        const provider::ProviderRegistration& registration,
        const provider::ProviderScope& scope) override;

  private:
    const eventing::Catalog& catalog_;
    const base::Clock& clock_;
    provider::ProviderLoader* const others_;
};

}  // namespace openwmi::core
