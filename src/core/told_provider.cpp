#include "core/told_provider.h"

#include <utility>

namespace openwmi::core {

namespace {

using Operation = ProviderOperation;
using Properties = ProviderEvents::Properties;

// The numbers of WBEM_FLAG_SHALLOW; WBEM_FLAG_UPDATE_ONLY and WBEM_FLAG_CREATE_ONLY.
constexpr std::uint32_t flags_of(provider::ClassDepth depth) {
    return depth == provider::ClassDepth::Immediate ? 1 : 0;
}

constexpr std::uint32_t flags_of(provider::PutMode mode) {
    switch (mode) {
        case provider::PutMode::CreateOrUpdate: return 0;
        case provider::PutMode::UpdateOnly: return 1;
        case provider::PutMode::CreateOnly: return 2;
    }
    return 0;
}

// Passes the answers of a call on, and tells of its end.
class ToldSink final : public provider::ObjectSink {
  public:
    ToldSink(std::shared_ptr<provider::ObjectSink> sink, std::shared_ptr<ToldCall> call)
        : sink_(std::move(sink)), call_(std::move(call)) {}

    void indicate(std::span<const cim::ObjectPtr> objects) override { sink_->indicate(objects); }
    void progress(provider::Progress progress) override { sink_->progress(progress); }
    void explain(const cim::InstancePtr& status) override { sink_->explain(status); }
    void complete(Result<> outcome) override {
        call_->end(outcome);
        sink_->complete(std::move(outcome));
    }

  private:
    const std::shared_ptr<provider::ObjectSink> sink_;
    const std::shared_ptr<ToldCall> call_;
};

// A physical consumer, told of when it comes and goes (DIA-022).
class ToldConsumer final : public provider::Consumer {
  public:
    ToldConsumer(std::shared_ptr<provider::Consumer> consumer, cim::InstancePtr logical,
                 std::shared_ptr<const ProviderEvents> events)
        : consumer_(std::move(consumer)), logical_(std::move(logical)), events_(std::move(events)) {
        events_->tell(ProviderEvents::Sink::Loaded, logical_);
    }
    ~ToldConsumer() override {
        consumer_.reset();
        if (!silent_) events_->tell(ProviderEvents::Sink::Unloaded, logical_);
    }
    ToldConsumer(const ToldConsumer&) = delete;
    ToldConsumer& operator=(const ToldConsumer&) = delete;

    Result<> consume(const cim::InstancePtr& logical,
                     std::span<const cim::InstancePtr> events) override {
        return consumer_->consume(logical, events);
    }
    Result<std::string> preview(const cim::InstancePtr& logical,
                                const cim::InstancePtr& event) override {
        return consumer_->preview(logical, event);
    }

