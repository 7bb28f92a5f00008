#pragma once

#include <wbemprov.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/executor.h"
#include "cim/object_path.h"
#include "com/ptr.h"
#include "plugin/answers.h"
#include "plugin/event_sink.h"
#include "plugin/load_request.h"
#include "plugin/refresher.h"
#include "provider/provider.h"

namespace openwmi::plugin {

// A stranger's provider that is loaded and initialised. The destructor closes its sinks (calls in
// flight elsewhere may still end, later ones are refused), tells it through IWbemShutdown if it
// listens, and releases it; its library stays loaded. What it does not implement fails with
// ProviderNotCapable, what it throws with ProviderFailure. Calls take as long as the provider does.
// Thread-safe if the stranger's object is, as those of an event provider must be (PRV-037).
class Provider final : public provider::Provider {
  public:
    // Loads the library in this process, initialises (COM-124 to 132) on the executor, which must
    // not be one that the caller's thread belongs to, and finds the primary interfaces. Fails as
    // Initialization::run does.
    static Result<std::unique_ptr<Provider>> load(LoadRequest request,
                                                  base::Executor& initialization);
    ~Provider() override;
    Provider(const Provider&) = delete;
    Provider& operator=(const Provider&) = delete;

    const std::string& name() const { return name_; }

    // Once; a second call fails with InvalidOperation.
    Result<> provide_events(std::shared_ptr<provider::EventSink> sink) override;
    void flush_events(base::Duration patience) override;
    Result<> new_query(std::uint32_t id, std::string_view query) override;
    Result<> cancel_query(std::uint32_t id) override;
    bool checks_access() const override { return interfaces_.security != nullptr; }
    Result<> check_access(std::string_view query, std::string_view creator) override;

    // ProviderFailure when it claims success and gives nothing.
    Result<std::shared_ptr<provider::Consumer>> find_consumer(
        const cim::InstancePtr& logical) override;

    Result<> get_instance(const cim::ObjectPath& path, provider::Call call) override;
    Result<> enumerate(const cim::Name& class_name, provider::Call call) override;
    Result<> put_instance(const cim::InstancePtr& instance, provider::PutMode mode,
                          provider::Call call) override;
    Result<> delete_instance(const cim::ObjectPath& path, provider::Call call) override;
    Result<> exec_query(std::string_view query, provider::Call call) override;
    Result<> exec_method(const cim::ObjectPath& path, const cim::Name& method,
                         const cim::InstancePtr& in, provider::Call call) override;

    Result<> get_class(const cim::Name& name, provider::Call call) override;
    Result<> enumerate_classes(const cim::Name& superclass, provider::ClassDepth depth,
                               provider::Call call) override;
    Result<> put_class(const cim::ClassPtr& cls, provider::Call call) override;
    Result<> delete_class(const cim::Name& name, provider::Call call) override;

    Result<std::optional<cim::Value>> get_property(const provider::PropertyAddress& address,
                                                   cim::Type type) override;
    Result<> put_property(const provider::PropertyAddress& address, const cim::Value& value,
                          cim::Type type) override;

    Result<> query_instances(const cim::Name& class_name, provider::Call call) override;
    Result<std::vector<cim::InstancePtr>> get_objects(const std::vector<cim::InstancePtr>& keys,
                                                      const cim::CallContextPtr& sent) override;
    Result<std::unique_ptr<provider::Refresher>> create_refresher() override;

    // What went through its event sinks so far.
    SinkCounters sink_counters() const;

  private:
    struct Interfaces {
        com::Ptr<IWbemEventProvider> events;
        com::Ptr<IWbemEventProviderQuerySink> queries;
        com::Ptr<IWbemEventProviderSecurity> security;
        com::Ptr<IWbemEventConsumerProvider> consumers;
        com::Ptr<IWbemServices> instances;
        com::Ptr<IWbemPropertyProvider> properties;
        com::Ptr<IWbemHiPerfProvider> high_performance;
        com::Ptr<IWbemShutdown> shutdown;
    };
    using Start = std::function<HRESULT(IWbemContext*, IWbemObjectSink*)>;
    using StartServices = std::function<HRESULT(IWbemServices&, IWbemContext*, IWbemObjectSink*)>;

    Provider(LoadRequest request, base::Executor& calls, Interfaces interfaces);
    static Interfaces primary_interfaces(const com::Ptr<IWbemProviderInit>& object);
    std::string what(std::string_view method) const;
    tl::unexpected<Error> not_capable(std::string_view interface_name) const;
    Result<> ask(std::string_view method, provider::Call call, const StartServices& start);
    Result<> begin(std::string_view method, provider::Call call, const Start& start);
    HighPerformanceProvider high_performance() const;
    void remember(const std::shared_ptr<Answers>& answers);

    const std::string name_;
    const SchemaSource schema_;
    base::Executor& calls_;
    com::Ptr<IWbemServices> services_;  // its way into the service
    Interfaces interfaces_;
    mutable std::mutex mutex_;
    std::shared_ptr<EventOutlet> outlet_;             // null until provide_events
    std::vector<std::weak_ptr<Answers>> unanswered_;  // with those that are answered by now
};

}  // namespace openwmi::plugin
