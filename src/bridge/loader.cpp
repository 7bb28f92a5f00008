#include "bridge/loader.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/fold.h"
#include "bridge/services.h"
#include "com/guid.h"
#include "plugin/provider.h"

namespace openwmi::bridge {
namespace {

// plugin's ports over provider's.
class Events final : public plugin::EventSink {
  public:
    explicit Events(std::shared_ptr<provider::EventSink> sink) : sink_(std::move(sink)) {}
    Result<> raise(std::span<const cim::InstancePtr> events) override {
        return sink_->raise(events);
    }
    bool wanted(const cim::Class& event_class) const override { return sink_->wanted(event_class); }

  private:
    const std::shared_ptr<provider::EventSink> sink_;
};

class Answers final : public plugin::ObjectSink {
  public:
    explicit Answers(std::shared_ptr<provider::ObjectSink> sink) : sink_(std::move(sink)) {}
    void indicate(std::span<const cim::ObjectPtr> objects) override { sink_->indicate(objects); }
    void complete(Result<> outcome) override { sink_->complete(std::move(outcome)); }

  private:
    const std::shared_ptr<provider::ObjectSink> sink_;
};

class Consumer final : public provider::Consumer {
  public:
    explicit Consumer(std::shared_ptr<plugin::Consumer> consumer)
        : consumer_(std::move(consumer)) {}
    Result<> consume(const cim::InstancePtr& logical,
                     std::span<const cim::InstancePtr> events) override {
        return consumer_->consume(logical, events);
    }

  private:
    const std::shared_ptr<plugin::Consumer> consumer_;
};

// A plug-in as the registry sees it. Thread-safe as the plug-in is.
class LoadedProvider final : public provider::Provider {
  public:
    explicit LoadedProvider(std::unique_ptr<plugin::Provider> plugin)
        : plugin_(std::move(plugin)) {}

    Result<> provide_events(std::shared_ptr<provider::EventSink> sink) override {
        return plugin_->provide_events(std::make_shared<Events>(std::move(sink)));
    }
    Result<> new_query(std::uint32_t id, std::string_view query) override {
        return plugin_->new_query(id, query);
    }
    Result<> cancel_query(std::uint32_t id) override { return plugin_->cancel_query(id); }
    Result<std::shared_ptr<provider::Consumer>> find_consumer(
        const cim::InstancePtr& logical) override {
        return std::make_shared<Consumer>(WMI_TRY(plugin_->find_consumer(logical)));
    }
    Result<> get_instance(const cim::ObjectPath& path,
                          std::shared_ptr<provider::ObjectSink> sink) override {
        return plugin_->get_instance(path, answers(std::move(sink)));
    }
    Result<> enumerate(const cim::Name& class_name,
                       std::shared_ptr<provider::ObjectSink> sink) override {
        return plugin_->enumerate(class_name, answers(std::move(sink)));
    }
    Result<> put_instance(const cim::InstancePtr& instance,
                          std::shared_ptr<provider::ObjectSink> sink) override {
        return plugin_->put_instance(instance, answers(std::move(sink)));
    }
    Result<> delete_instance(const cim::ObjectPath& path,
                             std::shared_ptr<provider::ObjectSink> sink) override {
        return plugin_->delete_instance(path, answers(std::move(sink)));
    }

  private:
    static std::shared_ptr<plugin::ObjectSink> answers(std::shared_ptr<provider::ObjectSink> sink) {
        return std::make_shared<Answers>(std::move(sink));
    }

    const std::unique_ptr<plugin::Provider> plugin_;
};

bool is_decoupled(std::string_view hosting_model) {
    return base::fold_equal(hosting_model.substr(0, hosting_model.find(':')), "Decoupled");
}

// Whether another __Win32Provider of the namespace has the same CLSID (COM-132).
Result<bool> has_twin(const provider::ProviderRegistration& registration, core::Session& session,
                      base::Executor& executor) {
    const auto all = WMI_TRY(core::wait_for(executor, [&](core::SinkPtr sink) {
        session.enumerate_instances("__Win32Provider", core::Depth::Deep, std::move(sink));
    }));
    const auto same = std::ranges::count_if(all.objects, [&](const cim::ObjectPtr& object) {
        const auto clsid = object->as_instance()->find("CLSID").value_or(cim::Value());
        const auto* text = clsid.get_if<std::string>();
        return text && base::Guid::parse(*text) == registration.clsid;
    });
    return same > 1;
}

}  // namespace

Result<std::shared_ptr<provider::Provider>> Loader::load(
    const provider::ProviderRegistration& registration, const cim::NamespacePath& ns) {
    if (is_decoupled(registration.hosting_model)) {
        return fail(Status::NotSupported,
                    "the HostingModel of provider '{}' is '{}': decoupled providers are not served "
                    "in this release",
                    registration.name, registration.hosting_model);
    }
    core::Service* service = service_;
    if (!service) return fail(Status::NotAvailable, "no service is attached to the loader");
    const auto session = WMI_TRY(service->open_session(security::Identity::of_service(), ns));
    plugin::LoadRequest request;
    request.clsid = com::to_guid(registration.clsid);
    request.name = registration.name;
    request.name_space = ns.text();
    request.services =
        make_services({.session = session, .executor = &service->executor(), .calls = &calls_});
    request.schema = [session] { return session->schema(); };
    if (WMI_TRY(has_twin(registration, *session, service->executor()))) {
        request.registration = registration.instance;
    }
    return std::make_shared<LoadedProvider>(
        WMI_TRY(plugin::Provider::load(std::move(request), initialization_)));
}

}  // namespace openwmi::bridge
