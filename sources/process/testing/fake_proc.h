#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "process/proc_folder.h"
#include "support/temporary_folder.h"

namespace openwmi::process_source {

// A folder that looks like /proc, of processes that a test invents.
class FakeProc {
  public:
    struct Entry {
        std::string executable = "/usr/bin/prog";  // empty: cannot be read
        std::string arguments = std::string("prog\0-x\0", 8);
        std::uint64_t start = 100;
        pid_t parent = 1;
        std::uint64_t flags = 0;
        char state = 'S';
        int threads = 1;
    };
    static constexpr std::uint64_t fork_no_exec = 0x40;
    static constexpr std::uint64_t kernel_thread = 0x200000;

    void set(pid_t id, const Entry& entry) const {
        remove(id);
        const auto folder = path(id);
        std::filesystem::create_directories(folder);
        if (!entry.executable.empty()) {
            std::filesystem::create_symlink(entry.executable, folder / "exe");
        }
        std::ofstream(folder / "cmdline", std::ios::binary) << entry.arguments;
        std::ofstream(folder / "sessionid") << "4294967295";
        std::ofstream(folder / "stat")
            << id << " (a ) b) " << entry.state << ' ' << entry.parent << " 7 8 0 -1 "
            << entry.flags << " 11 0 13 0 14 15 0 0 20 0 " << entry.threads << " 0 " << entry.start
            << " 4096 2 18446744073709551615 1 1\n";
        for (int thread = 0; thread < entry.threads; ++thread) {
            std::filesystem::create_directories(folder / "task" / std::to_string(id + thread));
        }
    }
    void remove(pid_t id) const { std::filesystem::remove_all(path(id)); }
    ProcFolder folder() const { return ProcFolder(folder_.path().string()); }

  private:
    std::filesystem::path path(pid_t id) const { return folder_ / std::to_string(id); }

    support::TemporaryFolder folder_;
};

}  // namespace openwmi::process_source
