#pragma once

#include <wbemprov.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/executor.h"
#include "cim/object_path.h"
#include "com/ptr.h"
#include "plugin/answers.h"
#include "plugin/event_sink.h"
#include "plugin/load_request.h"
#include "plugin/ports.h"

namespace openwmi::plugin {

// A stranger's provider that is loaded and initialised. The destructor closes its sinks (calls in
// flight elsewhere may still end, later ones are refused), tells it through IWbemShutdown if it
// listens, and releases it; its library stays loaded. What it does not implement fails with
// ProviderNotCapable, what it throws with ProviderFailure. Calls take as long as the provider does.
// Thread-safe if the stranger's object is, as those of an event provider must be (PRV-037).
class Provider {
  public:
    // Loads the library in this process, initialises (COM-124 to 132) on the executor, which must
    // not be one that the caller's thread belongs to, and finds the primary interfaces. Fails as
    // Initialization::run does.
    static Result<std::unique_ptr<Provider>> load(LoadRequest request,
                                                  base::Executor& initialization);
    ~Provider();
    Provider(const Provider&) = delete;
    Provider& operator=(const Provider&) = delete;

    const std::string& name() const { return name_; }

    // Once; a second call fails with InvalidOperation.
    Result<> provide_events(std::shared_ptr<EventSink> sink);
    Result<> new_query(std::uint32_t id, std::string_view query);
    Result<> cancel_query(std::uint32_t id);

    // ProviderFailure when it claims success and gives nothing.
    Result<std::shared_ptr<Consumer>> find_consumer(const cim::InstancePtr& logical);

    // Start, and complete through the sink. When they fail, the sink is not told.
    Result<> get_instance(const cim::ObjectPath& path, std::shared_ptr<ObjectSink> sink);
    Result<> enumerate(const cim::Name& class_name, std::shared_ptr<ObjectSink> sink);
    Result<> put_instance(const cim::InstancePtr& instance, std::shared_ptr<ObjectSink> sink);
    Result<> delete_instance(const cim::ObjectPath& path, std::shared_ptr<ObjectSink> sink);

    // What went through its event sinks so far.
    SinkCounters sink_counters() const;

  private:
    struct Interfaces {
        com::Ptr<IWbemEventProvider> events;
        com::Ptr<IWbemEventProviderQuerySink> queries;
        com::Ptr<IWbemEventConsumerProvider> consumers;
        com::Ptr<IWbemServices> instances;
        com::Ptr<IWbemShutdown> shutdown;
    };
    using Start = std::function<HRESULT(IWbemServices&, IWbemContext*, IWbemObjectSink*)>;

    Provider(std::string name, SchemaSource schema, Interfaces interfaces);
    static Interfaces primary_interfaces(const com::Ptr<IWbemProviderInit>& object);
    std::string what(std::string_view method) const;
    tl::unexpected<Error> not_capable(std::string_view interface_name) const;
    Result<> ask(std::string_view method, std::shared_ptr<ObjectSink> sink, const Start& start);
    void remember(const std::shared_ptr<Answers>& answers);

    const std::string name_;
    const SchemaSource schema_;
    Interfaces interfaces_;
    mutable std::mutex mutex_;
    std::shared_ptr<EventOutlet> outlet_;             // null until provide_events
    std::vector<std::weak_ptr<Answers>> unanswered_;  // with those that are answered by now
};

}  // namespace openwmi::plugin
