#include "http/address.h"

#include <unistd.h>

#include <cstdlib>

namespace openwmi::http {

namespace {

namespace fs = std::filesystem;

fs::path machine_state() {
    return "/var/lib/openwmi";
}

const char* variable(const char* name) {
    const char* value = ::secure_getenv(name);
    return value && *value ? value : nullptr;
}

}  // namespace

fs::path default_state_folder() {
    if (::geteuid() == 0) return machine_state();
    if (const char* state = variable("XDG_STATE_HOME")) return fs::path(state) / "openwmi";
    if (const char* home = variable("HOME")) return fs::path(home) / ".local/state/openwmi";
    return machine_state();
}

fs::path socket_in(const fs::path& state_folder) {
    return state_folder / "openwmid.sock";
}

fs::path find_socket() {
    if (const char* socket = variable("OPENWMI_SOCKET")) return socket;
    const auto own = socket_in(default_state_folder());
    std::error_code error;
    return fs::exists(own, error) ? own : socket_in(machine_state());
}

}  // namespace openwmi::http
