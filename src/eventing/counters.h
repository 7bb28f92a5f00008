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
    // anew; `notice` then says so. Fails with OutOfDiskSpace.
    static Result<std::unique_ptr<CounterTable>> open(const std::filesystem::path& file,
                                                      std::string* notice);
    ~CounterTable();

    // The slot of a binding's path; made on first use. Slots of deleted bindings are freed.
    class Slot {
      public:
        void add(Field field, std::uint64_t by = 1);
        Counters read() const;

      private:
        friend class CounterTable;
        void* record_ = nullptr;
    };
    Result<Slot> slot(std::string_view binding);
    void free(std::string_view binding);

  private:
    struct State;
    explicit CounterTable(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace openwmi::eventing
