#pragma once

#include <filesystem>

namespace openwmi::http {

// Where a service keeps its state unless told otherwise: /var/lib/openwmi for root, else
// $XDG_STATE_HOME/openwmi (~/.local/state/openwmi).
std::filesystem::path default_state_folder();

// The socket of the service on that state.
std::filesystem::path socket_in(const std::filesystem::path& state_folder);

// Where a tool looks for the service: $OPENWMI_SOCKET, else that of the user's own service when it
// is there, else that of the machine.
std::filesystem::path find_socket();

}  // namespace openwmi::http
