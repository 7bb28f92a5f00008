#pragma once

#include <nlohmann/json.hpp>

#include "eventing/engine.h"

namespace openwmi::http {

// One binding, as /v1/subscriptions gives it. For the .cpp files of this room only.
nlohmann::ordered_json to_json(const eventing::SubscriptionStatus& each);

}  // namespace openwmi::http
