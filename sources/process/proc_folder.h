#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "process/process_facts.h"

namespace openwmi::process_source {

// The folder /proc, or one that looks like it. Immutable, thread-safe.
class ProcFolder {
  public:
    explicit ProcFolder(std::string root = "/proc") : root_(std::move(root)) {}

    // Everything there is to read, the most short-lived first. Absent facts where the process has
    // ended meanwhile; all are of one process, also when the id is taken by another just then.
    ProcessFacts read(pid_t id) const;

    struct State {
        std::uint64_t start_ticks = 0;
        bool has_executed = false;  // false: a copy of its parent that has not called exec
        bool is_kernel_thread = false;
        bool has_ended = false;  // a zombie without threads
        std::vector<pid_t> other_threads;
        bool leader_has_ended = false;
    };
    std::optional<State> state(pid_t id) const;  // none: no such process

    std::vector<pid_t> ids() const;
    bool is_readable() const;

  private:
    std::string path(pid_t id, std::string_view file) const;

    std::string root_;
};

// The fields of /proc/ID/stat that matter here. None when the text is not such a line.
struct StatLine {
    std::string command;  // at most 15 bytes: what is longer is cut
    char state = 0;
    pid_t parent = 0;
    std::uint64_t flags = 0;
    ProcessFacts::Usage usage;
    std::uint64_t start_ticks = 0;
};
std::optional<StatLine> parse_stat(std::string_view text);

// The arguments as one text from which they can be told apart again: one with blanks or quotes, or
// without characters, is put in double quotes. Cut at 32767 bytes, the limit that Windows has.
std::string command_line_text(std::string_view arguments);

// The name that the process is known by: of its executable; when that cannot be read, of argv[0];
// when that is gone, too, the kernel's short name if it cannot have been cut.
std::optional<std::string> process_name(const std::optional<std::string>& executable,
                                        std::string_view arguments,
                                        const std::optional<std::string>& command);

}  // namespace openwmi::process_source
