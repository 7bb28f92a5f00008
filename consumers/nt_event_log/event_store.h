#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nt_event_log/event_record.h"

namespace openwmi::consumers {

// The event logs of a folder, one for each source (docs/formats/event-log.md). Files are opened for
// each call, so that whoever removes or archives one meanwhile is respected. Throws openwmi::error.
// Thread-safe, and so are several processes on one folder.
class EventStore {
  public:
    static constexpr std::uint64_t default_max_file_bytes = std::uint64_t{64} << 20;
    static constexpr std::size_t max_record_bytes = std::size_t{1} << 20;

    // The folder is made (0700) when the first record comes. A log that has grown beyond the
    // maximum becomes the source's older one, in place of the one that was.
    explicit EventStore(std::filesystem::path folder,
                        std::uint64_t max_file_bytes = default_max_file_bytes)
        : folder_(std::move(folder)), max_file_bytes_(max_file_bytes) {}

    // Appends records of one source and gives them their numbers: all, or none and an error. They
    // survive a kill of the process, but nothing waits for the disk.
    void append(std::vector<EventRecord>& records) const;

    // The records of a source as lines of JSON, oldest first, with those of the older file. Damaged
    // lines are left out; a source that has no log has no records.
    std::vector<std::string> read(std::string_view source) const;

    // Throws WBEM_E_INVALID_PARAMETER for a source whose file name would be too long.
    std::filesystem::path file_of(std::string_view source) const;

  private:
    void prepare_folder() const;

    const std::filesystem::path folder_;
    const std::uint64_t max_file_bytes_;
};

}  // namespace openwmi::consumers
