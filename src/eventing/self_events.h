#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "base/executor.h"
#include "base/published.h"
#include "eventing/event.h"
#include "eventing/ports.h"

namespace openwmi::eventing {

class Routing;

// Where the classes of the service's own events live (DIA-017).
const cim::NamespacePath& self_event_namespace();
// Is it of MSFT_WmiSelfEvent or below, or an aggregate of such events?
bool is_self_event(const cim::Instance& event);
// Why nobody ever raises events of this class below MSFT_WmiSelfEvent; empty: the service does.
std::string why_never_raised(const cim::Class& self_event);

// The service's own troubleshooting events (MSFT_WmiSelfEvent): whoever has something to tell tells
// it here, and it becomes an event like any other in root\cimv2. What nobody asks for costs a few
// look-ups. An event is stamped when it is told and raised on a strand, in the order of telling, so
// that the teller may hold locks and waits for no consumer. What a thread does while it delivers
// such an event is not told: events about the delivery of events would never end. Thread-safe.
class SelfEvents : public std::enable_shared_from_this<SelfEvents> {
  public:
    using Properties = std::vector<std::pair<const char*, cim::Value>>;

    struct Options {
        base::Executor* executor = nullptr;
        const Catalog* catalog = nullptr;
        std::shared_ptr<base::Published<Routing>> routing;
        // As Engine::Options::hold; never empty.
        std::function<std::shared_ptr<void>()> hold;
        // Makes an event of it, as of now.
        std::function<EventPtr(const cim::InstancePtr&)> stamp;
        // Gives it to those who want it; called without locks.
        std::function<void(const EventPtr&)> raise;
        // Counts an event that came when too many waited to be raised.
        std::function<void()> refuse;
    };
    explicit SelfEvents(Options options);

    // The class, when anybody would look at an event of it that was told now; else null.
    cim::ClassPtr find_wanted(const cim::Name& class_name) const;
    // What the class has no place for is left out: somebody may have compiled another definition.
    void tell(const cim::ClassPtr& cls, Properties properties);

    // `describe` gives the properties; it is called when anybody wants them.
    template <class Describe>
    void tell(const cim::Name& class_name, const Describe& describe) {
        if (const auto cls = find_wanted(class_name)) tell(cls, describe());
    }

  private:
    const Options options_;
    std::atomic<std::size_t> waiting_{0};
    base::Strand strand_;
};

// Whether this thread delivers an event of the service's own, or one that came of such a delivery.
bool delivers_self_event();

// Says so, for as long as it lives. Confined to its thread.
class SelfEventDelivery {
  public:
    SelfEventDelivery();
    ~SelfEventDelivery();
    SelfEventDelivery(const SelfEventDelivery&) = delete;
    SelfEventDelivery& operator=(const SelfEventDelivery&) = delete;
};

}  // namespace openwmi::eventing
