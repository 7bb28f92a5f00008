#include "base/thread_executor.h"

#include <fmt/format.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "base/check.h"

namespace openwmi::base {
namespace {

constexpr std::size_t longest_name =
    10;  // the kernel shows 15 bytes, and we append "-" and a number
constexpr Duration for_ever = std::chrono::hours(24 * 365 * 100);

void name_this_thread(const std::string& name) {
    pthread_setname_np(pthread_self(), name.c_str());
}

// An exception that leaves a task ends the process here, while its origin is still on the stack.
void run(const Task& task) noexcept {
    task();
}

// Waits in real time for `ready`; longer than a century counts as for ever, which keeps the sum
// from overflowing.
template <class Predicate>
bool wait_until_ready(std::condition_variable& changed, std::unique_lock<std::mutex>& lock,
                      Duration timeout, Predicate ready) {
    if (timeout < for_ever) return changed.wait_for(lock, timeout, ready);
    changed.wait(lock, ready);
    return true;
}

// A waiter sleeps. Thread-safe.
class ThreadGate final : public Gate {
  public:
    void open() override {
        const std::lock_guard lock(mutex_);
        open_ = true;
        opened_.notify_all();
    }
    bool is_open() const override {
        const std::lock_guard lock(mutex_);
        return open_;
    }
    bool wait(Duration timeout) override {
        std::unique_lock lock(mutex_);
        return wait_until_ready(opened_, lock, timeout, [this] { return open_; });
    }

  private:
    mutable std::mutex mutex_;
    std::condition_variable opened_;
    bool open_ = false;
};

}  // namespace

// Thread-safe. A timer stays in `timers` until a worker begins its task, so that cancel decides by
// erasing it there; the entry that a cancelled one may have left in `queue` is skipped.
struct ThreadExecutor::State {
    using Entry = std::variant<Task, TimerId>;
    struct Timer {
        SteadyTime due;
        Task task;
    };

    State(const Clock& time, Options chosen) : clock(time), options(std::move(chosen)) {
        options.name.resize(std::min(options.name.size(), longest_name));
    }

    void start_worker();
    void enqueue(Entry entry);
    void tell_of_this_thread();
    void work();
    Task take_task();
    void watch_timers();
    void enqueue_due_timers();
    void stop();

    const Clock& clock;
    Options options;

