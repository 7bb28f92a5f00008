#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "base/result.h"

namespace openwmi::eventing {

// Where an event was lost, and why. The numbers are those of the file.
enum class DropCause {
    Unknown,        // counted by an earlier release
    QueueFull,      // MaximumQueueSize of the consumer
    TimerSkipped,   // the timer's last event still waited (SkipIfPassed)
    Gone,           // binding or consumer were deleted while it waited
    Stopped,        // the service stopped before it was its turn
    TooDeep,        // raised from within too many deliveries
    TooManyGroups,  // the query groups by too many values
    LogFull,        // Guaranteed, but the log took no more and there was no raiser to refuse
};
inline constexpr std::size_t drop_causes = 8;
std::string_view to_text(DropCause cause);

// What happened to the events of one binding, since it was made. Of each it is known what became of
// it: matched + repeated = delivered + observed + failed + dropped + dead_lettered + refused +
// lost_at_crash + those that wait now.
struct Counters {
    std::uint64_t matched = 0;        // the filter was TRUE
    std::uint64_t delivered = 0;      // the consumer took it
    std::uint64_t observed = 0;       // the consumer only said what it would do
    std::uint64_t failed = 0;         // the consumer or its provider refused it for good
    std::uint64_t dropped = 0;        // it never got there; the sum of `drops`
    std::uint64_t repeated = 0;       // Guaranteed: comes once more, after a crash or by request
    std::uint64_t retried = 0;        // Guaranteed: attempts that failed; no event is lost by them
    std::uint64_t dead_lettered = 0;  // Guaranteed: given up, kept as a dead letter
    std::uint64_t refused = 0;        // Guaranteed: its raiser was told that the log takes no more
    std::uint64_t lost_at_crash = 0;  // was under way when the service was killed
    std::array<std::uint64_t, drop_causes> drops{};
};

// The counters of all bindings, in a file that is mapped shared: an increment is on its way to the
// file the moment it is made and survives a kill of the process. Format: docs/formats/counters.md.
// Thread-safe.
class CounterTable {
  public:
    enum class Field {
        Matched,
        Delivered,
        Failed,
        Repeated,
        Retried,
        DeadLettered,
        Refused,
        LostAtCrash,
        Observed,
    };

    // An empty path: anonymous memory. A damaged file is set aside (renamed) and counting starts
    // anew; `notice` then says so. One of the format before is written anew. Whoever opens a file
    // ignores SIGXFSZ. Fails with OutOfDiskSpace.
    static Result<std::unique_ptr<CounterTable>> open(const std::filesystem::path& file,
                                                      std::string* notice);
    ~CounterTable();

    // Where to count for one binding. Holds the memory, so it may outlive the table; an empty one
    // counts nothing.
    class Slot {
      public:
        void add(Field field, std::uint64_t by = 1);
        void drop(DropCause cause, std::uint64_t by = 1);
        // Of what was matched, how many events are not accounted for: those that wait; before the
        // first event of this process, those that earlier ones left. Negative: too much is.
        std::int64_t open() const;
        // `left` events were open when this process began, `waiting` of them will still be
        // delivered. The others were lost at a crash; what is there beyond it comes once more.
        void settle(std::int64_t left, std::uint64_t waiting);
        Counters read() const;

      private:
        friend class CounterTable;
        std::shared_ptr<void> record_;
    };
    // The slot of a binding's path; made on first use. Fails: OutOfDiskSpace, QuotaViolation
    // (65,536 bindings were made since the file was opened).
    Result<Slot> slot(std::string_view binding);
    // The binding is gone. Its slot is not used again before the file is opened anew, because
    // deliveries in progress still count there.
    void free(std::string_view binding);

  private:
    struct State;
    explicit CounterTable(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
};

}  // namespace openwmi::eventing
