#pragma once

#include <string>
#include <vector>

#include "scenarios/script.h"

namespace openwmi::scenarios {

// How the service is built and used in one run of a scenario. Every scenario means the same in all
// of them. Value.
struct Configuration {
    enum class Matcher { Indexed, Naive };
    enum class StoreKind { Memory, File };
    enum class DoorKind { Core, Com };

    Matcher matcher = Matcher::Indexed;
    StoreKind store = StoreKind::Memory;
    DoorKind door = DoorKind::Core;
    bool restarts = false;  // after each step

    std::string text() const;
};

std::vector<Configuration> all_configurations();
// Where it makes sense: a restart needs a store on disk, because in memory nothing survives one.
std::vector<Configuration> configurations_for(const Scenario& scenario);

}  // namespace openwmi::scenarios
