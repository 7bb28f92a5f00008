#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace openwmi::process_source {

// One thing that the kernel told, of a thread or of the process that it belongs to.
struct KernelEvent {
    enum class Kind : std::uint8_t {
        Fork,  // `thread` is new, in `process`, made by `parent`
        Exec,  // `process` runs another program
        Exit,  // `thread` of `process` has ended, with `status`
        Gap    // something was lost, or cannot be told: look at /proc
    };
    Kind kind = Kind::Gap;
    pid_t process = 0;
    pid_t thread = 0;
    pid_t parent = 0;               // a process
    std::uint32_t status = 0;       // as wait(2) gives it
    std::uint64_t nanoseconds = 0;  // of CLOCK_MONOTONIC
    bool is_loss = false;           // of a gap: events were lost, rather than never told
};

// Where events come from. next() belongs to one thread; interrupt() may be called from any.
class ProcessEvents {
  public:
    virtual ~ProcessEvents() = default;

    // Waits for the next event. None: interrupted, for good.
    virtual std::optional<KernelEvent> next() = 0;
    virtual void interrupt() = 0;
};

}  // namespace openwmi::process_source
