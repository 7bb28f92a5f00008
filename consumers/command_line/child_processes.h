#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "command_line/command.h"
#include "common/trace.h"

namespace openwmi::consumers {

// The programs that were started and have not ended: reaps each through its pidfd (no SIGCHLD, so
// the process around it keeps its own) and kills what outlives its KillTimeout, with its process
// group. Programs left when it is destroyed go on, and are reaped by whoever inherits them.
// Thread-safe; its one thread exists while there are programs to watch.
class ChildProcesses {
  public:
    static constexpr std::size_t max_running = 1024;

    explicit ChildProcesses(Trace& trace) : trace_(trace) {}
    ~ChildProcesses();
    ChildProcesses(const ChildProcesses&) = delete;
    ChildProcesses& operator=(const ChildProcesses&) = delete;

    // Returns its process id as soon as the program has started; throws openwmi::error when it
    // cannot start. Does not wait for its end.
    pid_t start(const Command& command);
    // Throws what start() would, as far as it can be seen without starting: that the program is
    // there and may be executed, and its folder entered.
    void check(const Command& command) const;

    std::size_t running() const;
    // Waits until none is left. For tests and for whoever wants to end orderly.
    void wait_for_all();

  private:
    using Clock = std::chrono::steady_clock;
    struct Child {
        pid_t process;
        int handle;  // pidfd
        bool own_group;
        std::optional<Clock::time_point> deadline;
        std::string label;
    };

    void check_room() const;
    void watch();
    void adopt(Child child);
    bool reap(const Child& child);
    void kill_overdue(Clock::time_point now);
    void wake();

    Trace& trace_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Child> children_;
    std::thread watcher_;
    int wake_ = -1;  // eventfd
    bool stopping_ = false;
};

}  // namespace openwmi::consumers
