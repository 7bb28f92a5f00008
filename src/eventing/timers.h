#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/executor.h"
#include "eventing/event.h"
#include "eventing/ports.h"

namespace openwmi::eventing {

// The timers that __IntervalTimerInstruction and __AbsoluteTimerInstruction instances ask for
// (section 2.4). Intervals are counted by the steady clock from the creation of the instruction
// (OD-024), absolute times by the calendar, which may jump. What fires next is kept over restarts
// (OD-026): what the service missed becomes one late event, or none (SYS-043, 044). Owned by the
// engine. Thread-safe.
class Timers : public std::enable_shared_from_this<Timers> {
  public:
    struct Options {
        base::Executor* executor = nullptr;
        const Catalog* catalog = nullptr;
        TimerStore* store = nullptr;                  // null: nothing survives
        Observer* observer = nullptr;                 // may be null
        std::function<std::shared_ptr<void>()> hold;  // as Engine::Options::hold; never empty
        // Raises a __TimerEvent there.
        std::function<void(const cim::NamespacePath&, const std::string& timer,
                           std::uint64_t firings, std::shared_ptr<const TimerMark>)>
            raise;
    };
    explicit Timers(Options options);
    ~Timers();

    // All instructions that are stored; what was missed fires now.
    void load_all();
    // An instruction was put or deleted. When it returns, the timer runs as it now says; one that
    // is gone fires no more (but for what this very thread is in the middle of).
    void changed(const cim::NamespacePath& ns, const cim::ObjectPath& path);
    // Classes or namespaces were deleted, with the instructions in them.
    void drop_what_is_gone();
    // No more firings; when each timer would have fired is saved.
    void stop();

  private:
    struct Timer;
    using Lock = std::unique_lock<std::mutex>;
    enum class Origin { Put, Stored };

    static std::optional<Timer> parse(const cim::NamespacePath& ns,
                                      const cim::Instance& instruction);
    void read(const cim::NamespacePath& ns, const cim::Instance& instruction, Origin origin);
    void arm(const std::string& key, Timer& timer, std::optional<std::int64_t> saved);
    void arm_interval(Timer& timer, std::optional<std::int64_t> saved);
    void arm_absolute(Timer& timer, std::optional<std::int64_t> saved);
    void schedule(const std::string& key, Timer& timer);
    void fire(const std::string& key, std::uint64_t version);
    std::uint64_t take_firings(Timer& timer);
    bool is_gone(const Timer& timer) const;
    void remove(const std::string& key);
    void wait_until_quiet(Lock& lock, const std::string& key);
    std::int64_t to_be_saved(const Timer& timer) const;
    void save_after(base::Duration delay);
    void save(std::vector<TimerStore::Entry> forgotten);

    const Options options_;
    std::mutex saving_;  // one writer at a time, so that the newest is written last
    std::mutex mutex_;
    std::condition_variable raised_;
    std::map<std::string, Timer> timers_;
    std::set<std::string> dirty_;
    std::uint64_t last_version_ = 0;
    bool save_posted_ = false;
    bool stopped_ = false;
};

}  // namespace openwmi::eventing
