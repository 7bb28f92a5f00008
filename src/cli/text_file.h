#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace openwmi::cli {

// All of a file, as it is. Fails with NotFound, saying why, where it cannot be read (a folder,
// say).
Result<std::string> read_text_file(const std::filesystem::path& file);

}  // namespace openwmi::cli
