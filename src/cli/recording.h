#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "base/clock.h"
#include "base/result.h"
#include "cim/instance.h"
#include "cim/schema.h"
#include "scenarios/world.h"

namespace openwmi::cli {

// Where the classes of a recording are made.
inline const cim::NamespacePath recorded_namespace = cim::NamespacePath::literal("root\\default");

// An event of a recording.
struct RecordedEvent {
    std::uint64_t id = 0;
    base::WallTime time;
    cim::InstancePtr event;
};

struct RecordingCounts {
    std::uint64_t events = 0;
    std::uint64_t lost = 0;        // told by the recording
    std::uint64_t unreadable = 0;  // lines that are none, or whose event does not fit its class
};

// Reads a recording (docs/formats/recording.md) line by line: makes its classes in the world and
// gives each event. Fails with NotFound where the file cannot be read, InvalidParameter where
// nothing in it is an event, and as `take` does.
Result<RecordingCounts> read_recording(const std::filesystem::path& file, scenarios::World& world,
                                       const std::function<Result<>(const RecordedEvent&)>& take);

}  // namespace openwmi::cli
