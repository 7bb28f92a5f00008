#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "base/result.h"

namespace openwmi::eventing {

// What happened to the events of one binding, since it was made.
struct Counters {
    std::uint64_t matched = 0;    // the filter was TRUE
    std::uint64_t delivered = 0;  // the consumer took it
    std::uint64_t failed = 0;     // the consumer or its provider refused it
    std::uint64_t dropped = 0;    // it never got there: queue full, stopped, binding deleted
};

// The counters of all bindings, in a file that is mapped shared: an increment is on its way to the
// file the moment it is made and survives a kill of the process. Format: docs/formats/counters.md.
// Thread-safe.
class CounterTable {
  public:
    enum class Field { Matched, Delivered, Failed, Dropped };

    // An empty path: anonymous memory. A damaged file is set aside (renamed) and counting starts
    // anew; `notice` then says so. Whoever opens a file ignores SIGXFSZ. Fails with OutOfDiskSpace.
    static Result<std::unique_ptr<CounterTable>> open(const std::filesystem::path& file,
                                                      std::string* notice);
    ~CounterTable();

    // Where to count for one binding. Holds the memory, so it may outlive the table; an empty one
    // counts nothing.
    class Slot {
      public:
        void add(Field field, std::uint64_t by = 1);
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
