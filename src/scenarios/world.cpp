#include "scenarios/world.h"

#include <utility>

namespace openwmi::scenarios {

World::World(Options options)
    : options_(std::move(options)),
      executor_(options_.seed),
      provider_(executor_, inbox_, options_.render) {}

World::~World() {
    stop();
}

Result<> World::start() {
    entrance_ = options_.make_entrance(provider_, executor_);
    service_ = WMI_TRY(core::Service::start({
        .state_folder = options_.state_folder,
        .executor = &executor_,
        .calls = &executor_,
        .loader = &entrance_->loader(),
        .naive_matcher = options_.matcher == Configuration::Matcher::Naive,
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
