#pragma once

#include <cstdint>
#include <memory>

#include "base/simulated_executor.h"
#include "core/service.h"
#include "scenarios/runner/configuration.h"
#include "scenarios/runner/entrance.h"
#include "scenarios/runner/inbox.h"
#include "scenarios/runner/test_provider.h"
#include "support/temporary_folder.h"

namespace openwmi::scenarios {

// A service on virtual time with everything around it, for one run of a scenario: it may be
// restarted on the same state. Confined to one thread.
class World {
  public:
    World(const Configuration& configuration, std::uint64_t seed);
    ~World();

    Result<> start();
    // Ends the service in good order and starts another one on what it left.
    Result<> restart(base::Duration down);

    base::SimulatedExecutor& executor() { return executor_; }
    Inbox& inbox() { return inbox_; }
    TestProvider& provider() { return provider_; }
    core::Service& service() { return *service_; }
    Door& door() { return *door_; }

  private:
    void stop();

    const Configuration configuration_;
    std::unique_ptr<support::TemporaryFolder> folder_;
    base::SimulatedExecutor executor_;
    Inbox inbox_;
    TestProvider provider_;
    std::unique_ptr<Entrance> entrance_;
    std::unique_ptr<core::Service> service_;
    std::unique_ptr<Door> door_;
};

}  // namespace openwmi::scenarios
