#include "scenarios/runner/entrance.h"

namespace openwmi::scenarios {

std::unique_ptr<Entrance> make_entrance(Configuration::DoorKind kind, TestProvider& provider,
                                        base::Executor& executor) {
    switch (kind) {
        case Configuration::DoorKind::Core: return make_core_entrance(provider);
        case Configuration::DoorKind::Com: return make_com_entrance(provider, executor);
    }
    return nullptr;
}

}  // namespace openwmi::scenarios
