#pragma once

#include "base/clock.h"
#include "core/provider_counts.h"
#include "eventing/ports.h"
#include "provider/provider.h"

namespace openwmi::core {

// Brings up the providers that are part of the service, and has the given loader bring up all
// others. There are two: Win32ClockProvider answers for Win32_LocalTime and Win32_UTCTime, by the
// clock that everything here goes by (their events are eventing's); ProviderSubSystem counts the
// calls to all providers. Thread-safe.
class BuiltInProviders final : public provider::ProviderLoader {
  public:
    // `others` may be null: there are no others.
    BuiltInProviders(const eventing::Catalog& catalog, const base::Clock& clock,
                     std::shared_ptr<const ProviderCounts> counts, provider::ProviderLoader* others)
        : catalog_(catalog), clock_(clock), counts_(std::move(counts)), others_(others) {}

    Result<std::shared_ptr<provider::Provider>> load(
        const provider::ProviderRegistration& registration,
        const provider::ProviderScope& scope) override;

  private:
    const eventing::Catalog& catalog_;
    const base::Clock& clock_;
    const std::shared_ptr<const ProviderCounts> counts_;
    provider::ProviderLoader* const others_;
};

}  // namespace openwmi::core
