#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace openwmi::process_source {

// What /proc told of a process. What could not be read, as the process was gone or is somebody
// else's, is absent. A value; with its start time the id names one process for as long as the
// system runs.
struct ProcessFacts {
    pid_t id = 0;
    std::optional<pid_t> parent;
    std::optional<std::uint64_t> start_ticks;  // since boot, in clock ticks
    std::optional<std::string> name;           // of its executable, never cut
    std::optional<std::string> command_line;
    std::optional<std::string> executable;
    std::optional<std::uint32_t> session;  // of the audit subsystem; 0 for services
    std::optional<uid_t> user;             // effective

    struct Usage {
        std::uint64_t user_ticks = 0;
        std::uint64_t kernel_ticks = 0;
        std::uint32_t page_faults = 0;
        std::uint32_t threads = 0;
        std::uint64_t virtual_bytes = 0;
        std::uint64_t resident_bytes = 0;
    };
    std::optional<Usage> usage;
};

// A process has started or ended.
struct ProcessChange {
    enum class Kind : std::uint8_t { Started, Stopped };
    Kind kind = Kind::Started;
    ProcessFacts process;
    // Of a stopped one: its exit code, or 128 plus the signal that ended it, as shells say it.
    std::optional<std::uint32_t> exit_status;
    std::uint64_t time = 0;     // FILETIME
    bool is_synthetic = false;  // found by looking at /proc, not told by the kernel
};

}  // namespace openwmi::process_source
