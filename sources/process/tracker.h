#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include "process/proc_folder.h"
#include "process/process_events.h"
#include "process/process_facts.h"

namespace openwmi::process_source {

// Makes starts and stops of processes of the kernel's events.
//
// A start is the first exec of a new process; a copy of its parent that never calls exec neither
// starts nor stops; a later exec is no second start. A stop is the end of the last thread. After a
// gap what /proc shows is compared with what is known, and the differences are reported as
// synthetic. Confined to the reader's thread.
class Tracker {
  public:
    using Report = std::function<void(ProcessChange&&)>;
    struct Clocks {
        std::function<std::uint64_t()> monotonic_nanoseconds;
        std::function<std::uint64_t()> file_time;  // in units of 100 ns since 1601, UTC
        static Clocks of_system();
    };

    Tracker(const ProcFolder& proc, Clocks clocks, Report report)
        : proc_(proc), clocks_(std::move(clocks)), report_(std::move(report)) {}

    // Learns what runs already, which makes no starts. Call it when events are being collected.
    void learn_running();
    void handle(const KernelEvent& event);

    std::size_t known() const { return processes_.size(); }
    std::uint64_t gaps() const { return gaps_; }  // in which events were lost

  private:
    struct Process {
        ProcessFacts facts;
        bool has_started = false;
        bool leader_has_ended = false;
        std::uint32_t status = 0;
        std::vector<pid_t> other_threads;
        // Events before it are already contained in what /proc said; 0: found when learning, where
        // a fork that is told now is the same process anew.
        std::uint64_t seen_at = 0;
        bool was_running = false;
    };
    using Processes = std::unordered_map<pid_t, Process>;

    void fork(const KernelEvent& event);
    void exec(const KernelEvent& event);
    void exit(const KernelEvent& event);
    void compare_with_proc();
    Process& add_found(pid_t id, const ProcFolder::State& state);
    void read_facts(Process& process, pid_t id) const;
    void report_start(const Process& process, std::uint64_t nanoseconds, bool is_synthetic);
    void report_stop(Process&& process, std::optional<std::uint32_t> exit_status,
                     std::uint64_t nanoseconds, bool is_synthetic);
    std::uint64_t file_time_of(std::uint64_t nanoseconds) const;

    const ProcFolder& proc_;
    Clocks clocks_;
    Report report_;
    Processes processes_;
    std::uint64_t gaps_ = 0;
};

}  // namespace openwmi::process_source
