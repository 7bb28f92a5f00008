#include "scenarios/entrance.h"

#include "scenarios/runner/com_entrance.h"

namespace openwmi::scenarios {

World::MakeEntrance entrance_maker(Configuration::DoorKind kind) {
    return [kind](TestProvider& provider, base::Executor& executor) {
        return kind == Configuration::DoorKind::Core ? make_core_entrance(provider)
                                                     : make_com_entrance(provider, executor);
    };
}

}  // namespace openwmi::scenarios
