#pragma once

#include <wbemprov.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/executor.h"
#include "com/ptr.h"
#include "plugin/event_batch.h"
#include "plugin/load_request.h"
#include "provider/provider.h"
#include "wql/query.h"

namespace openwmi::plugin {

// What became of the objects that a provider handed to its event sinks.
struct SinkCounters {
    std::uint64_t raised = 0;    // passed on
    std::uint64_t unwanted = 0;  // nobody looks at them, or a restricted sink let them not pass
    std::uint64_t refused = 0;  // calls that failed: bad arguments, no events, the service refused;
                                // of a batch each event that was refused
    std::uint64_t late = 0;     // calls after the sinks were closed, and events held till then
};

// Queries of a restricted sink: an event passes when it meets one of them, and what the sink it was
// made from asks (COM-103). Immutable.
struct Restriction {
    std::vector<wql::BoundQuery> queries;
    std::shared_ptr<const Restriction> outer;  // null: none

    bool passes(const cim::Instance& event) const;
};

// Where the events of one provider leave, shared by all its sinks. A stranger may hold a sink for
// ever: after close() its calls fail with ShuttingDown and reach nobody. Thread-safe; owned by a
// shared_ptr.
class EventOutlet : public std::enable_shared_from_this<EventOutlet> {
  public:
    // On the executor batches are sent whose time is over; it may block in consumers.
    EventOutlet(std::string provider, std::shared_ptr<provider::EventSink> target,
                SchemaSource schema, base::Executor& executor);

    // What one sink holds back; close() sends it.
    std::shared_ptr<EventBatch> make_batch();
    Result<> indicate(LONG count, IWbemClassObject** objects, const Restriction* restriction,
                      EventBatch& batch);
    // The provider's AccessCheck says something else now; after close() nobody cares.
    void access_changed() const;
    // S_OK when somebody waits for what the restriction lets pass; an unrestricted sink is always
    // active (COM-105).
    Result<Status> is_active(const Restriction* restriction) const;
    // Fails with what the parser and binder report, InvalidQuery for aggregations, QuotaViolation.
    Result<std::shared_ptr<const Restriction>> restrict(std::span<const std::string> queries,
                                                        std::shared_ptr<const Restriction> outer);
    // Sends on what the sinks hold; waits for `patience` at most for what another thread is
    // sending.
    void flush(base::Duration patience);
    // What the sinks hold goes on as with flush(), for a few seconds at most: it waits for
    // consumers, which may block for ever, and then a provider would never be released. The rest is
    // late.
    void close();

    const std::string& provider() const { return provider_; }
    SinkCounters counters() const;

  private:
    Result<std::shared_ptr<provider::EventSink>> target() const;
    void drop_unwanted(const provider::EventSink& target, std::vector<cim::InstancePtr>& events,
                       const Restriction* restriction);
    Result<> raise(provider::EventSink& target, std::span<const cim::InstancePtr> events);
    Result<> hold(std::vector<cim::InstancePtr> events, EventBatch& batch);
    Result<> send(const cim::InstancePtr& event);

    const std::string provider_;
    const SchemaSource schema_;
    base::Executor& executor_;
    mutable std::mutex mutex_;
    std::shared_ptr<provider::EventSink> target_;  // null once closed
    std::vector<std::weak_ptr<EventBatch>> batches_;
    std::atomic<std::uint64_t> raised_{0};
    std::atomic<std::uint64_t> unwanted_{0};
    std::atomic<std::uint64_t> refused_{0};
    std::atomic<std::uint64_t> late_{0};
};

// The sink that ProvideEvents gets (COM-100 to 108). Thread-safe.
com::Ptr<IWbemEventSink> make_event_sink(std::shared_ptr<EventOutlet> outlet,
                                         std::shared_ptr<const Restriction> restriction = nullptr);

}  // namespace openwmi::plugin
