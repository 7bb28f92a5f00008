#include "command_line/child_processes.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <openwmi.hpp>
#include <string_view>

namespace openwmi::consumers {
namespace {

// What posix_spawn is told: standard streams on /dev/null (a service's child has no console),
// nothing else open, default signals, its own group if asked.
class SpawnOptions {
  public:
    explicit SpawnOptions(const Command& command) {
        posix_spawn_file_actions_init(&actions_);
        posix_spawnattr_init(&attributes_);
        for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
            posix_spawn_file_actions_addopen(&actions_, stream, "/dev/null", O_RDWR, 0);
        }
        posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
        const std::string& folder = command.working_directory;
        posix_spawn_file_actions_addchdir_np(&actions_, folder.empty() ? "/" : folder.c_str());
        sigset_t signals;
        sigemptyset(&signals);
        posix_spawnattr_setsigmask(&attributes_, &signals);
        sigfillset(&signals);
        posix_spawnattr_setsigdefault(&attributes_, &signals);
        short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
        if (command.new_process_group) {
            flags = static_cast<short>(flags | POSIX_SPAWN_SETPGROUP);
            posix_spawnattr_setpgroup(&attributes_, 0);
        }
        posix_spawnattr_setflags(&attributes_, flags);
    }
    ~SpawnOptions() {
        posix_spawnattr_destroy(&attributes_);
        posix_spawn_file_actions_destroy(&actions_);
    }
    SpawnOptions(const SpawnOptions&) = delete;
    SpawnOptions& operator=(const SpawnOptions&) = delete;

    const posix_spawn_file_actions_t* actions() const { return &actions_; }
    const posix_spawnattr_t* attributes() const { return &attributes_; }

  private:
    posix_spawn_file_actions_t actions_;
    posix_spawnattr_t attributes_;
};

// The service's variables, with the given colours instead of those of a terminal that the program
// does not have. `colors` must outlive it.
std::vector<char*> environment_with(const std::string& colors) {
    constexpr std::string_view head = "COLORFGBG=";
    std::vector<char*> variables;
    for (char** each = environ; *each; ++each) {
        if (std::string_view(*each).substr(0, head.size()) != head) variables.push_back(*each);
    }
    if (colors.size() > head.size()) variables.push_back(const_cast<char*>(colors.c_str()));
    variables.push_back(nullptr);
    return variables;
}

[[noreturn]] void fail_to_start(const Command& command, int reason) {
    const bool denied = reason == EACCES || reason == EPERM;
    const bool missing = reason == ENOENT || reason == ENOTDIR;
    throw error(
        denied    ? WBEM_E_ACCESS_DENIED
        : missing ? WBEM_E_NOT_FOUND
                  : WBEM_E_FAILED,
        command.program + " cannot be started" +
            (missing && !command.working_directory.empty() ? " in " + command.working_directory
                                                           : "") +
            ": " + std::strerror(reason));
}

// Why the kernel would not, by what is there now; 0: it seems that it would. In the order in which
// a child comes upon it.
int obstacle_to(const Command& command) {
    struct stat status{};
    const char* folder =
        command.working_directory.empty() ? "/" : command.working_directory.c_str();
    if (stat(folder, &status) != 0) return errno;
    if (!S_ISDIR(status.st_mode)) return ENOTDIR;
    if (faccessat(AT_FDCWD, folder, X_OK, AT_EACCESS) != 0) return errno;
    const char* program = command.program.c_str();
    if (stat(program, &status) != 0) return errno;
    if (!S_ISREG(status.st_mode)) return EACCES;
    return faccessat(AT_FDCWD, program, X_OK, AT_EACCESS) != 0 ? errno : 0;
}

pid_t spawn(const Command& command) {
    const SpawnOptions options(command);
    std::vector<char*> words;
    for (const std::string& word : command.words) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    const std::string colors = "COLORFGBG=" + command.colors;
    const auto variables = environment_with(colors);
    pid_t process = -1;
    const int reason = posix_spawn(&process, command.program.c_str(), options.actions(),
                                   options.attributes(), words.data(), variables.data());
    if (reason != 0) fail_to_start(command, reason);
    return process;
}

}  // namespace

ChildProcesses::~ChildProcesses() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        wake();
    }
    if (watcher_.joinable()) watcher_.join();
    for (const Child& child : children_) close(child.handle);
    if (wake_ >= 0) close(wake_);
}

