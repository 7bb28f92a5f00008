#pragma once

#include <functional>
#include <memory>
#include <span>

#include "base/result.h"
#include "cim/instance.h"
#include "cim/schema.h"

// What a loaded provider talks to: the service, or the service's end in a host process, implements
// these.
namespace openwmi::plugin {

// Takes the events of a provider, on the provider's thread. Thread-safe.
class EventSink {
  public:
    virtual ~EventSink() = default;
    virtual Result<> raise(std::span<const cim::InstancePtr> events) = 0;
    // Would anybody look at an event of exactly this class?
    virtual bool wanted(const cim::Class& event_class) const = 0;
};

// Takes the answers of a provider, on any thread but one call at a time; complete() is the last.
class ObjectSink {
  public:
    virtual ~ObjectSink() = default;
    virtual void indicate(std::span<const cim::ObjectPtr> objects) = 0;
    virtual void complete(Result<> outcome) = 0;
};

// A physical consumer. May outlive the provider that found it (COM-119). Thread-safe if the
// stranger's is.
class Consumer {
  public:
    virtual ~Consumer() = default;
    virtual Result<> consume(const cim::InstancePtr& logical,
                             std::span<const cim::InstancePtr> events) = 0;
};

// The classes of the provider's namespace as they are now; null when there is no service any more.
using SchemaSource = std::function<std::shared_ptr<const cim::Schema>()>;

}  // namespace openwmi::plugin
