#include "plugin/provider.h"

#include <utility>

#include "com/bstr.h"
#include "plugin/consumer.h"
#include "plugin/initialization.h"
#include "plugin/properties.h"
#include "plugin/stranger.h"
#include "wbem/call_context.h"
#include "wbem/object.h"

namespace openwmi::plugin {
namespace {

LONG flags_of(provider::PutMode mode) {
    switch (mode) {
        case provider::PutMode::CreateOrUpdate: return WBEM_FLAG_CREATE_OR_UPDATE;
        case provider::PutMode::UpdateOnly: return WBEM_FLAG_UPDATE_ONLY;
        case provider::PutMode::CreateOnly: return WBEM_FLAG_CREATE_ONLY;
    }
    return WBEM_FLAG_CREATE_OR_UPDATE;
}

}  // namespace

Provider::Provider(LoadRequest request, base::Executor& calls, Interfaces interfaces)
    : name_(std::move(request.name)),
      schema_(std::move(request.schema)),
      calls_(calls),
      services_(std::move(request.services)),
      interfaces_(std::move(interfaces)) {}

// COM-129: the primary interfaces are asked for once it is initialised; then IWbemProviderInit
// goes.
Result<std::unique_ptr<Provider>> Provider::load(LoadRequest request,
                                                 base::Executor& initialization) {
    const auto coming_up = std::make_shared<Initialization>(request, initialization);
    const auto object = WMI_TRY(coming_up->run());
    auto& calls = request.calls ? *request.calls : initialization;
    return std::unique_ptr<Provider>(
        new Provider(std::move(request), calls, primary_interfaces(object)));
}

Provider::Interfaces Provider::primary_interfaces(const com::Ptr<IWbemProviderInit>& object) {
    return {.events = query_stranger<IWbemEventProvider>(object),
            .queries = query_stranger<IWbemEventProviderQuerySink>(object),
            .security = query_stranger<IWbemEventProviderSecurity>(object),
            .consumers = query_stranger<IWbemEventConsumerProvider>(object),
            .instances = query_stranger<IWbemServices>(object),
            .properties = query_stranger<IWbemPropertyProvider>(object),
            .high_performance = query_stranger<IWbemHiPerfProvider>(object),
            .shutdown = query_stranger<IWbemShutdown>(object)};
}

Provider::~Provider() {
    if (outlet_) outlet_->close();
    for (const auto& each : unanswered_) {
        if (const auto answers = each.lock()) {
            answers->finish(
                fail(Status::ShuttingDown, "{}: the provider was released", answers->what()));
        }
    }
    const com::Apartment apartment;
    if (interfaces_.shutdown) {
        // Whatever it says, it is released (COM-133).
        (void)call_stranger(what("Shutdown"),
                            [&] { return interfaces_.shutdown->Shutdown(0, 0, nullptr); });
    }
    interfaces_ = {};
    services_ = nullptr;
}

std::string Provider::what(std::string_view method) const {
    return fmt::format("provider '{}': {}", name_, method);
}

tl::unexpected<Error> Provider::not_capable(std::string_view interface_name) const {
    return fail(Status::ProviderNotCapable, "provider '{}' does not offer {}", name_,
                interface_name);
}

Result<> Provider::provide_events(std::shared_ptr<provider::EventSink> sink) {
    if (!interfaces_.events) return not_capable("IWbemEventProvider");
    const auto outlet = std::make_shared<EventOutlet>(name_, std::move(sink), schema_, calls_);
    {
        const std::lock_guard lock(mutex_);
        if (outlet_) {
            return fail(Status::InvalidOperation, "provider '{}' provides events already", name_);
        }
        outlet_ = outlet;
    }
    const auto com_sink = make_event_sink(outlet);
    const auto started = call_stranger(what("ProvideEvents"), [&] {
        return interfaces_.events->ProvideEvents(com_sink.get(), 0);
    });
    if (started) return {};
    outlet->close();
    const std::lock_guard lock(mutex_);
    outlet_ = nullptr;
    return fail(started.error());
}

void Provider::flush_events(base::Duration patience) {
    std::shared_ptr<EventOutlet> outlet;
    {
        const std::lock_guard lock(mutex_);
        outlet = outlet_;
    }
    if (outlet) outlet->flush(patience);
}

Result<> Provider::new_query(std::uint32_t id, std::string_view query) {
    if (!interfaces_.queries) return not_capable("IWbemEventProviderQuerySink");
    const com::Bstr language(std::string_view("WQL"));
    const com::Bstr text(query);
    WMI_TRY(call_stranger(what("NewQuery"), [&] {
        return interfaces_.queries->NewQuery(id, language.get(), text.get());
    }));
    return {};
}

Result<> Provider::cancel_query(std::uint32_t id) {
    if (!interfaces_.queries) return not_capable("IWbemEventProviderQuerySink");
    WMI_TRY(
        call_stranger(what("CancelQuery"), [&] { return interfaces_.queries->CancelQuery(id); }));
    return {};
}

// Nobody is impersonated: whoever subscribes for the moment is root or the service's own user.
Result<> Provider::check_access(std::string_view query, std::string_view creator) {
    if (!interfaces_.security) return not_capable("IWbemEventProviderSecurity");
    const com::Bstr language(std::string_view("WQL"));
    const com::Bstr text(query);
    const std::vector<BYTE> sid(creator.begin(), creator.end());
    WMI_TRY(call_stranger(what("AccessCheck"), [&] {
        return interfaces_.security->AccessCheck(language.get(), text.get(),
                                                 static_cast<LONG>(sid.size()),
                                                 sid.empty() ? nullptr : sid.data());
    }));
    return {};
}

// The reference that comes back is ours (OD-084).
Result<std::shared_ptr<provider::Consumer>> Provider::find_consumer(
    const cim::InstancePtr& logical) {
    if (!interfaces_.consumers) return not_capable("IWbemEventConsumerProvider");
    const auto consumer = wbem::make_object(logical);
    com::Ptr<IWbemUnboundObjectSink> sink;
    WMI_TRY(call_stranger(what("FindConsumer"), [&] {
        return interfaces_.consumers->FindConsumer(consumer.get(), sink.put());
    }));
    if (!sink) {
        return fail(Status::ProviderFailure, "{}: it succeeded without giving a consumer",
                    what("FindConsumer"));
    }
    return make_consumer(name_, std::move(sink));
}

Result<> Provider::get_instance(const cim::ObjectPath& path, provider::Call call) {
    const com::Bstr text(path.relative_text());
    return ask("GetObjectAsync", std::move(call), [&](auto& services, auto* context, auto* answer) {
        return services.GetObjectAsync(text.get(), 0, context, answer);
    });
}

Result<> Provider::enumerate(const cim::Name& class_name, provider::Call call) {
    const com::Bstr text{std::string_view(class_name.text())};
    return ask("CreateInstanceEnumAsync", std::move(call),
               [&](auto& services, auto* context, auto* answer) {
                   return services.CreateInstanceEnumAsync(text.get(), WBEM_FLAG_SHALLOW, context,
                                                           answer);
               });
}

Result<> Provider::put_instance(const cim::InstancePtr& instance, provider::PutMode mode,
                                provider::Call call) {
    const auto object = wbem::make_object(instance);
    return ask("PutInstanceAsync", std::move(call),
               [&](auto& services, auto* context, auto* answer) {
                   return services.PutInstanceAsync(object.get(), flags_of(mode), context, answer);
               });
}

Result<> Provider::delete_instance(const cim::ObjectPath& path, provider::Call call) {
    const com::Bstr text(path.relative_text());
    return ask("DeleteInstanceAsync", std::move(call),
               [&](auto& services, auto* context, auto* answer) {
                   return services.DeleteInstanceAsync(text.get(), 0, context, answer);
               });
}

Result<> Provider::exec_query(std::string_view query, provider::Call call) {
    const com::Bstr language(std::string_view("WQL"));
    const com::Bstr text(query);
    return ask("ExecQueryAsync", std::move(call), [&](auto& services, auto* context, auto* answer) {
        return services.ExecQueryAsync(language.get(), text.get(), 0, context, answer);
    });
}

Result<> Provider::exec_method(const cim::ObjectPath& path, const cim::Name& method,
                               const cim::InstancePtr& in, provider::Call call) {
    const com::Bstr object(path.relative_text());
    const com::Bstr name{std::string_view(method.text())};
    const auto parameters = in ? wbem::make_object(in) : com::Ptr<IWbemClassObject>();
    return ask("ExecMethodAsync", std::move(call),
               [&](auto& services, auto* context, auto* answer) {
                   return services.ExecMethodAsync(object.get(), name.get(), 0, context,
                                                   parameters.get(), answer);
               });
}

Result<> Provider::get_class(const cim::Name& name, provider::Call call) {
    const com::Bstr text{std::string_view(name.text())};
    return ask("GetObjectAsync", std::move(call), [&](auto& services, auto* context, auto* answer) {
        return services.GetObjectAsync(text.get(), 0, context, answer);
    });
}

Result<> Provider::enumerate_classes(const cim::Name& superclass, provider::ClassDepth depth,
                                     provider::Call call) {
    const com::Bstr text{std::string_view(superclass.text())};
    const LONG flags = depth == provider::ClassDepth::All ? WBEM_FLAG_DEEP : WBEM_FLAG_SHALLOW;
    return ask("CreateClassEnumAsync", std::move(call),
               [&](auto& services, auto* context, auto* answer) {
                   return services.CreateClassEnumAsync(text.get(), flags, context, answer);
               });
}

Result<> Provider::put_class(const cim::ClassPtr& cls, provider::Call call) {
    const auto object = wbem::make_object(cls);
    return ask("PutClassAsync", std::move(call), [&](auto& services, auto* context, auto* answer) {
        return services.PutClassAsync(object.get(), WBEM_FLAG_CREATE_OR_UPDATE, context, answer);
    });
}

Result<> Provider::delete_class(const cim::Name& name, provider::Call call) {
    const com::Bstr text{std::string_view(name.text())};
    return ask("DeleteClassAsync", std::move(call),
               [&](auto& services, auto* context, auto* answer) {
                   return services.DeleteClassAsync(text.get(), 0, context, answer);
               });
}

Result<std::optional<cim::Value>> Provider::get_property(const provider::PropertyAddress& address,
                                                         cim::Type type) {
    if (!interfaces_.properties) return not_capable("IWbemPropertyProvider");
    return plugin::get_property(name_, interfaces_.properties, address, type);
}

Result<> Provider::put_property(const provider::PropertyAddress& address, const cim::Value& value,
                                cim::Type type) {
    if (!interfaces_.properties) return not_capable("IWbemPropertyProvider");
    return plugin::put_property(name_, interfaces_.properties, address, value, type);
}

HighPerformanceProvider Provider::high_performance() const {
    return {.name = name_, .object = interfaces_.high_performance, .services = services_};
}

Result<> Provider::query_instances(const cim::Name& class_name, provider::Call call) {
    if (!interfaces_.high_performance) return not_capable("IWbemHiPerfProvider");
    com::Bstr name{std::string_view(class_name.text())};
    return begin("QueryInstances", std::move(call), [&](auto* context, auto* answer) {
        return interfaces_.high_performance->QueryInstances(services_.get(), name.get(), 0, context,
                                                            answer);
    });
}

Result<std::vector<cim::InstancePtr>> Provider::get_objects(
    const std::vector<cim::InstancePtr>& keys, const cim::CallContextPtr& sent) {
    if (!interfaces_.high_performance) return not_capable("IWbemHiPerfProvider");
    return fill_objects(high_performance(), keys, sent);
}

Result<std::unique_ptr<provider::Refresher>> Provider::create_refresher() {
    if (!interfaces_.high_performance) return not_capable("IWbemHiPerfProvider");
    return make_refresher(high_performance());
}

Result<> Provider::ask(std::string_view method, provider::Call call, const StartServices& start) {
    if (!interfaces_.instances) return not_capable("IWbemServices");
    return begin(method, std::move(call), [&](auto* context, auto* answer) {
        return start(*interfaces_.instances, context, answer);
    });
}

// The outcome may come through SetStatus or as the return value; SetStatus counts more (COM-183).
Result<> Provider::begin(std::string_view method, provider::Call call, const Start& start) {
    const auto answers = std::make_shared<Answers>(what(method), std::move(call.sink));
    remember(answers);
    const auto context = WMI_TRY(wbem::make_context(call.context));
    const auto answer_sink = make_answer_sink(answers);
    const auto started =
        call_stranger(answers->what(), [&] { return start(context.get(), answer_sink.get()); });
    if (!started && answers->withdraw()) return fail(started.error());
    return {};
}

void Provider::remember(const std::shared_ptr<Answers>& answers) {
    const std::lock_guard lock(mutex_);
    std::erase_if(unanswered_, [](const auto& each) { return each.expired(); });
    unanswered_.push_back(answers);
}

SinkCounters Provider::sink_counters() const {
    const std::lock_guard lock(mutex_);
    return outlet_ ? outlet_->counters() : SinkCounters{};
}

}  // namespace openwmi::plugin
