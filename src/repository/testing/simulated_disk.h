#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace openwmi::repository {

// A disk in memory, as SQLite sees it, over files that exist: what is written to them stays here.
// It keeps what was synced; a power failure takes any of the writes since then, in parts of sectors
// even, and leaves the others. Also fills up when it is told to. Everything random comes from the
// seed. For tests, named in Store::Options::vfs; one at a time. Confined to one thread.
class SimulatedDisk {
  public:
    explicit SimulatedDisk(std::uint64_t seed);
    ~SimulatedDisk();
    SimulatedDisk(const SimulatedDisk&) = delete;
    SimulatedDisk& operator=(const SimulatedDisk&) = delete;

    std::string name() const;
    // After so many more writes and syncs the machine stands still: all that follow fail.
    void stop_after(int operations);
    bool stopped() const;
    // After so many more writes the disk is full.
    void fill_after(int writes);
    // The machine comes up again, with what the disk has kept. Needs all files closed.
    void restart();

    struct Counts {
        std::uint64_t writes = 0;
        std::uint64_t syncs = 0;
        std::uint64_t lost = 0;  // writes that a power failure took
        std::uint64_t torn = 0;  // writes of which it left a part
    };
    Counts counts() const;

    struct State;

  private:
    std::unique_ptr<State> state_;
};

}  // namespace openwmi::repository
