#include "process/tracker.h"

#include <sys/wait.h>

#include <algorithm>
#include <ctime>
#include <unordered_set>

namespace openwmi::process_source {
namespace {

std::uint64_t nanoseconds_of(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
           static_cast<std::uint64_t>(now.tv_nsec);
}

constexpr std::uint64_t file_time_of_1970 = 116'444'736'000'000'000;

std::uint32_t exit_status_of(std::uint32_t wait_status) {
    const int status = static_cast<int>(wait_status);
    return static_cast<std::uint32_t>(WIFSIGNALED(status) ? 128 + WTERMSIG(status)
                                                          : WEXITSTATUS(status));
}

}  // namespace

Tracker::Clocks Tracker::Clocks::of_system() {
    return {[] { return nanoseconds_of(CLOCK_MONOTONIC); },
            [] { return file_time_of_1970 + nanoseconds_of(CLOCK_REALTIME) / 100; }};
}

void Tracker::learn_running() {
    for (const pid_t id : proc_.ids()) {
        const auto state = proc_.state(id);
        if (!state || state->is_kernel_thread || state->has_ended) continue;
        Process& process = add_found(id, *state);
        process.was_running = true;
        process.has_started = state->has_executed;
        if (process.has_started) read_facts(process, id);
    }
}

void Tracker::handle(const KernelEvent& event) {
    switch (event.kind) {
        case KernelEvent::Kind::Fork: return fork(event);
        case KernelEvent::Kind::Exec: return exec(event);
        case KernelEvent::Kind::Exit: return exit(event);
        case KernelEvent::Kind::Gap:
            if (event.is_loss) ++gaps_;
            return compare_with_proc();
    }
}

void Tracker::fork(const KernelEvent& event) {
    const auto known = processes_.find(event.process);
    if (event.thread != event.process) {
        if (known == processes_.end()) return;
        auto& threads = known->second.other_threads;
        if (std::find(threads.begin(), threads.end(), event.thread) == threads.end()) {
            threads.push_back(event.thread);
        }
        return;
    }
    if (known != processes_.end()) {
        if (event.nanoseconds < known->second.seen_at) return;
        // The id is taken again although no end was told.
        if (known->second.has_started && !known->second.was_running) {
            report_stop(std::move(known->second), std::nullopt, event.nanoseconds, true);
        }
        processes_.erase(known);
    }
    Process& process = processes_[event.process];
    process.facts.id = event.process;
    process.facts.parent = event.parent;
}

void Tracker::exec(const KernelEvent& event) {
    Process& process = processes_[event.process];
    if (event.nanoseconds < process.seen_at) return;
    process.leader_has_ended = false;  // the thread that called exec has taken its place
    process.other_threads.clear();
    process.status = 0;
    if (process.has_started) return;
    process.has_started = true;
    process.was_running = false;
    read_facts(process, event.process);
    report_start(process, event.nanoseconds, false);
}

void Tracker::exit(const KernelEvent& event) {
    const auto known = processes_.find(event.process);
    if (known == processes_.end()) return;
    Process& process = known->second;
    if (event.nanoseconds < process.seen_at) {
        // Told before /proc was read: of an earlier process with this id, unless it was just
        // ending.
        const auto state = proc_.state(event.process);
        if (state && !state->has_ended) return;
        process.other_threads.clear();
    }
    auto& threads = process.other_threads;
    threads.erase(std::remove(threads.begin(), threads.end(), event.thread), threads.end());
    // All threads that a common exit ends have its status, those that end alone have none.
    if (event.thread == event.process || event.status != 0) process.status = event.status;
    process.leader_has_ended |= event.thread == event.process;
    if (!process.leader_has_ended || !process.other_threads.empty()) return;
    if (process.has_started) {
        const auto status = exit_status_of(process.status);
        report_stop(std::move(process), status, event.nanoseconds, false);
    }
    processes_.erase(known);
}

Tracker::Process& Tracker::add_found(pid_t id, const ProcFolder::State& state) {
    Process& process = processes_[id];
    process.facts.id = id;
    process.facts.start_ticks = state.start_ticks;
    process.leader_has_ended = state.leader_has_ended;
    process.other_threads = state.other_threads;
    return process;
}

// Keeps what the kernel told: the parent that made it, not the one that has adopted it since.
void Tracker::read_facts(Process& process, pid_t id) const {
    ProcessFacts facts = proc_.read(id);
    if (process.facts.parent) facts.parent = process.facts.parent;
    process.facts = std::move(facts);
}

void Tracker::compare_with_proc() {
    std::unordered_set<pid_t> alive;
    for (const pid_t id : proc_.ids()) {
        const std::uint64_t now = clocks_.monotonic_nanoseconds();
        const auto state = proc_.state(id);
        if (!state || state->is_kernel_thread || state->has_ended) continue;
        const auto known = processes_.find(id);
        if (known != processes_.end()) {
            Process& process = known->second;
            const auto& start = process.facts.start_ticks;
            if (start && *start != state->start_ticks) {  // another one by now
                if (process.has_started) report_stop(std::move(process), std::nullopt, now, true);
                processes_.erase(known);
            }
        }
        alive.insert(id);
        Process& process = add_found(id, *state);
        process.seen_at = now;
        process.was_running = false;
        if (state->has_executed && !process.has_started) {
            process.has_started = true;
            read_facts(process, id);
            report_start(process, now, true);
        }
    }
    const std::uint64_t now = clocks_.monotonic_nanoseconds();
    for (auto entry = processes_.begin(); entry != processes_.end();) {
        if (alive.contains(entry->first)) {
            ++entry;
            continue;
        }
        if (entry->second.has_started) {
            report_stop(std::move(entry->second), std::nullopt, now, true);
        }
        entry = processes_.erase(entry);
    }
}

std::uint64_t Tracker::file_time_of(std::uint64_t nanoseconds) const {
    const std::uint64_t now = clocks_.monotonic_nanoseconds();
    const std::uint64_t age = now > nanoseconds ? now - nanoseconds : 0;
    return clocks_.file_time() - age / 100;
}

void Tracker::report_start(const Process& process, std::uint64_t nanoseconds, bool is_synthetic) {
    ProcessChange change;
    change.kind = ProcessChange::Kind::Started;
    change.process = process.facts;
    change.time = file_time_of(nanoseconds);
    change.is_synthetic = is_synthetic;
    report_(std::move(change));
}

void Tracker::report_stop(Process&& process, std::optional<std::uint32_t> exit_status,
                          std::uint64_t nanoseconds, bool is_synthetic) {
    ProcessChange change;
    change.kind = ProcessChange::Kind::Stopped;
    change.process = std::move(process.facts);
    change.exit_status = exit_status;
    change.time = file_time_of(nanoseconds);
    change.is_synthetic = is_synthetic;
    report_(std::move(change));
}

}  // namespace openwmi::process_source
