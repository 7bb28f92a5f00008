#include "core/session.h"

#include <mutex>
#include <utility>

#include "core/batch.h"
#include "core/changes.h"
#include "core/completion.h"
#include "core/enumeration.h"
#include "core/methods.h"
#include "core/put_rules.h"
#include "core/queries.h"
#include "core/service_state.h"

namespace openwmi::core {

namespace {

class SessionInNamespace final : public Session {
  public:
    SessionInNamespace(std::shared_ptr<ServiceState> service, const security::Identity& identity,
                       cim::NamespacePath ns, std::string locale, CallOptions options = {})
        : service_(std::move(service)),
          identity_(identity),
          name_space_(std::move(ns)),
          locale_(std::move(locale)),
          options_(std::move(options)) {}

    const security::Identity& identity() const override { return identity_; }
    const cim::NamespacePath& name_space() const override { return name_space_; }
    std::shared_ptr<const cim::Schema> schema() const override {
        return options_.batch ? options_.batch->transaction().schema(name_space_)
                              : service_->store->schema(name_space_);
    }

    Result<std::shared_ptr<Session>> open(const cim::NamespacePath& ns) override {
        WMI_TRY(check_running());
        if (!service_->store->has_namespace(ns)) {
            return fail(Status::InvalidNamespace, "the namespace {} does not exist", ns.text());
        }
        return make_session(service_, identity_, ns, locale_);
    }
    std::shared_ptr<Session> with(CallOptions options) override {
        return std::make_shared<SessionInNamespace>(service_, identity_, name_space_, locale_,
                                                    std::move(options));
    }
    Result<std::shared_ptr<Batch>> begin_batch() override {
        WMI_TRY(check_running());
        return std::make_shared<Batch>(service_);
    }

    void get_object(const cim::ObjectPath& path, SinkPtr sink) override;
    void put_class(cim::ClassDeclaration declaration, repository::PutClassOptions options,
                   SinkPtr sink) override;
    void delete_class(const cim::Name& name, SinkPtr sink) override;
    void enumerate_classes(const cim::Name& superclass, Depth depth, SinkPtr sink) override;
    void put_instance(cim::InstancePtr instance, repository::PutMode mode, SinkPtr sink) override;
    void delete_instance(const cim::ObjectPath& path, SinkPtr sink) override;
    void enumerate_instances(const cim::Name& class_name, Depth depth, SinkPtr sink) override;
    void exec_query(std::string_view language, std::string_view query, QueryOptions options,
                    SinkPtr sink) override;
    void exec_method(const cim::ObjectPath& path, const cim::Name& method,
                     const cim::InstancePtr& in, SinkPtr sink) override;
    Result<std::unique_ptr<eventing::TemporarySubscription>> subscribe(
        std::string_view language, std::string_view query,
        std::shared_ptr<eventing::Receiver> receiver) override;
    Result<> enable_filter(const cim::ObjectPath& filter, bool enabled) override;
    Result<> raise(const cim::InstancePtr& event) override;

  private:
    Result<> check_running() const;
    Result<std::shared_ptr<const cim::Schema>> find_schema() const;
    Result<cim::ClassPtr> find_class(const cim::Name& name) const;
    Result<> check_namespace(const cim::ObjectPath& path) const;
    // At once, or as a part of the batch.
    Result<> change(const std::function<Result<>(repository::Transaction&)>& make) {
        return options_.batch ? options_.batch->change(make) : commit_changes(*service_, make);
    }
    Result<cim::InstancePtr> find_instance(const cim::ObjectPath& path) const {
        return options_.batch ? options_.batch->transaction().get_instance(name_space_, path)
                              : service_->store->get_instance(name_space_, path);
    }
    Result<> check_no_batch() const {
        if (!options_.batch) return {};
        return fail(Status::InvalidOperation, "this cannot be done within a batch of changes");
    }
    // A provider may need the writer's place that a batch holds, and so may who acts upon the Put.
    Result<> check_batch(const cim::Class& cls) const {
        if (!options_.batch || !stands_alone(cls)) return {};
        return fail(Status::InvalidOperation, "an object of {} cannot be part of a batch",
                    cls.name().text());
    }
    Result<> check_quota(const cim::Instance& instance) const;
    Result<std::string> put_stored(const cim::InstancePtr& instance, repository::PutMode mode);

