#include "cli/interrupt.h"

#include <algorithm>
#include <csignal>

namespace openwmi::cli {

namespace {

volatile std::sig_atomic_t interrupted = 0;

void set_handler(void (*handler)(int)) {
    struct sigaction action{};
    action.sa_handler = handler;  // without SA_RESTART: a wait is to be interrupted
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

Interrupt::Interrupt() {
    interrupted = 0;
    set_handler([](int) { interrupted = 1; });
}

Interrupt::~Interrupt() {
    set_handler(SIG_DFL);
}

bool Interrupt::came() const {
    return interrupted != 0;
}

Deadline::Deadline(std::optional<std::chrono::milliseconds> duration) {
    if (duration) end_ = std::chrono::steady_clock::now() + *duration;
}

bool Deadline::is_over() const {
    return end_ && std::chrono::steady_clock::now() >= *end_;
}

base::Duration Deadline::wait(base::Duration most) const {
    if (!end_) return most;
    const auto left = *end_ - std::chrono::steady_clock::now();
    return std::clamp<base::Duration>(left, base::Duration::zero(), most);
}

}  // namespace openwmi::cli
