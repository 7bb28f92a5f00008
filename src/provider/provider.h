#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "cim/call_context.h"
#include "cim/class.h"
#include "cim/instance.h"
#include "cim/namespace_path.h"
#include "cim/object_path.h"
#include "provider/registration.h"

// Loaded providers as the rest of the service sees them; plugin implements these over COM.
namespace openwmi::provider {

// Takes the events of a provider, on the provider's thread. Fails as Engine::raise does.
class EventSink {
  public:
    virtual ~EventSink() = default;
    virtual Result<> raise(std::span<const cim::InstancePtr> events) = 0;
    // Would anybody look at an event of this class?
    virtual bool wanted(const cim::Class& event_class) const = 0;
};

// Takes the answers of a provider, on any thread but one call at a time; complete() is the last.
class ObjectSink {
  public:
    virtual ~ObjectSink() = default;
    virtual void indicate(std::span<const cim::ObjectPtr> objects) = 0;
    virtual void complete(Result<> outcome) = 0;
};

class Consumer {  // a physical consumer
  public:
    virtual ~Consumer() = default;
    virtual Result<> consume(const cim::InstancePtr& logical,
                             std::span<const cim::InstancePtr> events) = 0;
};

// One call to a provider: who waits for the answers, and what the client sent along.
struct Call {
    std::shared_ptr<ObjectSink> sink;
    cim::CallContextPtr context = nullptr;
};

enum class ClassDepth { Immediate, All };  // the classes right below, or all below

// One initialised provider for one namespace. Released by destruction. What a provider does not
// implement fails with ProviderNotCapable. Calls block as long as the provider does. Thread-safe.
class Provider {
  public:
    virtual ~Provider() = default;

    // Event providers. new_query may come before provide_events (OD-040).
    virtual Result<> provide_events(std::shared_ptr<EventSink> sink);
    virtual Result<> new_query(std::uint32_t id, std::string_view query);
    virtual Result<> cancel_query(std::uint32_t id);

    // Event consumer providers.
    virtual Result<std::shared_ptr<Consumer>> find_consumer(const cim::InstancePtr& logical);

    // Instance providers: start, and complete through the call's sink. When they fail, the sink is
    // not told.
    virtual Result<> get_instance(const cim::ObjectPath& path, Call call);
    virtual Result<> enumerate(const cim::Name& class_name, Call call);
    virtual Result<> put_instance(const cim::InstancePtr& instance, Call call);
    virtual Result<> delete_instance(const cim::ObjectPath& path, Call call);
    // WQL, of a provider that declares support for it (SYS-095).
    virtual Result<> exec_query(std::string_view query, Call call);

    // Method providers. `in` is the instance of __PARAMETERS with the in-parameters, null when the
    // method has none; what comes is the one with the out-parameters and ReturnValue, if any.
    virtual Result<> exec_method(const cim::ObjectPath& path, const cim::Name& method,
                                 const cim::InstancePtr& in, Call call);

    // Pull class providers (SYS-094, PRV-021). What is indicated are classes. An empty superclass:
    // from the top.
    virtual Result<> get_class(const cim::Name& name, Call call);
    virtual Result<> enumerate_classes(const cim::Name& superclass, ClassDepth depth, Call call);
    virtual Result<> put_class(const cim::ClassPtr& cls, Call call);
    virtual Result<> delete_class(const cim::Name& name, Call call);
};

// Brings providers to life: finds the library, initialises (COM-124 to 129). Fails:
// ProviderLoadFailure, InitializationFailure, ProviderTimedOut, InvalidProviderRegistration.
class ProviderLoader {
  public:
    virtual ~ProviderLoader() = default;
    virtual Result<std::shared_ptr<Provider>> load(const ProviderRegistration& registration,
                                                   const cim::NamespacePath& ns) = 0;
};

}  // namespace openwmi::provider
