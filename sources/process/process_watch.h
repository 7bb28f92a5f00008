#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "process/tracker.h"

namespace openwmi::process_source {

// Two threads: the reader takes events from the kernel and reads /proc at once, before the process
// is gone; the raiser hands changes on, however long that takes. When the raiser falls far behind,
// the reader waits, and then the kernel's buffer overflows into a gap, which is counted and
// repaired. Thread-safe.
class ProcessWatch {
  public:
    static constexpr std::size_t max_waiting = 65536;

    // Opens a subscribed source of events.
    using Open = std::function<std::unique_ptr<ProcessEvents>()>;
    // Called on the raiser's thread; must not throw.
    using Deliver = std::function<void(const ProcessChange&)>;

    ProcessWatch(ProcFolder proc, Open open, Deliver deliver);
    ~ProcessWatch();
    ProcessWatch(const ProcessWatch&) = delete;
    ProcessWatch& operator=(const ProcessWatch&) = delete;

    // What happens after it returns is reported.
    void start();
    // What has not been delivered when it is called is dropped: nobody wants it any more. Does
    // nothing on the raiser's thread, which cannot wait for itself.
    void stop();
    bool is_running() const;

  private:
    void read();
    void raise();
    void push(ProcessChange&& change);
    void end();

    const ProcFolder proc_;
    const Open open_;
    const Deliver deliver_;
    mutable std::mutex lifetime_;  // of the threads; taken before mutex_
    std::unique_ptr<ProcessEvents> events_;
    std::unique_ptr<Tracker> tracker_;
    std::thread reader_;
    std::thread raiser_;
    std::atomic<std::thread::id> raiser_id_{};

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<ProcessChange> waiting_;
    bool stopping_ = false;
};

}  // namespace openwmi::process_source