void ChildProcesses::check_room() const {
    if (running() < max_running) return;
    throw error(WBEM_E_QUOTA_VIOLATION, std::to_string(max_running) +
                                            " programs of event consumers are running; "
                                            "no more are started until some end");
}

void ChildProcesses::check(const Command& command) const {
    check_room();
    if (const int reason = obstacle_to(command); reason != 0) fail_to_start(command, reason);
}

pid_t ChildProcesses::start(const Command& command) {
    check_room();
    const pid_t process = spawn(command);
    // After the start, because a thread cannot take back a nicer value without privilege.
    if (command.nice != 0 &&
        setpriority(PRIO_PROCESS, static_cast<id_t>(process), command.nice) != 0) {
        trace_.write_once(command.label + ": Priority cannot be set: " + std::strerror(errno));
    }
    const int handle = static_cast<int>(syscall(SYS_pidfd_open, process, 0));
    if (handle < 0) {
        trace_.write(command.label + ": process " + std::to_string(process) +
                     " cannot be watched: " + std::strerror(errno));
        return process;
    }
    Child child{process, handle, command.new_process_group, std::nullopt, command.label};
    if (command.kill_timeout.count() > 0) child.deadline = Clock::now() + command.kill_timeout;
    adopt(std::move(child));
    return process;
}

void ChildProcesses::adopt(Child child) {
    const std::lock_guard lock(mutex_);
    children_.push_back(std::move(child));
    if (!watcher_.joinable()) {
        wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        watcher_ = std::thread(&ChildProcesses::watch, this);
    }
    wake();
}

void ChildProcesses::wake() {
    const std::uint64_t one = 1;
    if (wake_ >= 0) [[maybe_unused]]
        const auto written = write(wake_, &one, sizeof one);  // full means awake already
}

std::size_t ChildProcesses::running() const {
    const std::lock_guard lock(mutex_);
    return children_.size();
}

void ChildProcesses::wait_for_all() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return children_.empty(); });
}

// True when it has ended; says so when it did not end well.
bool ChildProcesses::reap(const Child& child) {
    siginfo_t end{};
    if (waitid(P_PIDFD, static_cast<id_t>(child.handle), &end, WEXITED | WNOHANG) != 0) {
        return errno == ECHILD;  // somebody else has reaped it
    }
    if (end.si_pid == 0) return false;
    if (end.si_code != CLD_EXITED || end.si_status != 0) {
        trace_.write_once(child.label + ": a program of it " +
                          (end.si_code == CLD_EXITED ? "exited with " : "was ended by signal ") +
                          std::to_string(end.si_status) + " (said once)");
    }
    return true;
}

// A leader that is not reaped yet keeps its group's number its own.
void ChildProcesses::kill_overdue(Clock::time_point now) {
    for (Child& child : children_) {
        if (!child.deadline || *child.deadline > now) continue;
        child.deadline.reset();
        trace_.write_once(child.label +
                          ": a program of it outlives its KillTimeout and is killed (said once)");
        kill(child.own_group ? -child.process : child.process, SIGKILL);
    }
}

void ChildProcesses::watch() {
    std::vector<pollfd> waiting;
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        const auto now = Clock::now();
        kill_overdue(now);
        std::optional<Clock::time_point> next;
        waiting.assign(1, {wake_, POLLIN, 0});
        for (const Child& child : children_) {
            waiting.push_back({child.handle, POLLIN, 0});
            if (child.deadline && (!next || *child.deadline < *next)) next = child.deadline;
        }
        timespec timeout{};
        if (next) {
            const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(*next - now);
            timeout.tv_sec = static_cast<time_t>(left.count() / 1'000'000'000);
            timeout.tv_nsec = static_cast<long>(left.count() % 1'000'000'000);
        }
        lock.unlock();
        ppoll(waiting.data(), waiting.size(), next ? &timeout : nullptr, nullptr);
        lock.lock();
        std::uint64_t ignored = 0;
        while (read(wake_, &ignored, sizeof ignored) > 0) {
        }
        const auto ended = std::remove_if(children_.begin(), children_.end(), [&](Child& child) {
            if (!reap(child)) return false;
            close(child.handle);
            return true;
        });
        if (ended != children_.end()) {
            children_.erase(ended, children_.end());
            changed_.notify_all();
        }
    }
}

}  // namespace openwmi::consumers
