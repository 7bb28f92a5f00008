#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "log/files.h"

namespace openwmi::log {

// A lane is what is delivered in order and acknowledged on its own: a binding. Numbers are never
// used for another one.
enum class LaneId : std::uint64_t {};
// Counts the records of a log, from 1.
enum class Sequence : std::uint64_t {};

struct Entry {
    LaneId lane{};
    std::span<const std::byte> payload;
};
struct Record {
    Sequence sequence{};
    LaneId lane{};
    std::vector<std::byte> payload;
};
struct LaneStatus {
    LaneId lane{};
    Sequence acknowledged{};
    std::size_t records = 0;  // not acknowledged yet, as are the bytes
    std::size_t bytes = 0;
};

// What was promised and not yet delivered (decision 10): records that are on the disk when append()
// returns, and stay until their lane has acknowledged them. Delivered at least once: after a crash
// what was acknowledged since the last save_cursors() comes again. Thread-safe.
class DeliveryLog {
  public:
    struct Options {
        LogFiles* files = nullptr;  // outlives the log
        std::size_t segment_bytes = std::size_t{16} << 20;
        std::size_t max_segments = 64;                         // files, spare ones included
        std::size_t lane_quota_bytes = std::size_t{64} << 20;  // not acknowledged, of one lane
    };
    // Recovers what a crash left: what was being appended then is dropped. Fails, and changes
    // nothing: CriticalError (damage in what was durable; the message names file and place),
    // DatabaseVerMismatch, InvalidParameter (segments of another size), and what the files report.
    static Result<std::unique_ptr<DeliveryLog>> open(Options options);
    ~DeliveryLog();

    // All of them or none, in this order; on the disk when it returns. Threads that append at the
    // same time share one sync. Fails: QuotaViolation (a lane has too much), BufferTooSmall
    // (together they do not fit into a segment), OutOfDiskSpace (all segments hold records that
    // some lane needs, or the disk is full), and what the files report: then nobody knows what is
    // on the disk, and everything later fails likewise until the log is opened again.
    Result<std::vector<Sequence>> append(std::span<const Entry> entries);

    // The oldest records of the lane after `after` that are not acknowledged, `limit` of them.
    Result<std::vector<Record>> read(LaneId lane, Sequence after, std::size_t limit) const;

    // The same without the payloads: which there are. Reads no file.
    std::vector<Sequence> pending(LaneId lane, Sequence after, std::size_t limit) const;
    std::size_t records(LaneId lane) const;  // not acknowledged
    // A number that no lane has of which the log holds anything, nor had since it was opened.
    LaneId make_lane();
    // Whether that many more bytes of payload would be too much for the lane or a segment, and
    // what append() fails with since a failed write. What else is full, only append() finds.
    Result<> has_room(LaneId lane, std::size_t payload_bytes) const;

    // The lane needs no record up to this one any more. In memory; see save_cursors.
    void acknowledge(LaneId lane, Sequence up_to);
    // The lane needs nothing any more; what is being appended for it is dropped, too.
    void remove_lane(LaneId lane);
    Result<> save_cursors();

    std::vector<LaneStatus> lanes() const;  // those with records
    std::size_t segments() const;           // files in use, spare ones included

  private:
    struct State;
    explicit DeliveryLog(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace openwmi::log
