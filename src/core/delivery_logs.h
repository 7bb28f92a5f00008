#pragma once

#include <cstddef>
#include <filesystem>

#include "eventing/log_opener.h"

namespace openwmi::core {

struct LogPlace {
    std::filesystem::path folder;  // made when something is to be kept; empty: in memory
    std::size_t segment_bytes = std::size_t{16} << 20;
    std::size_t max_segments = 64;
};
// Opens a log at that place, again after it was let go of. Fails as log::open_folder and
// log::DeliveryLog::open; what is refused is not touched, and the message says what to do.
eventing::LogOpener log_opener(LogPlace place);

}  // namespace openwmi::core
