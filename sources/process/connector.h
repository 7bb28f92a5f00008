#pragma once

#include <memory>
#include <string>

#include "process/process_events.h"

namespace openwmi::process_source {

// The kernel's process connector (netlink, CN_IDX_PROC): every fork, exec and exit of the system,
// subscribed when this returns. Null where the kernel refuses; `refusal` then says why and what
// would help.
std::unique_ptr<ProcessEvents> open_connector(std::string& refusal);

// Where there is no connector: says "look at /proc" every so often.
std::unique_ptr<ProcessEvents> make_scan_timer(int interval_milliseconds);

}  // namespace openwmi::process_source
