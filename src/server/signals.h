#pragma once

#include <csignal>
#include <stop_token>
#include <thread>

#include "server/log.h"

namespace openwmi::server {

// The signals that end the service: blocked in all threads from here on (so it must be made before
// the first thread is) and taken by whoever waits. Confined to the main thread.
class Signals {
  public:
    Signals();
    // The number of the signal that asks for the end.
    int wait() const;

  private:
    friend class StopLimit;
    sigset_t set_{};
};

// Sees that stopping comes to an end: after ten seconds, or when it is asked for again, the process
// ends as it is. As long as it lives.
class StopLimit {
  public:
    StopLimit(const Signals& signals, const Log& log);

  private:
    std::jthread thread_;
};

}  // namespace openwmi::server
