#pragma once

#include <filesystem>
#include <vector>

#include "base/result.h"

namespace openwmi::server {

// Makes the folder (0700) and those above it where they are missing. Fails with AccessDenied.
Result<> prepare_state_folder(const std::filesystem::path& folder);

// Lets classes be found in these folders of registration files alone. Before the first thread is
// made.
void use_classes(const std::vector<std::filesystem::path>& folders);

// Lets event logs be kept in the state folder, unless OPENWMI_EVENT_LOGS already says where. Before
// the first thread is made.
void use_event_logs(const std::filesystem::path& state_folder);

}  // namespace openwmi::server
