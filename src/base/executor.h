#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/clock.h"

namespace openwmi::base {

using Task = std::function<void()>;

// A door that opens once and that others wait at. Made by an Executor, because how to wait depends
// on it: a thread sleeps, a simulation runs its other tasks. Thread-safe.
class Gate {
  public:
    virtual ~Gate() = default;
    virtual void open() = 0;  // idempotent
    virtual bool is_open() const = 0;
    // True once open; false after `timeout`. Duration::max() waits for ever.
    virtual bool wait(Duration timeout) = 0;
};

// Names a task posted for later; no timer has the value 0.
enum class TimerId : std::uint64_t {};

// Where everything asynchronous runs. Tasks run concurrently and in no promised order; whoever
// needs order uses a Strand. A task must not wait for another task of the same executor. A task
// that throws ends the process. Thread-safe.
class Executor {
  public:
    virtual ~Executor() = default;

    // False when the executor is stopped; the task is discarded then.
    virtual bool post(Task task) = 0;
    // Runs the task once, no earlier than `delay` from now by the steady clock. Discarded when the
    // executor is stopped.
    virtual TimerId post_after(Duration delay, Task task) = 0;
    // True if the task had not begun to run yet and now never will.
    virtual bool cancel(TimerId timer) = 0;

    virtual std::shared_ptr<Gate> make_gate() = 0;
    virtual const Clock& clock() const = 0;

    // How many tasks of one strand run in a row before other tasks get their turn.
    virtual std::size_t strand_turn() const { return 16; }
};

// Runs tasks one after the other in the order they were posted, on an Executor. A task may post to
// its own strand (it runs later) and may destroy the Strand. The executor must outlive it; tasks
// still queued when the Strand goes are run all the same, but tasks that a stopped executor refuses
// are discarded. Thread-safe.
class Strand {
  public:
    explicit Strand(Executor& executor);
    ~Strand();
    Strand(const Strand&) = delete;
    Strand& operator=(const Strand&) = delete;

    void post(Task task);
    Executor& executor() const { return executor_; }

  private:
    struct State;
    Executor& executor_;
    std::shared_ptr<State> state_;
};

}  // namespace openwmi::base
