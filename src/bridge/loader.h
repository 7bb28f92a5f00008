#pragma once

#include <atomic>
#include <memory>

#include "base/executor.h"
#include "core/service.h"
#include "provider/provider.h"

namespace openwmi::bridge {

// Loads providers into this process, whatever host their HostingModel asks for; decoupled ones,
// which come by themselves, are refused with NotSupported. Outlives the service. Thread-safe.
class Loader final : public provider::ProviderLoader {
  public:
    // On `initialization` providers come up: it must not be an executor on whose threads load() is
    // called, unless it is simulated. `calls` serves what providers ask of the service, and sends
    // the batches of their events.
    Loader(base::Executor& initialization, base::Executor& calls)
        : initialization_(initialization), calls_(calls) {}

    // Gives providers their way into the service: Service::Options::on_ready_for_providers.
    void attach(core::Service& service) { service_ = &service; }

    // To be called by the attached service only, as long as it lives.
    Result<std::shared_ptr<provider::Provider>> load(
        const provider::ProviderRegistration& registration,
        const provider::ProviderScope& scope) override;

  private:
    base::Executor& initialization_;
    base::Executor& calls_;
    std::atomic<core::Service*> service_{nullptr};
};

}  // namespace openwmi::bridge
