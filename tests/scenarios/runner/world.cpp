#include "scenarios/runner/world.h"

#include <unistd.h>

#include <filesystem>
#include <utility>

namespace openwmi::scenarios {

namespace {

// Of the machine's memory where it has such a folder: the tests are about what is kept, not about
// how long a disk takes to keep it.
std::filesystem::path fast_folder() {
    const std::filesystem::path memory = "/dev/shm";
    const bool usable = ::access(memory.c_str(), W_OK | X_OK) == 0;
    return usable ? memory : std::filesystem::temp_directory_path();
}

}  // namespace

World::World(const Configuration& configuration, std::uint64_t seed)
    : configuration_(configuration), executor_(seed), provider_(executor_, inbox_) {
    if (configuration.store == Configuration::StoreKind::File)
        folder_ = std::make_unique<support::TemporaryFolder>(fast_folder());
}

World::~World() {
    stop();
}

Result<> World::start() {
    entrance_ = make_entrance(configuration_.door, provider_, executor_);
    service_ = WMI_TRY(core::Service::start({
        .state_folder = folder_ ? folder_->path() : std::filesystem::path(),
        .executor = &executor_,
        .calls = &executor_,
        .loader = &entrance_->loader(),
        .naive_matcher = configuration_.matcher == Configuration::Matcher::Naive,
        .log_segment_bytes = std::size_t{64} << 10,
        .on_ready_for_providers = [this](core::Service& service) { entrance_->attach(service); },
    }));
    door_ = WMI_TRY(entrance_->open(*service_));
    executor_.drain();
    return {};
}

void World::stop() {
    door_.reset();
    if (service_) service_->stop();
    provider_.forget_questions();
    executor_.drain();
    service_.reset();
    executor_.drain();
    entrance_.reset();
}

Result<> World::restart(base::Duration down) {
    stop();
    executor_.advance(down);
    return start();
}

}  // namespace openwmi::scenarios
