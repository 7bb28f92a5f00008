#pragma once

#include <memory>

#include "core/service.h"
#include "provider/provider.h"
#include "scenarios/configuration.h"
#include "scenarios/door.h"
#include "scenarios/test_provider.h"

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

// Sessions of core on one side, the port for providers on the other. `Everybody`: the test provider
// plays every provider that is registered, so that nothing of theirs is run.
enum class Plays { Itself, Everybody };
std::unique_ptr<Entrance> make_core_entrance(TestProvider& provider, Plays plays = Plays::Itself);

}  // namespace openwmi::scenarios