    std::mutex mutex;
    std::condition_variable work_changed;
    std::condition_variable timers_changed;
    std::deque<Entry> queue;
    std::set<std::pair<SteadyTime, TimerId>> deadlines;
    std::unordered_map<TimerId, Timer> timers;
    std::uint64_t last_timer = 0;
    std::size_t idle_workers = 0;  // those that wait or are about to
    bool stopping = false;
    std::function<void(std::uint64_t)> began;  // may be empty
    std::vector<std::thread> workers;
    std::thread timer_thread;
    std::once_flag stopped;
};

// Called with the lock held.
void ThreadExecutor::State::start_worker() {
    const std::string name = fmt::format("{}-{}", options.name, workers.size() + 1);
    workers.emplace_back([this, name] {
        name_this_thread(name);
        tell_of_this_thread();
        work();
    });
    ++idle_workers;
}

// Called with the lock held.
void ThreadExecutor::State::enqueue(Entry entry) {
    queue.push_back(std::move(entry));
    const bool would_wait = queue.size() > idle_workers;
    if (options.elastic && would_wait && workers.size() < options.max_threads) {
        try {
            start_worker();
        } catch (const std::system_error&) {  // NOLINT(bugprone-empty-catch)
            // The machine gives no more threads: the task waits for one of those that there are.
        }
    }
    work_changed.notify_one();
}

void ThreadExecutor::State::tell_of_this_thread() {
    std::function<void(std::uint64_t)> tell;
    {
        const std::lock_guard lock(mutex);
        tell = began;
    }
    if (tell) tell(static_cast<std::uint64_t>(::gettid()));
}

void ThreadExecutor::State::work() {
    std::unique_lock lock(mutex);
    for (;;) {
        work_changed.wait(lock, [this] { return stopping || !queue.empty(); });
        if (queue.empty()) return;
        --idle_workers;
        Task task = take_task();
        lock.unlock();
        if (task) run(task);
        task = nullptr;  // destroyed unlocked: what it holds may post
        lock.lock();
        ++idle_workers;
    }
}

// None for a timer that was cancelled meanwhile. Called with the lock held.
Task ThreadExecutor::State::take_task() {
    Entry entry = std::move(queue.front());
    queue.pop_front();
    if (auto* task = std::get_if<Task>(&entry)) return std::move(*task);
    auto node = timers.extract(std::get<TimerId>(entry));
    return node ? std::move(node.mapped().task) : nullptr;
}

void ThreadExecutor::State::watch_timers() {
    std::unique_lock lock(mutex);
    while (!stopping) {
        enqueue_due_timers();
        if (deadlines.empty()) {
            timers_changed.wait(lock);
        } else {
            const Duration left = deadlines.begin()->first - clock.steady();
            timers_changed.wait_for(lock, std::min(left, for_ever));
        }
    }
}

// Called with the lock held.
void ThreadExecutor::State::enqueue_due_timers() {
    const SteadyTime now = clock.steady();
    while (!deadlines.empty() && deadlines.begin()->first <= now) {
        enqueue(deadlines.begin()->second);
        deadlines.erase(deadlines.begin());
    }
}

void ThreadExecutor::State::stop() {
    std::vector<Task> dropped;  // destroyed unlocked
    {
        const std::lock_guard lock(mutex);
        stopping = true;
        for (const auto& [due, timer] : deadlines) {
            dropped.push_back(std::move(timers.extract(timer).mapped().task));
        }
        deadlines.clear();
        work_changed.notify_all();
        timers_changed.notify_all();
    }
    timer_thread.join();
    for (std::thread& worker : workers) {
        WMI_CHECK(worker.get_id() != std::this_thread::get_id(), "no task stops its own executor");
        worker.join();
    }
}

ThreadExecutor::ThreadExecutor(const Clock& clock, Options options)
    : state_(std::make_unique<State>(clock, std::move(options))) {
    WMI_CHECK(state_->options.threads > 0, "an executor has a thread");
    const std::lock_guard lock(state_->mutex);
    for (unsigned i = 0; i < state_->options.threads; ++i) state_->start_worker();
    state_->timer_thread = std::thread([state = state_.get()] {
        name_this_thread(state->options.name + "-time");
        state->watch_timers();
    });
}

ThreadExecutor::~ThreadExecutor() {
    stop();
}

bool ThreadExecutor::post(Task task) {
    WMI_CHECK(task, "a task can be called");
    const std::lock_guard lock(state_->mutex);
    if (state_->stopping) return false;
    state_->enqueue(std::move(task));
    return true;
}

TimerId ThreadExecutor::post_after(Duration delay, Task task) {
    WMI_CHECK(task, "a task can be called");
    const std::lock_guard lock(state_->mutex);
    if (state_->stopping) return TimerId{};
    const TimerId timer{++state_->last_timer};
    const SteadyTime due = state_->clock.steady() + std::clamp(delay, Duration::zero(), for_ever);
    state_->timers.emplace(timer, State::Timer{due, std::move(task)});
    const auto position = state_->deadlines.emplace(due, timer).first;
    if (position == state_->deadlines.begin()) state_->timers_changed.notify_one();
    return timer;
}

bool ThreadExecutor::cancel(TimerId timer) {
    Task cancelled;  // destroyed unlocked
    const std::lock_guard lock(state_->mutex);
    auto node = state_->timers.extract(timer);
    if (!node) return false;
    state_->deadlines.erase({node.mapped().due, timer});
    cancelled = std::move(node.mapped().task);
    return true;
}

std::shared_ptr<Gate> ThreadExecutor::make_gate() {
    return std::make_shared<ThreadGate>();
}

const Clock& ThreadExecutor::clock() const {
    return state_->clock;
}

void ThreadExecutor::watch_threads(std::function<void(std::uint64_t thread)> began) {
    const std::lock_guard lock(state_->mutex);
    state_->began = std::move(began);
}

void ThreadExecutor::stop() {
    std::call_once(state_->stopped, [this] { state_->stop(); });
}

}  // namespace openwmi::base
