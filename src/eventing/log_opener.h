#pragma once

#include <functional>
#include <memory>

#include "base/result.h"
#include "log/delivery_log.h"

namespace openwmi::eventing {

// Opens a log where it lies, which only its owner knows. IfThere: null where none was made yet, so
// that who needs none has none. Whoever opens it again has let go of it before.
enum class LogWanted { IfThere, Always };
using LogPtr = std::shared_ptr<log::DeliveryLog>;
using LogOpener = std::function<Result<LogPtr>(LogWanted)>;

}  // namespace openwmi::eventing
