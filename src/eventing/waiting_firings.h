#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "eventing/event.h"

namespace openwmi::eventing {

// The timer events that wait in one queue, and the later firings that joined them (SYS-047), so
// that a timer whose consumer lags behind costs one event, not one a firing. Confined to the lock
// of its queue.
class WaitingFirings {
  public:
    enum class Verdict { Queue, Joined, Skipped };
    // What becomes of an event that arrives and stands for so many; `binding` tells the ways apart
    // that lead into the queue.
    Verdict arrive(const void* binding, const Event& event, std::uint64_t events = 1);
    // It was queued indeed.
    void entered(const void* binding, const Event& event);

    struct Joined {
        std::uint64_t events = 0;
        std::uint64_t firings = 0;
    };
    // It leaves the queue, with what joined it.
    Joined leave(const void* binding, const Event& event);

  private:
    std::map<std::pair<const void*, const TimerMark*>, Joined> waiting_;
};

// The event with a higher NumFirings.
EventPtr with_more_firings(const EventPtr& event, std::uint64_t more);

}  // namespace openwmi::eventing
