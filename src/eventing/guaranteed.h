#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/executor.h"
#include "base/result.h"
#include "eventing/consumer_queue.h"
#include "eventing/dead_letters.h"
#include "eventing/log_opener.h"
#include "eventing/ports.h"
#include "eventing/retry.h"

namespace openwmi::eventing {

// DeliveryQoS 2 (decision 10): keeps the events of Guaranteed bindings in the log, a lane each,
// until their consumers have taken them. Of a binding it knows the lane and the consumer, whose
// Backlog does the delivering. Owned by the service. Thread-safe.
class Guaranteed : public std::enable_shared_from_this<Guaranteed> {
  public:
    struct Options {
        base::Executor* executor = nullptr;
        const Catalog* catalog = nullptr;
        LogOpener open_log;
        LogOpener open_letters;
        Outbox* outbox = nullptr;  // null: nothing is committed with changes
        RetryPolicy retry;
        std::uint64_t seed = 1;  // of the jitter
        // As Engine::Options::hold; may be empty.
        std::function<std::shared_ptr<void>()> hold;
        Observer* observer = nullptr;  // may be null
    };
    explicit Guaranteed(Options options);

    // Reads what earlier lives of the service promised, and moves what they committed into the log.
    // A log that cannot be opened is left as it is: trouble() says why.
    void start();
    // Bindings that are gone leave nothing behind; called once all that exist were claimed.
    void drop_unclaimed(const std::function<bool(const std::string& binding)>& is_gone);
    // What was acknowledged is on the disk when it returns, and the logs are let go of.
    void stop();

    // The binding exists; its counters are settled, at once or as soon as the log can be read.
    void claim(const std::shared_ptr<BindingLink>& binding);
    // Its events go to that consumer.
    void connect(const std::shared_ptr<BindingLink>& binding,
                 const std::shared_ptr<ConsumerQueue>& consumer);
    // The binding is gone, and what waits for it, counted; also after a crash. Blocks on the disk.
    void remove(BindingLink& binding);

    struct Promise {
        EventPtr event;
        std::shared_ptr<BindingLink> binding;
    };
    // All of them, or none, are on the disk when it returns. Fails: OutOfDiskSpace, QuotaViolation
    // (the log, or what a binding may hold of it, is full), and as opening the log does.
    Result<> keep(std::span<const Promise> promises);
    // The promise as a message to be committed with a change; move_soon() once that has happened.
    // Fails where keep() would, as far as that is known.
    Result<std::vector<std::byte>> message(const Promise& promise);
    // Moves what was committed into the log, on the executor.
    void move_soon();

    // Was anything ever promised to it, as far as is known?
    bool has_lane(const BindingLink& binding) const;
    std::uint64_t waiting(const BindingLink& binding) const;
    // Why nothing can be promised at the moment; empty: it can.
    std::optional<Error> trouble() const;

    DeadLetters& letters() { return letters_; }
    // Delivers a dead letter once more, behind what waits. Fails: NotFound (the letter, or its
    // binding), and as keep().
    Result<> retry(std::uint64_t letter);

    // For backlogs.
    const Options& options() const { return options_; }
    LogPtr log_if_open() const;
    void acknowledge(log::LaneId lane, log::Sequence up_to);
    Result<> bury(const BindingLink& binding, log::LaneId lane, log::Sequence sequence,
                  const Error& why, unsigned attempts);
    base::Duration delay(unsigned failures);

  private:
    struct Lane {
        log::LaneId id{};                   // 0: nothing was promised yet
        std::shared_ptr<BindingLink> link;  // null: not claimed yet
        std::weak_ptr<ConsumerQueue> consumer;
    };
    struct Kept {
        log::LaneId lane{};
        std::shared_ptr<ConsumerQueue> consumer;  // null: not there
    };

    // A binding whose counters wait for the log.
    struct Unsettled {
        std::shared_ptr<BindingLink> binding;
        std::int64_t left = 0;
    };
    void settle(const Unsettled& each);
    void count_outbox();
    Result<LogPtr> open();
    void tell_of_trouble();
    Result<> read_lanes(log::DeliveryLog& log);
    Error refusal(const log::DeliveryLog& log, const Error& why);
    void drop(const Lane& lane);
    Kept lane_of(const std::string& key, log::DeliveryLog& log);
    void attach(Lane& lane, const std::shared_ptr<ConsumerQueue>& consumer);
    Result<bool> move_some();
    Result<> move(std::span<const Outbox::Message> messages, log::DeliveryLog& log);
    void move_all();
    void save_cursors();
    void save_cursors_soon();
    void post(base::Duration delay, void (Guaranteed::*what)());

    const Options options_;
    DeadLetters letters_;
    mutable std::mutex mutex_;
    LogPtr log_;
    std::optional<Error> trouble_;
    bool told_ = false;  // of it, to the observer
    base::SteadyTime open_again_ = base::SteadyTime::min();
    std::map<std::string, Lane> lanes_;               // by the folded path of the binding
    std::map<std::string, std::uint64_t> in_outbox_;  // of earlier lives, a binding
    std::vector<Unsettled> unsettled_;
    bool stopped_ = false;
    bool loaded_ = false;  // all bindings that exist were claimed
    std::atomic<std::uint64_t> jitter_;
    std::atomic<bool> saving_soon_{false};
    std::atomic<bool> dropped_{false};  // a lane whose end is not on the disk yet
    std::atomic<bool> moving_soon_{false};
    std::atomic<bool> moved_{true};  // nothing is left in the outbox that could not be moved
    std::mutex moving_;              // one at a time, so that the order stays
};

}  // namespace openwmi::eventing
