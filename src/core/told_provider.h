#pragma once

#include <atomic>
#include <memory>

#include "core/provider_events.h"
#include "provider/provider.h"

namespace openwmi::core {

// A provider whose calls are counted and told of: passes each of them on. Whatever is added to
// provider::Provider is passed on here. Thread-safe.
class ToldProvider final : public provider::Provider {
  public:
    ToldProvider(std::shared_ptr<provider::Provider> provider,
                 std::shared_ptr<const ProviderEvents> events)
        : provider_(std::move(provider)), events_(std::move(events)) {}
    ~ToldProvider() override;

    Result<> provide_events(std::shared_ptr<provider::EventSink> sink) override;
    void flush_events(base::Duration patience) override { provider_->flush_events(patience); }
    Result<> new_query(std::uint32_t id, std::string_view query) override;
    Result<> cancel_query(std::uint32_t id) override;
    bool checks_access() const override { return provider_->checks_access(); }
    Result<> check_access(std::string_view query, std::string_view creator) override;

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

  private:
    template <class Describe, class Make>
    Result<> follow(ProviderOperation operation, const Describe& describe, const Make& make);
    template <class Describe, class Start>
    Result<> follow(ProviderOperation operation, provider::Call call, const Describe& describe,
                    const Start& start);

    std::shared_ptr<provider::Provider> provider_;
    const std::shared_ptr<const ProviderEvents> events_;
    std::atomic<bool> serves_consumers_{false};
};

// Has another one bring providers to life, and makes told ones of them: the one place that all
// calls to all providers pass. Thread-safe.
class ToldLoader final : public provider::ProviderLoader {
  public:
    ToldLoader(provider::ProviderLoader& loader, std::shared_ptr<ProviderCounts> counts)
        : loader_(loader), counts_(std::move(counts)) {}
    // Whom to tell. To be called before the first load.
    void set_self_events(std::weak_ptr<eventing::SelfEvents> self_events) {
        self_events_ = std::move(self_events);
    }

    Result<std::shared_ptr<provider::Provider>> load(
        const provider::ProviderRegistration& registration,
        const provider::ProviderScope& scope) override;

  private:
    provider::ProviderLoader& loader_;
    const std::shared_ptr<ProviderCounts> counts_;
    std::weak_ptr<eventing::SelfEvents> self_events_;
};

}  // namespace openwmi::core