    const std::shared_ptr<ServiceState> service_;
    const security::Identity identity_;
    const cim::NamespacePath name_space_;
    const std::string locale_;
    const CallOptions options_;
};

Result<> SessionInNamespace::check_running() const {
    if (service_->stopped) return fail(Status::ShuttingDown, "the service is stopping");
    if (!service_->store->has_namespace(name_space_)) {
        return fail(Status::InvalidNamespace, "the namespace {} does not exist any more",
                    name_space_.text());
    }
    return {};
}

// Its namespace may have been deleted under the session.
Result<std::shared_ptr<const cim::Schema>> SessionInNamespace::find_schema() const {
    WMI_TRY(check_running());
    auto found = schema();
    if (found) return found;
    return fail(Status::InvalidNamespace, "the namespace {} does not exist", name_space_.text());
}

Result<cim::ClassPtr> SessionInNamespace::find_class(const cim::Name& name) const {
    const auto classes = WMI_TRY(find_schema());
    auto cls = classes->find_class(name);
    if (cls) return cls;
    return fail(Status::InvalidClass, "there is no class {} in {}", name.text(),
                name_space_.text());
}

// A path may name the session's own namespace, not another one (COM-032).
Result<> SessionInNamespace::check_namespace(const cim::ObjectPath& path) const {
    if (!path.name_space || *path.name_space == name_space_) return {};
    return fail(Status::InvalidObjectPath, "{} lies outside of {}", path.text(),
                name_space_.text());
}

void SessionInNamespace::get_object(const cim::ObjectPath& path, SinkPtr sink) {
    Completion completion(std::move(sink));
    const auto in_place = check_namespace(path);
    if (!in_place) return completion.complete(in_place);
    const auto cls = find_class(path.class_name);
    if (!cls && cls.error().status == Status::InvalidClass && path.is_class()) {
        return completion.complete(Result<>(fail(Status::NotFound, "{}", cls.error().message)));
    }
    if (!cls) return completion.complete(Result<>(fail(cls.error())));
    if (path.is_class()) {
        completion.indicate(*cls);
        return completion.complete(Result<>());
    }
    if (is_kept_by_provider(**cls)) {
        if (const auto fits = check_batch(**cls); !fits) return completion.complete(fits);
        return call_provider(
            service_, name_space_, *cls, std::move(completion),
            [path, sent = options_.context](provider::Provider& provider, auto answers) {
                return provider.get_instance(path, {std::move(answers), sent});
            });
    }
    auto instance = find_instance(path);
    if (!instance) return completion.complete(Result<>(fail(instance.error())));
    completion.indicate(*instance);
    completion.complete(Result<>());
}

void SessionInNamespace::put_class(cim::ClassDeclaration declaration,
                                   repository::PutClassOptions options, SinkPtr sink) {
    Completion completion(std::move(sink));
    const auto name = declaration.name.text();
    const auto ready = apply_class_rules(declaration, options.amended);
    if (!ready) return completion.complete(ready);
    const auto put = change([&](repository::Transaction& transaction) -> Result<> {
        return check_class(
            *WMI_TRY(transaction.put_class(name_space_, std::move(declaration), options)));
    });
    if (!put) return completion.complete(put);
    completion.complete(Result<std::string>(name));
}

void SessionInNamespace::delete_class(const cim::Name& name, SinkPtr sink) {
    Completion completion(std::move(sink));
    completion.complete(change([&](repository::Transaction& transaction) {
        return transaction.delete_class(name_space_, name);
    }));
}

void SessionInNamespace::enumerate_classes(const cim::Name& superclass, Depth depth, SinkPtr sink) {
    Completion completion(std::move(sink));
    if (!superclass.empty()) {
        if (const auto cls = find_class(superclass); !cls)
            return completion.complete(Result<>(fail(cls.error())));
    }
    const auto classes = find_schema();
    if (!classes) return completion.complete(Result<>(fail(classes.error())));
    for (const auto& cls : (*classes)->subclasses(superclass)) {
        const auto& parent = cls->superclass();
        const bool immediate = parent ? parent->name() == superclass : superclass.empty();
        if ((depth == Depth::Deep || immediate) && !completion.indicate(cls)) {
            return completion.complete(Result<>(fail(Status::CallCancelled, "the caller gave up")));
        }
    }
    completion.complete(Result<>());
}

// A binding that is not there yet is one more permanent subscription (SYS-112).
Result<> SessionInNamespace::check_quota(const cim::Instance& instance) const {
    if (!instance.class_of().is_a("__FilterToConsumerBinding")) return {};
    const auto path = instance.path();
    if (!path || service_->store->get_instance(name_space_, *path)) return {};
    return service_->engine->check_permanent_quota(identity_);
}

Result<std::string> SessionInNamespace::put_stored(const cim::InstancePtr& instance,
                                                   repository::PutMode mode) {
    const auto ready = WMI_TRY(apply_put_rules(instance, identity_));
    WMI_TRY(check_quota(*ready));
    cim::InstancePtr stored;
    WMI_TRY(change([&](repository::Transaction& transaction) -> Result<> {
        stored = WMI_TRY(transaction.put_instance(name_space_, *ready, mode));
        return {};
    }));
    const auto path = WMI_TRY(stored->path());
    return path.relative_text();
}

void SessionInNamespace::put_instance(cim::InstancePtr instance, repository::PutMode mode,
                                      SinkPtr sink) {
    Completion completion(std::move(sink));
    const auto cls = find_class(instance->class_of().name());
    if (!cls) return completion.complete(Result<>(fail(cls.error())));
    if (const auto fits = check_batch(**cls); !fits) return completion.complete(fits);
    if (!is_kept_by_provider(**cls)) {
        return completion.complete(put_stored(instance, mode));
    }
    call_provider(service_, name_space_, *cls, std::move(completion),
                  [instance, sent = options_.context](provider::Provider& provider, auto answers) {
                      return provider.put_instance(instance, {std::move(answers), sent});
                  });
}

void SessionInNamespace::delete_instance(const cim::ObjectPath& path, SinkPtr sink) {
    Completion completion(std::move(sink));
    const auto in_place = check_namespace(path);
    if (!in_place) return completion.complete(in_place);
    const auto cls = find_class(path.class_name);
    if (!cls) return completion.complete(Result<>(fail(cls.error())));
    if (const auto allowed = check_may_change(**cls, identity_); !allowed) {
        return completion.complete(allowed);
    }
    if (const auto fits = check_batch(**cls); !fits) return completion.complete(fits);
    if (is_kept_by_provider(**cls)) {
        return call_provider(
            service_, name_space_, *cls, std::move(completion),
            [path, sent = options_.context](provider::Provider& provider, auto answers) {
                return provider.delete_instance(path, {std::move(answers), sent});
            });
    }
    completion.complete(change([&](repository::Transaction& transaction) {
        return transaction.delete_instance(name_space_, path);
    }));
}

void SessionInNamespace::enumerate_instances(const cim::Name& class_name, Depth depth,
                                             SinkPtr sink) {
    Completion completion(std::move(sink));
    if (const auto alone = check_no_batch(); !alone) return completion.complete(alone);
    auto cls = find_class(class_name);
    if (!cls) return completion.complete(Result<>(fail(cls.error())));
    enumerate(service_,
              {.name_space = name_space_,
               .cls = std::move(*cls),
               .depth = depth,
               .select = [](const cim::InstancePtr& instance) { return instance; },
               .sent = options_.context},
              std::move(completion));
}

void SessionInNamespace::exec_query(std::string_view language, std::string_view query,
                                    QueryOptions options, SinkPtr sink) {
    Completion completion(std::move(sink));
    if (const auto alone = check_no_batch(); !alone) return completion.complete(alone);
    if (const auto running = check_running(); !running) return completion.complete(running);
    run_query(service_,
              {.name_space = name_space_,
               .language = language,
               .text = query,
               .options = options,
               .call = options_},
              std::move(completion));
}

void SessionInNamespace::exec_method(const cim::ObjectPath& path, const cim::Name& method,
                                     const cim::InstancePtr& in, SinkPtr sink) {
    Completion completion(std::move(sink));
    if (const auto alone = check_no_batch(); !alone) return completion.complete(alone);
    if (const auto running = check_running(); !running) return completion.complete(running);
    if (const auto in_place = check_namespace(path); !in_place) {
        return completion.complete(in_place);
    }
    call_method(
        service_,
        {.name_space = name_space_, .path = path, .method = method, .in = in, .call = options_},
        std::move(completion));
}

Result<std::unique_ptr<eventing::TemporarySubscription>> SessionInNamespace::subscribe(
    std::string_view language, std::string_view query,
    std::shared_ptr<eventing::Receiver> receiver) {
    WMI_TRY(check_no_batch());
    WMI_TRY(check_running());
    if (!base::fold_equal(language, "WQL")) {
        return fail(Status::InvalidQueryType, "the query language is '{}'; only WQL is known",
                    language);
    }
    return service_->engine->subscribe(name_space_, query, std::move(receiver), identity_);
}

Result<> SessionInNamespace::enable_filter(const cim::ObjectPath& filter, bool enabled) {
    WMI_TRY(check_no_batch());
    WMI_TRY(check_running());
    const auto stored = WMI_TRY(service_->store->get_instance(name_space_, filter));
    if (!stored->class_of().is_a("__EventFilter")) {
        return fail(Status::InvalidParameter, "{} is no event filter", filter.text());
    }
    const auto where = DisabledFilters::name_space();
    const auto mark = DisabledFilters::path_of(name_space_, WMI_TRY(stored->path()));
    const bool is_enabled = !service_->catalog->is_disabled(name_space_, WMI_TRY(stored->path()));
    if (is_enabled == enabled) return {};
    WMI_TRY(change([&](repository::Transaction& transaction) -> Result<> {
        if (enabled) return transaction.delete_instance(where, mark);
        if (!service_->store->has_namespace(where)) WMI_TRY(transaction.create_namespace(where));
        auto cls = transaction.find_class(where, mark.class_name);
        if (!cls) cls = WMI_TRY(transaction.put_class(where, DisabledFilters::class_declaration()));
        cim::InstanceBuilder builder(cls);
        WMI_TRY(builder.set("Path", mark.keys.front().value));
        WMI_TRY(transaction.put_instance(where, *builder.build()));
        return {};
    }));
    service_->engine->subscription_changed(name_space_, WMI_TRY(stored->path()));
    return {};
}

Result<> SessionInNamespace::raise(const cim::InstancePtr& event) {
    WMI_TRY(check_no_batch());
    WMI_TRY(check_running());
    const auto& cls = event->class_of();  // OD-089
    if (!cls.is_a("__Event")) {
        return fail(Status::NotEventClass, "{} is not derived from __Event", cls.name().text());
    }
    if (!cls.is_a("__ExtrinsicEvent")) {
        return fail(Status::InvalidClass,
                    "{} is not derived from __ExtrinsicEvent: clients raise no others",
                    cls.name().text());
    }
    return service_->engine->raise(
        name_space_, event,
        std::make_shared<eventing::Raiser>(eventing::Raiser{identity_.name(), identity_}));
}

class Collector final : public ResultSink {
  public:
    explicit Collector(std::shared_ptr<base::Gate> gate) : gate_(std::move(gate)) {}
    bool indicate(std::span<const cim::ObjectPtr> objects) override {
        collected_.objects.insert(collected_.objects.end(), objects.begin(), objects.end());
        return true;
    }
    void complete(Result<std::string> outcome) override {
        outcome_ = std::move(outcome);
        gate_->open();
    }
    Result<Collected> take() {
        if (!outcome_) return fail(outcome_.error());
        collected_.path = std::move(*outcome_);
        return std::move(collected_);
    }

  private:
    const std::shared_ptr<base::Gate> gate_;
    Collected collected_;
    Result<std::string> outcome_ = std::string();
};

}  // namespace

std::shared_ptr<Session> make_session(std::shared_ptr<ServiceState> service,
                                      const security::Identity& identity, cim::NamespacePath ns,
                                      std::string locale) {
    return std::make_shared<SessionInNamespace>(std::move(service), identity, std::move(ns),
                                                std::move(locale));
}

Result<Collected> wait_for(base::Executor& executor, const std::function<void(SinkPtr)>& start) {
    const auto gate = executor.make_gate();
    const auto collector = std::make_shared<Collector>(gate);
    start(collector);
    gate->wait(base::Duration::max());
    return collector->take();
}

}  // namespace openwmi::core
