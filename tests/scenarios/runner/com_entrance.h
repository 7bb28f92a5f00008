#pragma once

#include <memory>

#include "scenarios/configuration.h"
#include "scenarios/entrance.h"
#include "scenarios/world.h"

namespace openwmi::scenarios {

// IWbemServices on one side, COM objects of this process on the other.
std::unique_ptr<Entrance> make_com_entrance(TestProvider& provider, base::Executor& executor);

World::MakeEntrance entrance_maker(Configuration::DoorKind kind);

}  // namespace openwmi::scenarios
