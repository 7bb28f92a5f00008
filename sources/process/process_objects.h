#pragma once

#include <cstdint>
#include <openwmi.hpp>
#include <string>

#include "process/process_facts.h"

namespace openwmi::process_source {

// What instances say of the machine. Read once, so that a process has the same CreationDate
// whenever it is looked at. Immutable.
class Machine {
  public:
    static Machine of_system();

    std::string name;
    std::string system;                      // the operating system, with its version
    std::int64_t boot_time_nanoseconds = 0;  // since 1970, UTC
    std::int64_t ticks_per_second = 100;

    // "20260131235959.120000+060": local time.
    std::string datetime_of_ticks(std::uint64_t since_boot) const;
    static std::string datetime_of_file_time(std::uint64_t file_time);
};

// The SID of a Unix account, S-1-22-1-uid, in binary.
std::vector<std::uint8_t> sid_of(uid_t user);

// Properties of Win32_Process, in the units of Windows.
void fill_instance(IWbemClassObject* instance, const ProcessFacts& process, const Machine& machine);

// Properties of Win32_ProcessTrace and, of a stop, of Win32_ProcessStopTrace.
void fill_trace(IWbemClassObject* event, const ProcessChange& change);

}  // namespace openwmi::process_source
