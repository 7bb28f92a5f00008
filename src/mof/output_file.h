#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.h"

namespace openwmi::mof {

// Writes a file through a temporary one beside it, so that no half file is left behind. Fails with
// MofErrorCreatingTempFile, or with Failed when the file cannot be put in place.
Result<> write_file(const std::filesystem::path& path, std::string_view bytes);

}  // namespace openwmi::mof
