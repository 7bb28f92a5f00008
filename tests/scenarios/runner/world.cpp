#include "scenarios/runner/world.h"

#include <utility>

#include "scenarios/runner/core_door.h"

namespace openwmi::scenarios {

World::World(const Configuration& configuration, std::uint64_t seed)
    : configuration_(configuration), executor_(seed), provider_(executor_, inbox_) {
    if (configuration.store == Configuration::StoreKind::File)
        folder_ = std::make_unique<support::TemporaryFolder>();
}

World::~World() {
    stop();
}

Result<> World::start() {
    loader_ = make_core_loader(provider_);
    service_ = WMI_TRY(core::Service::start({
        .state_folder = folder_ ? folder_->path() : std::filesystem::path(),
        .executor = &executor_,
        .calls = &executor_,
        .loader = loader_.get(),
        .naive_matcher = configuration_.matcher == Configuration::Matcher::Naive,
    }));
    door_ = open_core_door(*service_);
    executor_.drain();
    return {};
}

void World::stop() {
    door_.reset();
    if (service_) service_->stop();
    executor_.drain();
    service_.reset();
    loader_.reset();
    executor_.drain();
}

Result<> World::restart() {
    stop();
    executor_.advance(std::chrono::seconds(1));  // nobody restarts a service in no time
    return start();
}

}  // namespace openwmi::scenarios
