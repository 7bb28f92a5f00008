#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "base/executor.h"
#include "eventing/event.h"
#include "eventing/log_opener.h"
#include "log/delivery_log.h"

namespace openwmi::eventing {

class Guaranteed;
struct BindingLink;

// The Guaranteed events that one logical consumer has not taken yet: reads them from the log in
// their order and says when the next ones are due. Of its events at most one call is under way; who
// has the consumer's turn takes and settles. Owned by the consumer's queue. Thread-safe.
class Backlog {
  public:
    // One event for one call. Value.
    struct Due {
        log::LaneId lane{};
        log::Sequence sequence{};
        EventPtr event;  // null: it cannot be read, for this reason
        Error unreadable;
        std::shared_ptr<BindingLink> binding;
        unsigned attempt = 1;
    };
    enum class Fate { Delivered, WillRetry, DeadLettered, Gone };
    // How an attempt ended.
    enum class Reached { Yes, No };

    explicit Backlog(std::shared_ptr<Guaranteed> owner) : owner_(std::move(owner)) {}

    // A lane of the log leads here, until it is removed.
    void add(log::LaneId lane, std::shared_ptr<BindingLink> binding);
    void remove(log::LaneId lane);
    // An event that was just appended, so that it need not be read again; optional.
    void note(log::LaneId lane, log::Sequence sequence, EventPtr event);

    // The oldest events, in the order of the log: one, or `most` while the consumer lags behind;
    // none while they wait for another attempt.
    std::vector<Due> take(std::size_t most);
    // What became of those that were taken, all of them or the first few, in their order. A failure
    // of one call is one failure of each of its events. Gives the time until the next attempt;
    // zero: none is waited for.
    struct Settled {
        std::vector<Fate> fates;
        base::Duration wait{};
    };
    Settled settle(std::span<const Due> due, const Result<>& outcome, Reached reached);

    // The consumer may be back: what waits for another attempt is due now. True: something was.
    bool retry_now();
    bool is_due() const;

  private:
    struct Entry {
        log::Sequence sequence{};
        EventPtr event;  // null: still to be read
        unsigned attempts = 0;
        unsigned refusals = 0;  // attempts that reached the consumer
    };
    struct Lane {
        std::shared_ptr<BindingLink> binding;
        log::Sequence read{};     // up to which `ahead` has been filled
        std::deque<Entry> ahead;  // the oldest that are not acknowledged
        std::size_t taken = 0;    // of them, by take()
        std::map<log::Sequence, EventPtr> noted;
        std::size_t noted_bytes = 0;
    };

    static EventPtr take_noted(Lane& lane, log::Sequence sequence);
    static void fill(log::LaneId id, Lane& lane, const log::DeliveryLog& log);
    std::map<log::LaneId, Lane>::iterator next(const log::DeliveryLog& log);
    Result<> read(log::LaneId id, Entry& entry, const log::DeliveryLog& log) const;
    Entry* find(const Due& due);  // null: it is gone
    Fate settle(const Due& due, const Result<>& outcome, Reached reached);
    bool bury(const Due& due, const Error& why, unsigned attempts) const;
    bool is_empty(const log::DeliveryLog& log) const;
    base::Duration back_off();

    const std::shared_ptr<Guaranteed> owner_;
    mutable std::mutex mutex_;
    std::map<log::LaneId, Lane> lanes_;
    base::SteadyTime not_before_ = base::SteadyTime::min();
    unsigned failures_ = 0;  // calls in a row
    bool lagging_ = false;
    std::size_t alone_ = 0;  // events that come in calls of their own: their batch was refused
};

}  // namespace openwmi::eventing
