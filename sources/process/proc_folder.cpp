#include "process/proc_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <memory>

namespace openwmi::process_source {
namespace {

// From linux/sched.h: they are in /proc for everybody to read and do not change.
constexpr std::uint64_t flag_fork_no_exec = 0x00000040;
constexpr std::uint64_t flag_kernel_thread = 0x00200000;

constexpr std::size_t max_command_line_bytes = 32767;
constexpr std::size_t cut_command_bytes = 15;
constexpr std::uint32_t no_session = 0xffffffff;

// A file descriptor and its end.
class File {
  public:
    explicit File(int descriptor) : descriptor_(descriptor) {}
    ~File() {
        if (descriptor_ >= 0) close(descriptor_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    int get() const { return descriptor_; }
    explicit operator bool() const { return descriptor_ >= 0; }

  private:
    int descriptor_;
};

// The file's first `limit` bytes; none when it cannot be read.
std::optional<std::string> read_file(int folder, const char* name, std::size_t limit) {
    const File file(openat(folder, name, O_RDONLY | O_CLOEXEC));
    if (!file) return std::nullopt;
    std::string content;
    std::array<char, 4096> buffer;
    while (content.size() < limit) {
        const ssize_t count = read(file.get(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return std::nullopt;
        if (count == 0) break;
        content.append(buffer.data(), static_cast<std::size_t>(count));
    }
    if (content.size() > limit) content.resize(limit);
    return content;
}

std::optional<std::string> read_link(int folder, const char* name) {
    std::array<char, PATH_MAX> buffer;
    const ssize_t count = readlinkat(folder, name, buffer.data(), buffer.size());
    if (count <= 0) return std::nullopt;
    std::string target(buffer.data(), static_cast<std::size_t>(count));
    // The kernel's remark about a file that is no longer there.
    constexpr std::string_view deleted = " (deleted)";
    if (target.size() > deleted.size() &&
        target.compare(target.size() - deleted.size(), deleted.size(), deleted) == 0 &&
        access(target.c_str(), F_OK) != 0) {
        target.resize(target.size() - deleted.size());
    }
    return target;
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
    Number number{};
    const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
    if (end.ec != std::errc()) return std::nullopt;
    return number;
}

std::string_view base_name(std::string_view path) {
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::vector<pid_t> numbers_in(const std::string& folder) {
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(opendir(folder.c_str()), closedir);
    std::vector<pid_t> numbers;
    if (!stream) return numbers;
    while (const dirent* entry = readdir(stream.get())) {
        if (entry->d_name[0] < '0' || entry->d_name[0] > '9') continue;
        if (const auto number = parse_number<pid_t>(entry->d_name)) numbers.push_back(*number);
    }
    return numbers;
}

}  // namespace

std::optional<StatLine> parse_stat(std::string_view text) {
    // "1234 (any name, with ) in it) S 1 …": the name ends at the last parenthesis.
    const auto open = text.find('(');
    const auto close = text.rfind(')');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open ||
        close + 3 >= text.size()) {
        return std::nullopt;
    }
    StatLine line;
    line.command = text.substr(open + 1, close - open - 1);
    line.state = text[close + 2];
    std::array<std::uint64_t, 50> fields{};  // by their number in proc(5), from ppid = 4
    std::size_t number = 4;
    for (std::string_view rest = text.substr(close + 3); number < fields.size(); ++number) {
        const auto first = rest.find_first_not_of(" \n");
        if (first == std::string_view::npos) break;
        rest.remove_prefix(first);
        const auto end = rest.find_first_of(" \n");
        const auto value = parse_number<std::int64_t>(rest.substr(0, end));
        // What exceeds the signed range is an address or a limit, which nobody here asks for.
        fields[number] = static_cast<std::uint64_t>(value.value_or(0));
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end);
    }
    if (number <= 24) return std::nullopt;
    line.parent = static_cast<pid_t>(fields[4]);
    line.flags = fields[9];
    line.usage.page_faults = static_cast<std::uint32_t>(fields[10] + fields[12]);
    line.usage.user_ticks = fields[14];
    line.usage.kernel_ticks = fields[15];
    line.usage.threads = static_cast<std::uint32_t>(fields[20]);
    line.start_ticks = fields[22];
    line.usage.virtual_bytes = fields[23];
    line.usage.resident_bytes = fields[24] * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    return line;
}

std::string command_line_text(std::string_view arguments) {
    std::string text;
    while (!arguments.empty() && text.size() < max_command_line_bytes) {
        const auto end = arguments.find('\0');
        const auto argument = arguments.substr(0, end);
        if (!text.empty()) text += ' ';
        if (!argument.empty() && argument.find_first_of(" \t\n\"") == std::string_view::npos) {
            text += argument;
        } else {
            text += '"';
            for (const char c : argument) {
                if (c == '"' || c == '\\') text += '\\';
                text += c;
            }
            text += '"';
        }
        arguments.remove_prefix(end == std::string_view::npos ? arguments.size() : end + 1);
    }
    if (text.size() > max_command_line_bytes) text.resize(max_command_line_bytes);
    return text;
}

std::optional<std::string> process_name(const std::optional<std::string>& executable,
                                        std::string_view arguments,
                                        const std::optional<std::string>& command) {
    if (executable) return std::string(base_name(*executable));
    const auto first = base_name(arguments.substr(0, arguments.find('\0')));
    if (!first.empty()) return std::string(first);
    if (command && command->size() < cut_command_bytes) return command;
    return std::nullopt;
}

std::string ProcFolder::path(pid_t id, std::string_view file) const {
    std::string path = root_ + "/" + std::to_string(id);
    if (!file.empty()) path.append("/").append(file);
    return path;
}

ProcessFacts ProcFolder::read(pid_t id) const {
    ProcessFacts facts;
    facts.id = id;
    // Whatever is opened below it belongs to this process; a later one with the id is not found.
    const File folder(open(path(id, "").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!folder) return facts;
    facts.executable = read_link(folder.get(), "exe");
    const auto arguments =
        read_file(folder.get(), "cmdline", max_command_line_bytes + 1).value_or("");
    if (!arguments.empty()) facts.command_line = command_line_text(arguments);
    const auto stat_text = read_file(folder.get(), "stat", 4096);
    const auto line = stat_text ? parse_stat(*stat_text) : std::nullopt;
    std::optional<std::string> command;
    if (line) {
        command = line->command;
        facts.parent = line->parent;
        facts.start_ticks = line->start_ticks;
        facts.usage = line->usage;
    }
    facts.name = process_name(facts.executable, arguments, command);
    struct stat owner{};
    if (line && fstat(folder.get(), &owner) == 0) facts.user = owner.st_uid;
    if (const auto session = read_file(folder.get(), "sessionid", 32)) {
        facts.session = parse_number<std::uint32_t>(*session);
        if (facts.session == no_session) facts.session = 0;
    }
    return facts;
}

std::optional<ProcFolder::State> ProcFolder::state(pid_t id) const {
    const auto text = read_file(AT_FDCWD, path(id, "stat").c_str(), 4096);
    const auto line = text ? parse_stat(*text) : std::nullopt;
    if (!line) return std::nullopt;
    State state;
    state.start_ticks = line->start_ticks;
    state.is_kernel_thread = (line->flags & flag_kernel_thread) != 0;
    state.has_executed = (line->flags & flag_fork_no_exec) == 0;
    state.leader_has_ended = line->state == 'Z' || line->state == 'X';
    state.has_ended = state.leader_has_ended && line->usage.threads <= 1;
    if (line->usage.threads > 1) {
        for (const pid_t thread : numbers_in(path(id, "task"))) {
            if (thread != id) state.other_threads.push_back(thread);
        }
    }
    return state;
}

std::vector<pid_t> ProcFolder::ids() const {
    return numbers_in(root_);
}

bool ProcFolder::is_readable() const {
    return access((root_ + "/self/stat").c_str(), R_OK) == 0;
}

}  // namespace openwmi::process_source
