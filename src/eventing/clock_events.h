#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/executor.h"
#include "eventing/clock_solver.h"
#include "eventing/ports.h"
#include "match/filter.h"

namespace openwmi::eventing {

// The modification events of Win32_LocalTime and Win32_UTCTime (W32-015, GEN-042). Nothing ticks:
// for each live filter the next second that fulfils it is worked out, and the event of that second
// raised when it comes. A calendar that jumps is noticed within ten seconds. Thread-safe.
class ClockEvents : public std::enable_shared_from_this<ClockEvents> {
  public:
    struct Options {
        base::Executor* executor = nullptr;
        const Catalog* catalog = nullptr;
        std::function<std::shared_ptr<void>()> hold;  // as Engine::Options::hold; never empty
        std::function<void(const cim::NamespacePath&, const cim::InstancePtr& event)> raise;
    };
    explicit ClockEvents(Options options);
    ~ClockEvents();

    // From now on the filter gets its seconds. Gives the names of the clocks it is about; none:
    // it is about no clock. Adding it again changes nothing.
    std::vector<std::string> add(const match::Filter& filter);
    void remove(match::FilterId filter);

  private:
    struct Watch;
    struct Due;
    using Lock = std::unique_lock<std::mutex>;

    std::vector<Watch> watches_of(const match::Filter& filter) const;
    void plan(Watch& watch, base::WallTime from);
    void look_at_clocks();
    std::vector<Due> take_due();
    void schedule();
    void tick(std::uint64_t version);

    const Options options_;
    std::mutex mutex_;
    std::multimap<match::FilterId, Watch> watches_;
    base::TimerId scheduled_{};
    std::uint64_t version_ = 0;
    // When the two clocks were last compared.
    base::WallTime seen_wall_;
    base::SteadyTime seen_steady_;
};

}  // namespace openwmi::eventing