  private:
    std::shared_ptr<provider::Consumer> consumer_;
    const cim::InstancePtr logical_;
    const std::shared_ptr<const ProviderEvents> events_;
    const bool silent_ = eventing::delivers_self_event();
};

}  // namespace

ToldProvider::~ToldProvider() {
    provider_.reset();
    if (serves_consumers_) events_->tell(ProviderEvents::ConsumerProvider::Unloaded);
    events_->tell_unloaded();
}

// One that is over when it returns.
template <class Describe, class Make>
Result<> ToldProvider::follow(Operation operation, const Describe& describe, const Make& make) {
    const auto told = events_->begin(operation, describe);
    auto outcome = make();
    if (told) told->end(outcome);
    return outcome;
}

// One that completes through its sink, or fails at once.
template <class Describe, class Start>
Result<> ToldProvider::follow(Operation operation, provider::Call call, const Describe& describe,
                              const Start& start) {
    const auto told = events_->begin(operation, describe);
    if (!told) return start(std::move(call));
    call.sink = std::make_shared<ToldSink>(std::move(call.sink), told);
    auto started = start(std::move(call));
    if (!started) told->end(started);
    return started;
}

Result<> ToldProvider::provide_events(std::shared_ptr<provider::EventSink> sink) {
    return follow(
        Operation::ProvideEvents, [] { return Properties{{"Flags", 0U}}; },
        [&] { return provider_->provide_events(std::move(sink)); });
}

Result<> ToldProvider::new_query(std::uint32_t id, std::string_view query) {
    return follow(
        Operation::NewQuery,
        [&] { return Properties{{"QueryId", id}, {"QueryLanguage", "WQL"}, {"Query", query}}; },
        [&] { return provider_->new_query(id, query); });
}

Result<> ToldProvider::cancel_query(std::uint32_t id) {
    return follow(
        Operation::CancelQuery, [&] { return Properties{{"QueryId", id}}; },
        [&] { return provider_->cancel_query(id); });
}

Result<> ToldProvider::check_access(std::string_view query, std::string_view creator) {
    return follow(
        Operation::AccessCheck,
        [&] {
            cim::Unsigneds sid;
            for (const char byte : creator) sid.push_back(static_cast<unsigned char>(byte));
            return Properties{{"QueryLanguage", "WQL"},
                              {"Query", query},
                              {"Sid", sid.empty() ? cim::Value() : cim::Value(std::move(sid))}};
        },
        [&] { return provider_->check_access(query, creator); });
}

Result<std::shared_ptr<provider::Consumer>> ToldProvider::find_consumer(
    const cim::InstancePtr& logical) {
    events_->count(Operation::FindConsumer);
    if (!serves_consumers_.exchange(true)) events_->tell(ProviderEvents::ConsumerProvider::Loaded);
    auto consumer = WMI_TRY(provider_->find_consumer(logical));
    return std::make_shared<ToldConsumer>(std::move(consumer), logical, events_);
}

Result<> ToldProvider::get_instance(const cim::ObjectPath& path, provider::Call call) {
    return follow(
        Operation::GetObjectAsync, std::move(call),
        [&] { return Properties{{"Path", path.text()}, {"Flags", 0U}}; },
        [&](provider::Call told) { return provider_->get_instance(path, std::move(told)); });
}

Result<> ToldProvider::enumerate(const cim::Name& class_name, provider::Call call) {
    return follow(
        Operation::CreateInstanceEnumAsync, std::move(call),
        [&] { return Properties{{"ClassName", class_name.text()}, {"Flags", 0U}}; },
        [&](provider::Call told) { return provider_->enumerate(class_name, std::move(told)); });
}

Result<> ToldProvider::put_instance(const cim::InstancePtr& instance, provider::PutMode mode,
                                    provider::Call call) {
    return follow(
        Operation::PutInstanceAsync, std::move(call),
        [&] { return Properties{{"InstanceObject", instance}, {"Flags", flags_of(mode)}}; },
        [&](provider::Call told) {
            return provider_->put_instance(instance, mode, std::move(told));
        });
}

Result<> ToldProvider::delete_instance(const cim::ObjectPath& path, provider::Call call) {
    return follow(
        Operation::DeleteInstanceAsync, std::move(call),
        [&] { return Properties{{"Path", path.text()}, {"Flags", 0U}}; },
        [&](provider::Call told) { return provider_->delete_instance(path, std::move(told)); });
}

Result<> ToldProvider::exec_query(std::string_view query, provider::Call call) {
    return follow(
        Operation::ExecQueryAsync, std::move(call),
        [&] { return Properties{{"QueryLanguage", "WQL"}, {"Query", query}, {"Flags", 0U}}; },
        [&](provider::Call told) { return provider_->exec_query(query, std::move(told)); });
}

Result<> ToldProvider::exec_method(const cim::ObjectPath& path, const cim::Name& method,
                                   const cim::InstancePtr& in, provider::Call call) {
    return follow(
        Operation::ExecMethodAsync, std::move(call),
        [&] {
            return Properties{{"Path", path.text()}, {"MethodName", method.text()}, {"Flags", 0U}};
        },
        [&](provider::Call told) {
            return provider_->exec_method(path, method, in, std::move(told));
        });
}

Result<> ToldProvider::get_class(const cim::Name& name, provider::Call call) {
    return follow(
        Operation::GetObjectAsync, std::move(call),
        [&] { return Properties{{"Path", name.text()}, {"Flags", 0U}}; },
        [&](provider::Call told) { return provider_->get_class(name, std::move(told)); });
}

Result<> ToldProvider::enumerate_classes(const cim::Name& superclass, provider::ClassDepth depth,
                                         provider::Call call) {
    return follow(
        Operation::CreateClassEnumAsync, std::move(call),
        [&] { return Properties{{"ClassName", superclass.text()}, {"Flags", flags_of(depth)}}; },
        [&](provider::Call told) {
            return provider_->enumerate_classes(superclass, depth, std::move(told));
        });
}

Result<> ToldProvider::put_class(const cim::ClassPtr& cls, provider::Call call) {
    return follow(
        Operation::PutClassAsync, std::move(call),
        [&] { return Properties{{"ClassObject", cls}, {"Flags", 0U}}; },
        [&](provider::Call told) { return provider_->put_class(cls, std::move(told)); });
}

Result<> ToldProvider::delete_class(const cim::Name& name, provider::Call call) {
    return follow(
        Operation::DeleteClassAsync, std::move(call),
        [&] { return Properties{{"ClassName", name.text()}, {"Flags", 0U}}; },
        [&](provider::Call told) { return provider_->delete_class(name, std::move(told)); });
}

Result<std::optional<cim::Value>> ToldProvider::get_property(
    const provider::PropertyAddress& address, cim::Type type) {
    events_->count(Operation::GetProperty);
    return provider_->get_property(address, type);
}

Result<> ToldProvider::put_property(const provider::PropertyAddress& address,
                                    const cim::Value& value, cim::Type type) {
    events_->count(Operation::PutProperty);
    return provider_->put_property(address, value, type);
}

Result<> ToldProvider::query_instances(const cim::Name& class_name, provider::Call call) {
    events_->count(Operation::QueryInstances);
    return provider_->query_instances(class_name, std::move(call));
}

Result<std::vector<cim::InstancePtr>> ToldProvider::get_objects(
    const std::vector<cim::InstancePtr>& keys, const cim::CallContextPtr& sent) {
    events_->count(Operation::GetObjects);
    return provider_->get_objects(keys, sent);
}

Result<std::unique_ptr<provider::Refresher>> ToldProvider::create_refresher() {
    events_->count(Operation::CreateRefresher);
    return provider_->create_refresher();
}

Result<std::shared_ptr<provider::Provider>> ToldLoader::load(
    const provider::ProviderRegistration& registration, const provider::ProviderScope& scope) {
    const auto events =
        std::make_shared<const ProviderEvents>(self_events_, counts_, registration, scope);
    auto loaded = loader_.load(registration, scope);
    events->tell_loading(loaded ? Result<>() : Result<>(fail(loaded.error())));
    if (!loaded) return loaded;
    return std::make_shared<ToldProvider>(std::move(*loaded), events);
}

}  // namespace openwmi::core
