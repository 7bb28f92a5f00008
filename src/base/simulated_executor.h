#pragma once

#include <cstdint>
#include <memory>

#include "base/executor.h"

namespace openwmi::base {

// A whole service on one thread and on virtual time. Ready tasks run in an order that the seed
// decides; timers fire when time is moved past them. Waiting at a gate runs other tasks, and time
// up to the gate's timeout; a wait that can never end is a broken assumption. Waits nest: an outer
// one returns after those that began later. Tasks that are left when the executor goes are
// discarded. Confined to one thread (post and open also work from others, so that a stray thread
// shows up as an assertion in drain, not as a crash).
class SimulatedExecutor final : public Executor {
  public:
    // The calendar starts at 2026-01-01T00:00:00Z unless told otherwise.
    explicit SimulatedExecutor(std::uint64_t seed);
    SimulatedExecutor(std::uint64_t seed, WallTime start);
    ~SimulatedExecutor() override;

    bool post(Task task) override;
    TimerId post_after(Duration delay, Task task) override;
    bool cancel(TimerId timer) override;
    std::shared_ptr<Gate> make_gate() override;
    const Clock& clock() const override;
    std::size_t strand_turn() const override {
        return 1;
    }  // the more orders a seed can choose from

    // Runs tasks until none is ready. Time stands still.
    void drain();
    // Moves time, firing each timer at its own moment and draining after it.
    void advance(Duration duration);
    // Moves only the calendar, as an administrator or NTP would.
    void set_wall(WallTime time);

  private:
    struct State;
    std::shared_ptr<State> state_;  // gates share it
};

}  // namespace openwmi::base
