#include "base/simulated_executor.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/check.h"

namespace openwmi::base {
namespace {

constexpr WallTime start_of_2026{134'116'992'000'000'000};
// Not zero, so that "long ago" can be subtracted and a default SteadyTime is in the past.
constexpr SteadyTime first_moment{std::chrono::hours(1000)};
// More tasks than this without time moving are a loop, not a test.
constexpr std::size_t most_tasks_a_drain = 10'000'000;

// An exception that leaves a task ends the process here, while its origin is still on the stack.
void run(const Task& task) noexcept {
    task();
}

// SplitMix64: small, and the same on every machine and compiler.
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}
    std::size_t below(std::size_t limit) {
        std::uint64_t z = state_ += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return static_cast<std::size_t>((z ^ (z >> 31)) % limit);
    }

  private:
    std::uint64_t state_;
};

// Time as the simulation moved it. Thread-safe, because others may look.
class SimulatedClock final : public Clock {
  public:
    explicit SimulatedClock(WallTime start) : wall_at_first_moment_(start) {}

    SteadyTime steady() const override {
        const std::lock_guard lock(mutex_);
        return now_;
    }
    WallTime wall() const override {
        const std::lock_guard lock(mutex_);
        return WallTime{wall_at_first_moment_.ticks + ticks_passed()};
    }
    void move_to(SteadyTime time) {
        const std::lock_guard lock(mutex_);
        now_ = std::max(now_, time);
    }
    void set_wall(WallTime time) {
        const std::lock_guard lock(mutex_);
        wall_at_first_moment_.ticks =
            time.ticks - ticks_passed();  // unsigned: wraps there and back
    }

  private:
    std::uint64_t ticks_passed() const {
        return static_cast<std::uint64_t>((now_ - first_moment).count() / 100);
    }

    mutable std::mutex mutex_;
    SteadyTime now_ = first_moment;
    WallTime wall_at_first_moment_;
};

}  // namespace

// The lock only serves strays; everything else happens on the simulation's own thread.
struct SimulatedExecutor::State {
    struct Ready {
        TimerId timer;  // 0: posted, not timed
        Task task;
    };
    using Timers = std::map<std::pair<SteadyTime, TimerId>, Task>;

    State(std::uint64_t seed, WallTime start) : random(seed), clock(start) {}

    void note_thread();
    void check_thread();
    bool run_one();
    bool move_to_next_timer(SteadyTime deadline);
    void make_due_timers_ready();
    bool wait(const std::function<bool()>& is_open, Duration timeout);
    SteadyTime after(Duration delay) const;

    const std::thread::id home = std::this_thread::get_id();
    std::mutex mutex;
    Random random;
    SimulatedClock clock;
    std::vector<Ready> ready;
    Timers timers;
    std::uint64_t last_timer = 0;
    bool had_stray = false;
    bool closed = false;

    class SimulatedGate;
};

// Waiting runs the simulation. Thread-safe but for wait.
class SimulatedExecutor::State::SimulatedGate final : public Gate {
  public:
    explicit SimulatedGate(std::shared_ptr<State> simulation)
        : simulation_(std::move(simulation)) {}

    void open() override {
        const std::lock_guard lock(simulation_->mutex);
        simulation_->note_thread();
        open_.store(true);
    }
    bool is_open() const override { return open_.load(); }
    bool wait(Duration timeout) override {
        return is_open() || simulation_->wait([this] { return is_open(); }, timeout);
    }

  private:
    std::shared_ptr<State> simulation_;
    std::atomic<bool> open_ = false;
};

// Called with the lock held.
void SimulatedExecutor::State::note_thread() {
    if (std::this_thread::get_id() != home) had_stray = true;
}

void SimulatedExecutor::State::check_thread() {
    WMI_CHECK(std::this_thread::get_id() == home, "a simulation runs on the thread that made it");
    const std::lock_guard lock(mutex);
    WMI_CHECK(!had_stray, "no other thread takes part in a simulation");
}

bool SimulatedExecutor::State::run_one() {
    Task task;
    {
        const std::lock_guard lock(mutex);
        make_due_timers_ready();
        if (ready.empty()) return false;
        std::swap(ready[random.below(ready.size())], ready.back());
        task = std::move(ready.back().task);
        ready.pop_back();
    }
    run(task);
    return true;
}

