#include "scenarios/configuration.h"

namespace openwmi::scenarios {

std::string Configuration::text() const {
    std::string text = matcher == Matcher::Naive ? "naive" : "indexed";
    text += store == StoreKind::File ? ", file" : ", memory";
    switch (door) {
        case DoorKind::Core: text += ", core"; break;
        case DoorKind::Com: text += ", COM"; break;
    }
    return text + (restarts ? ", restarts" : "");
}

std::vector<Configuration> all_configurations() {
    using C = Configuration;
    std::vector<Configuration> all;
    for (const auto door : {C::DoorKind::Core, C::DoorKind::Com}) {
        for (const auto matcher : {C::Matcher::Indexed, C::Matcher::Naive}) {
            all.push_back({matcher, C::StoreKind::Memory, door, false});
            all.push_back({matcher, C::StoreKind::File, door, false});
            all.push_back({matcher, C::StoreKind::File, door, true});
        }
    }
    return all;
}

std::vector<Configuration> configurations_for(const Scenario& scenario) {
    auto all = all_configurations();
    std::erase_if(all, [&](const Configuration& each) {
        const bool in_memory = each.store == Configuration::StoreKind::Memory;
        return (each.restarts && !scenario.survives_restarts) || (scenario.restarts && in_memory);
    });
    return all;
}

}  // namespace openwmi::scenarios
