#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "base/clock.h"
#include "match/snapshot.h"

namespace openwmi::match {

// Counts the snapshots that a cell has published.
enum class Generation : std::uint64_t {};

// Where raising threads find the current snapshot, and where a change waits until nobody uses an
// older one (decision 6). Reading costs a few atomic operations and no lock while nothing changes:
// each thread keeps the snapshot that it saw last. Thread-safe; outlives all readings.
class SnapshotCell {
  public:
    explicit SnapshotCell(SnapshotPtr first);
    ~SnapshotCell();
    SnapshotCell(const SnapshotCell&) = delete;
    SnapshotCell& operator=(const SnapshotCell&) = delete;

    // Whoever reads from now on sees this one. Publishers take turns by themselves.
    Generation publish(SnapshotPtr snapshot);
    SnapshotPtr current() const;

  private:
    struct Slot;        // what a cell knows of a reading thread
    struct ThreadView;  // what a reading thread knows of a cell

  public:
    // A thread's hold on the snapshot that was current when it began. Stays on the stack of that
    // thread; may be nested, then the inner one sees the newer snapshot.
    class Reading {
      public:
        explicit Reading(SnapshotCell& cell);
        ~Reading();
        Reading(const Reading&) = delete;
        Reading& operator=(const Reading&) = delete;

        const Snapshot& operator*() const { return *snapshot_; }
        const Snapshot* operator->() const { return snapshot_; }

      private:
        SnapshotCell& cell_;
        ThreadView* view_;
        const Snapshot* snapshot_ = nullptr;
        SnapshotPtr displaced_;  // what an outer reading of this thread still uses
    };

    // Waits until no thread reads a snapshot older than `generation`; false when that lasts longer
    // than `timeout`, and at once when the calling thread is itself reading (a raiser that waited
    // for raisers could wait for itself). Waits on the machine's clock: under a simulation there is
    // one thread, and nothing to wait for.
    bool wait_for_readers(Generation generation, base::Duration timeout);

  private:
    ThreadView& view_of_this_thread();
    void refresh(ThreadView& view);
    void begin(ThreadView& view);
    void end(ThreadView& view);
    bool has_readers_before(std::uint64_t generation) const;

    const std::uint64_t id_;  // tells cells apart for ever, where addresses come again
    std::atomic<std::uint64_t> generation_{1};
    std::atomic<unsigned> waiting_{0};
    mutable std::mutex mutex_;  // guards what follows
    std::condition_variable reader_left_;
    SnapshotPtr current_;
    std::vector<std::shared_ptr<Slot>> slots_;
};

}  // namespace openwmi::match
