#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
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
    // The provider would answer check_access otherwise now (OD-034). Returns at once.
    virtual void access_changed() {}
};

// How far a call is: so many of so many (COM-092).
struct Progress {
    std::uint16_t done = 0;
    std::uint16_t total = 0;
};

// Takes the answers of a provider, on any thread but one call at a time; complete() is the last.
class ObjectSink {
  public:
    virtual ~ObjectSink() = default;
    virtual void indicate(std::span<const cim::ObjectPtr> objects) = 0;
    virtual void progress(Progress) {}
    // What the provider itself says about the failure that complete() reports next: an instance of
    // __ExtendedStatus or of a class of his (COM-093).
    virtual void explain(const cim::InstancePtr&) {}
    virtual void complete(Result<> outcome) = 0;
};

class Consumer {  // a physical consumer
  public:
    virtual ~Consumer() = default;
    virtual Result<> consume(const cim::InstancePtr& logical,
                             std::span<const cim::InstancePtr> events) = 0;
    // What it would do with the event, as the end of a sentence, without doing it. Fails as
    // consume() would.
    virtual Result<std::string> preview(const cim::InstancePtr& logical,
                                        const cim::InstancePtr& event);
};

// One call to a provider: who waits for the answers, and what the client sent along.
struct Call {
    std::shared_ptr<ObjectSink> sink;
    cim::CallContextPtr context = nullptr;
};

enum class ClassDepth { Immediate, All };  // the classes right below, or all below
enum class PutMode { CreateOrUpdate, UpdateOnly, CreateOnly };

// Which property a property provider is asked for: the context qualifiers as they are written.
struct PropertyAddress {
    std::string locale;                           // MS_409; empty: none
    std::optional<std::string> class_context;     // ClassContext of the class
    std::optional<std::string> instance_context;  // InstanceContext of the instance
    std::optional<std::string> property_context;  // PropertyContext of the property
};

// What a high-performance provider keeps current for one client (COM-173); released with it.
// Thread-safe.
class Refresher {
  public:
    enum class Id : std::int32_t {};  // of an object or enumeration, the provider's own number

    virtual ~Refresher() = default;
    // `keys` is an instance in which the keys are set.
    virtual Result<Id> add_object(const cim::InstancePtr& keys,
                                  const cim::CallContextPtr& sent) = 0;
    virtual Result<Id> add_enumeration(const cim::Name& class_name,
                                       const cim::CallContextPtr& sent) = 0;
    // Fails with NotFound when there is no such number.
    virtual Result<> remove(Id id) = 0;
    // Brings everything up to date, at once.
    virtual Result<> refresh() = 0;
    // As of the last refresh: one of an object, any number of an enumeration.
    virtual Result<std::vector<cim::InstancePtr>> objects(Id id) const = 0;
};

// One initialised provider for one namespace. Released by destruction. What a provider does not
// implement fails with ProviderNotCapable. Calls block as long as the provider does. Thread-safe.
class Provider {
  public:
    virtual ~Provider() = default;

    // Event providers. new_query may come before provide_events (OD-040).
    virtual Result<> provide_events(std::shared_ptr<EventSink> sink);
    // Sends on the events that its sinks still hold (DLV-019); waits for `patience` at most for
    // what others are sending. What it cannot send, it counts.
    virtual void flush_events(base::Duration) {}
    virtual Result<> new_query(std::uint32_t id, std::string_view query);
    virtual Result<> cancel_query(std::uint32_t id);
    // Does it say who may have its events? And may this subscriber have those of the query
    // (COM-115, SEC-029)? `creator`: the bytes of a SID; empty: somebody who subscribes for the
    // moment.
    virtual bool checks_access() const { return false; }
    virtual Result<> check_access(std::string_view query, std::string_view creator);

    // Event consumer providers.
    virtual Result<std::shared_ptr<Consumer>> find_consumer(const cim::InstancePtr& logical);

    // Instance providers: start, and complete through the call's sink. When they fail, the sink is
    // not told.
    virtual Result<> get_instance(const cim::ObjectPath& path, Call call);
    virtual Result<> enumerate(const cim::Name& class_name, Call call);
    virtual Result<> put_instance(const cim::InstancePtr& instance, PutMode mode, Call call);
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

    // Property providers (COM-172). Empty: the provider has no value.
    virtual Result<std::optional<cim::Value>> get_property(const PropertyAddress& address,
                                                           cim::Type type);
    virtual Result<> put_property(const PropertyAddress& address, const cim::Value& value,
                                  cim::Type type);

    // High-performance providers (COM-173). query_instances starts and completes as enumerate does;
    // get_objects gives instances with these keys, in this order.
    virtual Result<> query_instances(const cim::Name& class_name, Call call);
    virtual Result<std::vector<cim::InstancePtr>> get_objects(
        const std::vector<cim::InstancePtr>& keys, const cim::CallContextPtr& sent);
    virtual Result<std::unique_ptr<Refresher>> create_refresher();
};

// For whom a provider is initialised: a provider has one initialisation a namespace, and if it asks
// for that, one a user and one a locale (SYS-084).
struct ProviderScope {
    cim::NamespacePath name_space;
    std::string user;    // empty: for all
    std::string locale;  // MS_409; empty: for all
};

// Brings providers to life: finds the library, initialises (COM-124 to 129). Fails:
// ProviderLoadFailure, InitializationFailure, ProviderTimedOut, InvalidProviderRegistration.
class ProviderLoader {
  public:
    virtual ~ProviderLoader() = default;
    virtual Result<std::shared_ptr<Provider>> load(const ProviderRegistration& registration,
                                                   const ProviderScope& scope) = 0;
};

}  // namespace openwmi::provider
