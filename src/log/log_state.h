#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "log/delivery_log.h"
#include "log/segment.h"

namespace openwmi::log {

// One file of the log. `number`, `first` and `spare` never change.
struct Segment {
    std::uint64_t number = 0;
    std::uint64_t first = 0;        // sequence of its first record
    std::size_t end = 0;            // where the next record goes
    std::size_t needed = 0;         // records that are not acknowledged
    std::string spare;              // the file that it will be made from; empty: it is there
    std::shared_ptr<LogFile> file;  // set once it is there
};
using SegmentPtr = std::shared_ptr<Segment>;

struct Location {
    std::uint64_t sequence = 0;
    SegmentPtr segment;
    std::size_t offset = 0;
    std::size_t bytes = 0;
};

struct Lane {
    std::uint64_t acknowledged = 0;
    std::deque<Location> pending;  // on the disk, not acknowledged
    std::size_t bytes = 0;         // of pending and of what is being written
};

// A record on its way to the disk.
struct Unwritten {
    std::uint64_t lane = 0;
    Location location;
    std::vector<std::byte> bytes;
};

// Everything that DeliveryLog knows. Thread-safe where it says so.
struct DeliveryLog::State {
    using Lock = std::unique_lock<std::mutex>;

    explicit State(Options given) : options(given) {}

    // recovery.cpp; before anybody else knows the log.
    Result<> recover();
    Result<> load_cursors(const std::vector<std::string>& names);
    Result<> load_segments(const std::vector<std::uint64_t>& numbers);
    Result<> scan(const SegmentPtr& segment, std::optional<std::uint64_t> next_first);
    Result<> check_tail(const Segment& segment, std::span<const std::byte> rest) const;

    // With the lock held.
    Result<> check_quota(std::uint64_t lane, std::size_t more) const;
    Result<> check_room(std::span<const Entry> entries, std::size_t bytes);
    Result<> add_segment();
    Result<std::string> make_spare();
    std::uint64_t oldest_lane() const;
    void recycle();
    void index(std::uint64_t lane, Location location);
    void acknowledge(Lane& lane, std::uint64_t up_to);

    // One thread at a time, without the lock.
    Result<> write(const std::vector<Unwritten>& records) const;
    Result<> begin(Segment& segment) const;
    Result<> save(std::span<const Cursor> cursors) const;

    // Called with the lock held, gives it up meanwhile.
    void flush(Lock& lock);

    const Options options;
    mutable std::mutex mutex;
    std::condition_variable flushed;
    std::deque<SegmentPtr> segments;  // the last one is written to
    std::deque<SegmentPtr> unused;    // that nobody needs; the files have their names still
    std::uint64_t last_spare = 0;
    std::map<std::uint64_t, Lane> lanes;
    std::uint64_t last_lane = 0;  // that was made
    std::uint64_t next_sequence = 1;
    std::uint64_t durable = 0;
    std::vector<Unwritten> unwritten;
    bool flushing = false;
    std::optional<Error> broken;
    std::mutex saving;  // cursors; taken before `mutex`
};

}  // namespace openwmi::log
