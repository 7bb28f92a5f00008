#pragma once

#include <string>

#include "nt_event_log/event_record.h"

namespace openwmi::consumers {

// The machine's own log, which syslog daemons and journald read from a datagram socket.
// Thread-safe.
class Syslog {
  public:
    explicit Syslog(std::string socket) : socket_(std::move(socket)) {}

    // Sends the record without waiting. Empty, or why nobody took it.
    std::string send(const EventRecord& record) const;

    // <priority>time tag: text, as RFC 3164 has it, in local time and UTF-8, on one line.
    static std::string datagram(const EventRecord& record);

  private:
    const std::string socket_;
};

}  // namespace openwmi::consumers
