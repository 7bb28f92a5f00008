#pragma once

#include <string>
#include <vector>

namespace openwmi::scenarios {

// How the service is built and used in one run of a scenario. Every scenario means the same in all
// of them. Value.
struct Configuration {
    enum class Matcher { Indexed, Naive };
    enum class StoreKind { Memory, File };
    enum class DoorKind { Core };

    Matcher matcher = Matcher::Indexed;
    StoreKind store = StoreKind::Memory;
    DoorKind door = DoorKind::Core;
    bool restarts = false;  // after each step

    std::string text() const;
};

// Restarts need a store on disk: in memory nothing survives one.
std::vector<Configuration> all_configurations();

}  // namespace openwmi::scenarios
