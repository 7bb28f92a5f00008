#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace openwmi::com::runtime {

// What a registration file says of a class (docs/formats/class-registration.md). A value.
struct Registration {
    std::filesystem::path file;
    std::filesystem::path library;  // absolute
    std::string threading_model;    // "Both", "Free" or "Neutral"
    std::string name;
};

// The folders that are searched, in this order: what OPENWMI_CLASSES_PATH lists, or else the
// defaults. A process that runs with more rights than its user ignores the variable.
std::vector<std::filesystem::path> registration_folders();

// Reads the content of a registration file; the message of a failure names the file and the line.
base::Result<Registration> parse_registration(const std::filesystem::path& file,
                                              std::string_view content);

// The registration of the class with that id ("{4590F811-…}") in the first folder that has one;
// nothing when none has.
base::Result<std::optional<Registration>> find_registration(
    const std::vector<std::filesystem::path>& folders, const std::string& clsid);

}  // namespace openwmi::com::runtime
