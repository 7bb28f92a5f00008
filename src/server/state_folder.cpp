#include "server/state_folder.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>

namespace openwmi::server {

namespace fs = std::filesystem;

Result<> prepare_state_folder(const fs::path& folder) {
    std::error_code error;
    if (fs::is_directory(folder, error)) return {};
    const auto absolute = fs::absolute(folder, error).lexically_normal();
    fs::create_directories(absolute.parent_path(), error);
    if (::mkdir(absolute.c_str(), S_IRWXU) == 0 || errno == EEXIST) return {};
    return fail(Status::AccessDenied,
                "the state folder {} cannot be made: {}. Choose another one with --state",
                absolute.string(), std::strerror(errno));
}

void use_classes(const std::vector<fs::path>& folders) {
    if (folders.empty()) return;
    std::string list;
    for (const auto& folder : folders) {
        if (!list.empty()) list += ':';
        list += fs::absolute(folder).string();
    }
    ::setenv("OPENWMI_CLASSES_PATH", list.c_str(), 1);
}

void use_event_logs(const fs::path& state_folder) {
    const auto folder = fs::absolute(state_folder) / "event_logs";
    ::setenv("OPENWMI_EVENT_LOGS", folder.c_str(), 0);
}

}  // namespace openwmi::server
