#include "server/signals.h"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>

namespace openwmi::server {

namespace {

constexpr std::chrono::seconds limit{10};

void end_at_once(const Log& log, std::string_view why) {
    log.error("server", why);
    ::_exit(EXIT_FAILURE);
}

void watch(const std::stop_token& stopped, sigset_t set, const Log& log) {
    const auto end = std::chrono::steady_clock::now() + limit;
    const timespec moment{0, 100'000'000};
    while (!stopped.stop_requested()) {
        if (::sigtimedwait(&set, nullptr, &moment) > 0) {
            return end_at_once(log, "asked to stop again: ending at once");
        }
        if (std::chrono::steady_clock::now() >= end) {
            return end_at_once(log, "a provider or consumer does not come back: ending without it");
        }
    }
}

}  // namespace

Signals::Signals() {
    ::sigemptyset(&set_);
    ::sigaddset(&set_, SIGTERM);
    ::sigaddset(&set_, SIGINT);
    // Of a terminal that goes away; a service that has none is not concerned.
    if (::isatty(STDIN_FILENO)) {
        ::sigaddset(&set_, SIGHUP);
    } else {
        ::signal(SIGHUP, SIG_IGN);
    }
    ::pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error, not the end
}

int Signals::wait() const {
    int signal = 0;
    while (::sigwait(&set_, &signal) == EINTR) {
    }
    return signal;
}

StopLimit::StopLimit(const Signals& signals, const Log& log)
    : thread_([set = signals.set_, &log](const std::stop_token& stopped) {
          watch(stopped, set, log);
      }) {}

}  // namespace openwmi::server
