#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace openwmi::log {

// A file of fixed size. Thread-safe as far as ranges do not overlap.
class LogFile {
  public:
    virtual ~LogFile() = default;
    virtual std::uint64_t size() const = 0;
    virtual Result<> write(std::uint64_t offset, std::span<const std::byte> bytes) = 0;
    virtual Result<std::vector<std::byte>> read(std::uint64_t offset, std::size_t size) const = 0;
    // What was written is on the disk when it returns. After a failure nobody knows what is.
    virtual Result<> sync() = 0;
};

// The folder of a log: its files, by name. Names and sizes are on the disk after sync(). Fails with
// what the system says as text; OutOfDiskSpace where that is the reason. Thread-safe.
class LogFiles {
  public:
    virtual ~LogFiles() = default;
    virtual Result<std::vector<std::string>> list() const = 0;
    // A new file with all its space, zeros. Replaces one of that name.
    virtual Result<std::unique_ptr<LogFile>> create(std::string_view name, std::uint64_t bytes) = 0;
    virtual Result<std::unique_ptr<LogFile>> open(std::string_view name) = 0;
    virtual Result<> rename(std::string_view from, std::string_view to) = 0;
    virtual Result<> remove(std::string_view name) = 0;
    virtual Result<> sync() = 0;
};

// A folder (0700) on the machine, made where there is none, for one process at a time
// (InvalidOperation).
Result<std::unique_ptr<LogFiles>> open_folder(const std::filesystem::path& folder);

// In memory: nothing survives. For tests and the embedded mode.
std::unique_ptr<LogFiles> memory_files();

}  // namespace openwmi::log
