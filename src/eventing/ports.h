#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cim/instance.h"
#include "cim/namespace_path.h"
#include "cim/schema.h"
#include "eventing/event.h"
#include "match/filter.h"

// What eventing needs from the rest of the service; core implements these.
namespace openwmi::eventing {

// The repository as subscriptions see it. Thread-safe.
class Catalog {
  public:
    virtual ~Catalog() = default;
    virtual std::shared_ptr<const cim::Schema> schema(
        const cim::NamespacePath& ns) const = 0;  // null: none
    virtual Result<cim::InstancePtr> find_instance(const cim::NamespacePath& ns,
                                                   const cim::ObjectPath& path) const = 0;
    // The stored filters, bindings and consumers of a namespace (class and subclasses).
    virtual Result<std::vector<cim::InstancePtr>> instances(const cim::NamespacePath& ns,
                                                            const cim::Name& class_name) const = 0;
    virtual std::vector<cim::NamespacePath> namespaces() const = 0;
    // Did the administrator switch this filter off?
    virtual bool is_disabled(const cim::NamespacePath& ns, const cim::ObjectPath& filter) const = 0;
    // Does he want to see what this binding's consumer would do, and no more?
    virtual bool is_observed(const cim::NamespacePath& ns,
                             const cim::ObjectPath& binding) const = 0;
};

// Whoever handles the events of a logical consumer. consume() blocks as long as the consumer does;
// one call at a time a logical consumer. An error is a consumer failure (DLV-029).
class PhysicalConsumer {
  public:
    virtual ~PhysicalConsumer() = default;
    virtual Result<> consume(const cim::InstancePtr& logical, std::span<const EventPtr> events) = 0;
    // What it would do with the event, as the end of a sentence for people, without doing it.
    // Fails as consume() would.
    virtual Result<std::string> preview(const cim::InstancePtr& logical, const EventPtr& event) = 0;
};

// Finds physical consumers; loads their provider first where needed. Blocks as long as that takes.
class ConsumerFinder {
  public:
    virtual ~ConsumerFinder() = default;
    virtual Result<std::shared_ptr<PhysicalConsumer>> find_consumer(
        const cim::NamespacePath& ns, const cim::InstancePtr& logical) = 0;
};

// How the events of a filter come to be.
struct Coverage {
    enum class By { Repository, Provider, Engine, Poll, Nobody };
    By by = By::Nobody;
    std::string
        text;  // for people: "pushed by Linux Process Events", "no provider raises X and ..."
    std::string missing;  // why some of those who should raise them do not; makes it Degraded
};

// On whose behalf a filter is live. Value.
struct Subscriber {
    std::string user;              // SID
    bool is_administrator = true;  // or the service itself
    bool is_temporary = false;
};

// Reads the instances of classes that their providers keep. Thread-safe.
class InstanceReader {
  public:
    virtual ~InstanceReader() = default;
    struct Request {
        cim::NamespacePath name_space;
        cim::Name class_name;  // exactly this class
        std::uint64_t most_bytes = UINT64_MAX;
    };
    // Called once, on any thread, perhaps before read() returns. Fails with QuotaViolation beyond
    // most_bytes, and as the provider does.
    using Answer = std::function<void(Result<std::vector<cim::InstancePtr>>)>;
    virtual void read(const Request& request, Answer answer) = 0;
};

// Those who raise events: told which filters live, so that providers are loaded and left alone.
// Calls for different filters may come at the same time; the calls for one filter follow each
// other: activate, again when it failed or did not find everybody, and deactivate in the end.
class EventSources {
  public:
    virtual ~EventSources() = default;
    // Before it returns, whoever raises these events is up. An error leaves the filter broken, with
    // that reason.
    virtual Result<Coverage> activate(const match::Filter& filter, std::string_view query,
                                      const Subscriber& who) = 0;
    virtual void deactivate(match::FilterId filter) = 0;
    // Of a filter that is active: do all its sources still want it to have their events? Fails as
    // they say.
    virtual Result<> check_access(match::FilterId /*filter*/) { return {}; }
};

// When timers fire next, kept over restarts. Thread-safe.
class TimerStore {
  public:
    virtual ~TimerStore() = default;
    // What was saved last for the timer; empty: nothing.
    virtual std::optional<std::int64_t> next_firing(const cim::NamespacePath& ns,
                                                    const std::string& timer) const = 0;
    struct Entry {
        cim::NamespacePath name_space;
        std::string timer;                 // TimerId
        std::optional<std::int64_t> next;  // empty: forget the timer
    };
    // All or nothing; namespaces that are gone are passed over. Blocks on the disk.
    virtual Result<> save(std::span<const Entry> entries) = 0;
};

// Where the Guaranteed events of committed changes wait until they are in the log: what was posted
// with a commit is here, and nothing else. Thread-safe.
class Outbox {
  public:
    virtual ~Outbox() = default;
    struct Message {
        std::uint64_t id = 0;  // grows
        std::vector<std::byte> bytes;
    };
    // Oldest first, `limit` of them.
    virtual Result<std::vector<Message>> read(std::size_t limit) const = 0;
    // Drops the messages up to this one. Blocks on the disk.
    virtual Result<> forget(std::uint64_t up_to) = 0;
};

// Sees everything that happens to events. Called without locks, on the thread where it happened;
// must be quick.
class Observer {
  public:
    virtual ~Observer() = default;
    struct Delivery {
        const Event& event;
        std::string_view consumer;  // path
        std::string_view filter;    // path
        Result<> outcome;
        base::Duration duration;   // of the call, which may have carried other events as well
        bool synchronous = false;  // the raiser waited for it
    };
    virtual void on_matched(const Event&, std::string_view /*filter path*/) {}
    virtual void on_delivered(const Delivery&) {}
    struct Observation {
        const Event& event;
        std::string_view consumer;  // path
        std::string_view filter;    // path
        Result<std::string> would_do;
    };
    // The event of a binding that is only observed.
    virtual void on_observed(const Observation&) {}
    // A temporary subscriber was busy with these events for so long.
    virtual void on_received(std::string_view /*query*/, std::size_t /*events*/, base::Duration) {}
    virtual void on_dropped(const Event&, std::string_view /*consumer path*/,
                            const Error& /*why*/) {}
    virtual void on_state(std::string_view /*subscription part's path*/, std::string_view /*state*/,
                          std::string_view /*reason*/) {}
};

}  // namespace openwmi::eventing
