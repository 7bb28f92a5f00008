#pragma once

#include <chrono>
#include <optional>

#include "base/clock.h"

namespace openwmi::cli {

// Ctrl-C or SIGTERM as a wish that a verb may see to: while it lives, these set a flag instead of
// ending the process, and interrupt a wait. Confined to one at a time.
class Interrupt {
  public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;
    bool came() const;
};

// Until when something goes on: for so long, or for ever. Value.
class Deadline {
  public:
    explicit Deadline(std::optional<std::chrono::milliseconds> duration);
    bool is_over() const;
    // How long to wait: `most` at most, and not beyond the end.
    base::Duration wait(base::Duration most) const;

  private:
    std::optional<std::chrono::steady_clock::time_point> end_;
};

}  // namespace openwmi::cli
