#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/executor.h"

namespace openwmi::base {

// An Executor on real threads. With `elastic` it starts another thread, up to `max_threads`,
// whenever a task would wait for a busy one: for calls into strangers' code, which may block.
// stop() runs what is queued, drops timers, refuses new tasks (they are discarded) and joins; the
// destructor stops.
class ThreadExecutor final : public Executor {
  public:
    struct Options {
        std::string name = "worker";  // shown in thread names, 10 bytes at most
        unsigned threads = 2;
        unsigned max_threads = 64;
        bool elastic = false;
    };
    ThreadExecutor(const Clock& clock, Options options);
    ~ThreadExecutor() override;

    bool post(Task task) override;
    TimerId post_after(Duration delay, Task task) override;
    bool cancel(TimerId timer) override;
    std::shared_ptr<Gate> make_gate() override;
    const Clock& clock() const override;

    // Called with the kernel's number of each thread that begins to work after this, on that thread
    // and before its first task.
    void watch_threads(std::function<void(std::uint64_t thread)> began);

    void stop();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace openwmi::base
