#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

#include "base/simulated_executor.h"
#include "core/service.h"
#include "scenarios/configuration.h"
#include "scenarios/entrance.h"
#include "scenarios/inbox.h"
#include "scenarios/test_provider.h"

namespace openwmi::scenarios {

// A service on virtual time with everything around it, for one run of a scenario: it may be
// restarted on the same state. Confined to one thread.
class World {
  public:
    using MakeEntrance = std::function<std::unique_ptr<Entrance>(TestProvider&, base::Executor&)>;
    struct Options {
        std::uint64_t seed = 1;
        Configuration::Matcher matcher = Configuration::Matcher::Indexed;
        std::filesystem::path state_folder;  // empty: in memory
        MakeEntrance make_entrance;
        TestProvider::Render render;
        // An event that no loaded provider can raise is raised as a client's.
        bool raises_unasked = false;
    };
    explicit World(Options options);
    ~World();

    Result<> start();
    // Ends the service in good order and starts another one on what it left.
    Result<> restart(base::Duration down);

    const Options& options() const { return options_; }
    base::SimulatedExecutor& executor() { return executor_; }
    Inbox& inbox() { return inbox_; }
    TestProvider& provider() { return provider_; }
    core::Service& service() { return *service_; }
    Door& door() { return *door_; }

  private:
    void stop();

    const Options options_;
    base::SimulatedExecutor executor_;
    Inbox inbox_;
    TestProvider provider_;
    std::unique_ptr<Entrance> entrance_;
    std::unique_ptr<core::Service> service_;
    std::unique_ptr<Door> door_;
};

}  // namespace openwmi::scenarios
