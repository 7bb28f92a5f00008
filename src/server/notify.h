#pragma once

#include <string_view>

namespace openwmi::server {

// Tells systemd what the service does ("READY=1", "STOPPING=1\nSTATUS=…"): a datagram to the socket
// that NOTIFY_SOCKET names. Without one, or when nobody takes it, nothing happens.
void notify(std::string_view state);

}  // namespace openwmi::server
