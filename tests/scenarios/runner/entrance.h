#pragma once

#include <memory>

#include "core/service.h"
#include "provider/provider.h"
#include "scenarios/runner/configuration.h"
#include "scenarios/runner/door.h"
#include "scenarios/runner/test_provider.h"

namespace openwmi::scenarios {

// How strangers meet one service: the test provider from behind, the steps of a scenario through a
// door. Made before the service and outlives it. Confined to the simulation's thread.
class Entrance {
  public:
    virtual ~Entrance() = default;
    virtual provider::ProviderLoader& loader() = 0;
    // Before the first provider is loaded.
    virtual void attach(core::Service& service) = 0;
    virtual Result<std::unique_ptr<Door>> open(core::Service& service) = 0;
};

// Sessions of core on one side, the port for providers on the other.
std::unique_ptr<Entrance> make_core_entrance(TestProvider& provider);
// IWbemServices on one side, COM objects of this process on the other.
std::unique_ptr<Entrance> make_com_entrance(TestProvider& provider, base::Executor& executor);

std::unique_ptr<Entrance> make_entrance(Configuration::DoorKind kind, TestProvider& provider,
                                        base::Executor& executor);

}  // namespace openwmi::scenarios
