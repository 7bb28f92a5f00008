#include <deque>
#include <mutex>
#include <utility>

#include "base/check.h"
#include "base/executor.h"

namespace openwmi::base {

// The queue, shared by the Strand and its turn. Thread-safe.
struct Strand::State {
    explicit State(Executor& runs_on) : executor(runs_on) {}

    // The next task, or none: then the strand is idle.
    Task next() {
        const std::lock_guard lock(mutex);
        if (queue.empty()) {
            has_turn = false;
            return nullptr;
        }
        Task task = std::move(queue.front());
        queue.pop_front();
        return task;
    }
    bool is_idle() {
        const std::lock_guard lock(mutex);
        if (queue.empty()) has_turn = false;
        return !has_turn;
    }
    std::deque<Task> take_queue() {
        const std::lock_guard lock(mutex);
        return std::exchange(queue, {});
    }
    void discard() {
        std::deque<Task> discarded;  // destroyed unlocked: what tasks hold may post again
        const std::lock_guard lock(mutex);
        discarded.swap(queue);
        has_turn = false;
    }

    class Turn;

    Executor& executor;
    std::mutex mutex;
    std::deque<Task> queue;
    bool has_turn = false;
};

// The one task that a strand with a queue keeps on the executor. It posts itself again after a few
// tasks, so that others get their turn. Discarded by the executor, it discards the queue. Confined
// to one thread at a time.
class Strand::State::Turn {
  public:
    explicit Turn(std::shared_ptr<State> state) : state_(std::move(state)) {}
    ~Turn() {
        if (state_) state_->discard();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    static void run(const std::shared_ptr<Turn>& turn) {
        const std::shared_ptr<State> state = turn->state_;
        for (std::size_t left = state->executor.strand_turn(); left > 0; --left) {
            const Task task = state->next();
            if (!task) return turn->finish();
            task();
        }
        if (state->is_idle()) return turn->finish();
        if (state->executor.post([turn] { run(turn); })) return;
        // The executor is stopping: it runs what was queued before and refuses what comes now.
        for (std::deque<Task> rest = state->take_queue(); !rest.empty(); rest.pop_front())
            rest.front()();
        state->discard();
        turn->finish();
    }

  private:
    // The queue may belong to the next turn already.
    void finish() { state_ = nullptr; }

    std::shared_ptr<State> state_;
};

Strand::Strand(Executor& executor)
    : executor_(executor), state_(std::make_shared<State>(executor)) {}

Strand::~Strand() = default;

void Strand::post(Task task) {
    WMI_CHECK(task, "a task can be called");
    const std::shared_ptr<State> state = state_;
    {
        const std::lock_guard lock(state->mutex);
        state->queue.push_back(std::move(task));
        if (std::exchange(state->has_turn, true)) return;
    }
    state->executor.post([turn = std::make_shared<State::Turn>(state)] { State::Turn::run(turn); });
}

}  // namespace openwmi::base
