#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "eventing/event.h"

namespace openwmi::eventing {

// What became of one event on its way to one consumer. Value.
struct HistoryEntry {
    enum class Outcome { Delivered, Observed, Failed, Dropped, WillRetry, DeadLettered };
    base::WallTime time;
    std::string binding;  // object paths
    std::string filter;
    std::string consumer;
    std::string event_class;
    std::uint64_t event = 0;  // its id
    Outcome outcome = Outcome::Delivered;
    Status status = Status::Ok;  // the HRESULT, unless it was delivered
    std::string reason;          // the same, for people
    std::string would_do;        // what the consumer said, when it was observed
    unsigned attempt = 1;
    base::Duration duration{};  // of the call to the consumer; its batch shares it
};
std::string_view to_text(HistoryEntry::Outcome outcome);

// The last deliveries, of all bindings and qualities of service. In memory: a restart forgets them.
// Thread-safe.
class History {
  public:
    explicit History(std::size_t most = 4096) : most_(most) {}

    void add(HistoryEntry entry);
    // The newest `limit` entries, oldest first, whose binding's, filter's or consumer's path
    // contains the text, in any case; empty: all.
    std::vector<HistoryEntry> find(std::string_view text, std::size_t limit) const;

  private:
    const std::size_t most_;
    mutable std::mutex mutex_;
    std::deque<HistoryEntry> entries_;
};

}  // namespace openwmi::eventing