// Called with the lock held.
void SimulatedExecutor::State::make_due_timers_ready() {
    const SteadyTime now = clock.steady();
    while (!timers.empty() && timers.begin()->first.first <= now) {
        auto node = timers.extract(timers.begin());
        ready.push_back({node.key().second, std::move(node.mapped())});
    }
}

// False when there is none up to the deadline.
bool SimulatedExecutor::State::move_to_next_timer(SteadyTime deadline) {
    const std::lock_guard lock(mutex);
    if (timers.empty() || timers.begin()->first.first > deadline) return false;
    clock.move_to(timers.begin()->first.first);
    return true;
}

bool SimulatedExecutor::State::wait(const std::function<bool()>& is_open, Duration timeout) {
    check_thread();
    const SteadyTime deadline = after(timeout);
    while (!is_open()) {
        if (run_one()) continue;
        if (clock.steady() >= deadline) return false;
        if (move_to_next_timer(deadline)) continue;
        WMI_CHECK(timeout != Duration::max(), "somebody will open the gate that is waited for");
        clock.move_to(deadline);
    }
    return true;
}

SteadyTime SimulatedExecutor::State::after(Duration delay) const {
    const SteadyTime now = clock.steady();
    return delay > SteadyTime::max() - now ? SteadyTime::max()
                                           : now + std::max(delay, Duration::zero());
}

SimulatedExecutor::SimulatedExecutor(std::uint64_t seed) : SimulatedExecutor(seed, start_of_2026) {}

SimulatedExecutor::SimulatedExecutor(std::uint64_t seed, WallTime start)
    : state_(std::make_shared<State>(seed, start)) {}

SimulatedExecutor::~SimulatedExecutor() {
    std::vector<State::Ready> ready;  // destroyed before the state, while post still refuses
    State::Timers timers;
    const std::lock_guard lock(state_->mutex);
    state_->closed = true;
    ready.swap(state_->ready);
    timers.swap(state_->timers);
}

bool SimulatedExecutor::post(Task task) {
    WMI_CHECK(task, "a task can be called");
    const std::lock_guard lock(state_->mutex);
    if (state_->closed) return false;
    state_->note_thread();
    state_->ready.push_back({TimerId{}, std::move(task)});
    return true;
}

TimerId SimulatedExecutor::post_after(Duration delay, Task task) {
    WMI_CHECK(task, "a task can be called");
    const std::lock_guard lock(state_->mutex);
    if (state_->closed) return TimerId{};
    state_->note_thread();
    const TimerId timer{++state_->last_timer};
    state_->timers.emplace(std::pair(state_->after(delay), timer), std::move(task));
    return timer;
}

bool SimulatedExecutor::cancel(TimerId timer) {
    Task cancelled;  // destroyed unlocked
    const std::lock_guard lock(state_->mutex);
    if (timer == TimerId{}) return false;
    auto& timers = state_->timers;
    const auto waiting =
        std::ranges::find(timers, timer, [](const auto& entry) { return entry.first.second; });
    if (waiting != timers.end()) {
        cancelled = std::move(waiting->second);
        timers.erase(waiting);
        return true;
    }
    const auto due = std::ranges::find(state_->ready, timer, &State::Ready::timer);
    if (due == state_->ready.end()) return false;
    cancelled = std::move(due->task);
    state_->ready.erase(due);
    return true;
}

std::shared_ptr<Gate> SimulatedExecutor::make_gate() {
    return std::make_shared<State::SimulatedGate>(state_);
}

const Clock& SimulatedExecutor::clock() const {
    return state_->clock;
}

void SimulatedExecutor::drain() {
    for (std::size_t tasks = 0;; ++tasks) {
        state_->check_thread();
        WMI_CHECK(tasks < most_tasks_a_drain, "tasks come to an end when time stands still");
        if (!state_->run_one()) return;
    }
}

void SimulatedExecutor::advance(Duration duration) {
    const SteadyTime target = state_->after(duration);
    drain();
    while (state_->move_to_next_timer(target)) drain();
    state_->clock.move_to(target);
}

void SimulatedExecutor::set_wall(WallTime time) {
    state_->clock.set_wall(time);
}

}  // namespace openwmi::base
