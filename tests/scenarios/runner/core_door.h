#pragma once

#include <memory>

#include "core/service.h"
#include "provider/provider.h"
#include "scenarios/runner/door.h"
#include "scenarios/runner/test_provider.h"

namespace openwmi::scenarios {

// Straight into the service: sessions on one side, the provider's port on the other.
std::unique_ptr<Door> open_core_door(core::Service& service);
std::unique_ptr<provider::ProviderLoader> make_core_loader(TestProvider& provider);

}  // namespace openwmi::scenarios
