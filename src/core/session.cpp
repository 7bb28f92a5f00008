#include "core/session.h"

#include <utility>

#include "core/batch.h"
#include "core/changes.h"
#include "core/class_providers.h"
#include "core/class_puts.h"
#include "core/completion.h"
#include "core/deliveries.h"
#include "core/enumeration.h"
#include "core/instances.h"
#include "core/localizing.h"
#include "core/methods.h"
#include "core/put_rules.h"
#include "core/queries.h"
#include "core/service_state.h"
#include "core/session_refresher.h"

namespace openwmi::core {

namespace {

class SessionInNamespace final : public Session,
                                 public std::enable_shared_from_this<SessionInNamespace> {
  public:
    SessionInNamespace(std::shared_ptr<ServiceState> service, SessionPlace place,
                       CallOptions options = {})
        : service_(std::move(service)),
          identity_(std::move(place.identity)),
          name_space_(std::move(place.name_space)),
          locale_(std::move(place.locale)),
          provider_(std::move(place.provider)),
          client_(std::move(place.client)),
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
        return make_session(service_, {identity_, ns, locale_, provider_, client_});
    }
    std::shared_ptr<Session> with(CallOptions options) override {
        return std::make_shared<SessionInNamespace>(service_, place(), std::move(options));
    }
    std::shared_ptr<Session> as_provider(std::string name) override {
        return make_session(service_, {identity_, name_space_, locale_, std::move(name)});
    }
    Result<std::shared_ptr<Batch>> begin_batch() override {
        WMI_TRY(check_running());
        // Classes may belong to providers, which cannot be asked within a batch.
        if (has_class_providers(*service_)) return std::shared_ptr<Batch>();
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
    std::unique_ptr<Refresher> make_refresher() override {
        return make_session_refresher(instance_work(), shared_from_this());
    }
    Result<std::unique_ptr<eventing::TemporarySubscription>> subscribe(
        std::string_view language, std::string_view query,
        std::shared_ptr<eventing::Receiver> receiver) override;
    Result<> enable_filter(const cim::ObjectPath& filter, bool enabled) override;
    Result<> observe_binding(const cim::ObjectPath& binding, bool observed) override;
    Result<FilterExplanation> explain_filter(
        const cim::ObjectPath& filter, const std::optional<SupposedEvent>& supposed) override {
        WMI_TRY(check_running());
        return core::explain_filter(*service_, name_space_, filter, supposed);
    }
    Result<std::vector<LintFinding>> lint(const LintOptions& options) override {
        WMI_TRY(check_running());
        return core::lint(*service_, options);
    }
    Result<> raise(const cim::InstancePtr& event) override;
    Result<std::shared_ptr<Deliveries>> deliveries() override {
        return Deliveries::open(service_, identity_);
    }

  private:
    SessionPlace place() const { return {identity_, name_space_, locale_, provider_, client_}; }
    Result<> check_running() const;
    Result<std::shared_ptr<const cim::Schema>> find_schema() const;
    ClassQuestion ask_for(const cim::Name& name, Status missing = Status::InvalidClass) const {
        return {name_space_, name, options_.context, missing, provider_};
    }
    using WithClass = std::function<void(const FoundClass&, Completion)>;
    void find_class(const ClassQuestion& question, Completion completion, const WithClass& then);
    Result<> check_namespace(const cim::ObjectPath& path) const;
    // With localized qualifiers, where the caller asks for them.
    SinkPtr shown(SinkPtr sink) const {
        return options_.amended
                   ? localizing(std::move(sink), *service_->store, name_space_, locale_)
                   : sink;
    }
    // At once, or as a part of the batch.
    Result<> change(const std::function<Result<>(repository::Transaction&)>& make) {
        return options_.batch ? options_.batch->change(make) : commit_changes(*service_, make);
    }
    Result<> throw_switch(Switch what, const cim::ObjectPath& object, bool on);
    Result<> check_no_batch() const {
        if (!options_.batch) return {};
        return fail(Status::InvalidOperation, "this cannot be done within a batch of changes");
    }
    InstanceWork instance_work() const { return {service_, place(), options_}; }
    void give_instance(const FoundClass& found, const cim::ObjectPath& path, Completion completion);
    void give_instances(const FoundClass& found, Depth depth, Completion completion);
    void give_classes(const cim::Name& superclass, Depth depth, Completion completion);
    void keep_instance(const FoundClass& found, const cim::InstancePtr& instance,
                       repository::PutMode mode, Completion completion);
    void drop_instance(const FoundClass& found, const cim::ObjectPath& path, Completion completion);

    const std::shared_ptr<ServiceState> service_;
    const security::Identity identity_;
    const cim::NamespacePath name_space_;
    const std::string locale_;
    const std::string provider_;
    const std::shared_ptr<const void> client_;  // null: of a provider
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

// A path may name the session's own namespace, not another one (COM-032).
Result<> SessionInNamespace::check_namespace(const cim::ObjectPath& path) const {
    if (!path.name_space || *path.name_space == name_space_) return {};
    return fail(Status::InvalidObjectPath, "{} lies outside of {}", path.text(),
                name_space_.text());
}

// Within a batch no provider is asked: it may need the writer's place.
void SessionInNamespace::find_class(const ClassQuestion& question, Completion completion,
                                    const WithClass& then) {
    if (const auto running = check_running(); !running) return completion.complete(running);
    if (!options_.batch) return with_class(service_, question, std::move(completion), then);
    const auto classes = schema();
    auto cls = classes ? classes->find_class(question.name) : nullptr;
    if (cls) return then({std::move(cls), std::nullopt}, std::move(completion));
    completion.complete(Result<>(fail(question.missing, "there is no class {} in {}",
                                      question.name.text(), name_space_.text())));
}

void SessionInNamespace::get_object(const cim::ObjectPath& path, SinkPtr sink) {
    Completion completion(shown(std::move(sink)));
    if (const auto in_place = check_namespace(path); !in_place) {
        return completion.complete(in_place);
    }
    const auto missing = path.is_class() ? Status::NotFound : Status::InvalidClass;
    auto question = ask_for(path.class_name, missing);
    question.look_for_others = path.is_class();
    find_class(question, std::move(completion),
               [self = shared_from_this(), path](const FoundClass& found, Completion rest) {
                   if (!path.is_class()) return self->give_instance(found, path, std::move(rest));
                   rest.indicate(found.cls);
                   if (found.is_one_of_several) rest.remark(Status::SDuplicateObjects);
                   rest.complete(Result<>());
               });
}

void SessionInNamespace::give_instance(const FoundClass& found, const cim::ObjectPath& path,
                                       Completion completion) {
    find_one(instance_work(), found.cls, path, std::move(completion));
}

void SessionInNamespace::put_class(cim::ClassDeclaration declaration,
                                   repository::PutClassOptions options, SinkPtr sink) {
    Completion completion(std::move(sink));
    if (const auto running = check_running(); !running) return completion.complete(running);
    if (const auto ready = apply_class_rules(declaration, options.amended); !ready) {
        return completion.complete(ready);
    }
    if (options_.batch) {
        const auto name = declaration.name.text();
        const auto put = change([&](repository::Transaction& transaction) -> Result<> {
            return check_class(
                *WMI_TRY(transaction.put_class(name_space_, std::move(declaration), options)));
        });
        return put ? completion.complete(Result<std::string>(name)) : completion.complete(put);
    }
    put_class_where_it_belongs(service_,
                               {.name_space = name_space_,
                                .declaration = std::move(declaration),
                                .options = options,
                                .sent = options_.context,
                                .asker = provider_},
                               std::move(completion));
}

void SessionInNamespace::delete_class(const cim::Name& name, SinkPtr sink) {
    Completion completion(std::move(sink));
    find_class(ask_for(name, Status::NotFound), std::move(completion),
               [self = shared_from_this(), name](const FoundClass& found, Completion rest) {
                   auto& service = self->service_;
                   if (found.supplier) {
                       return delete_with_provider(service, found, self->options_.context,
                                                   std::move(rest));
                   }
                   rest.complete(self->change([&](repository::Transaction& transaction) {
                       return transaction.delete_class(self->name_space_, name);
                   }));
               });
}

void SessionInNamespace::enumerate_classes(const cim::Name& superclass, Depth depth, SinkPtr sink) {
    Completion completion(shown(std::move(sink)));
    if (const auto running = check_running(); !running) return completion.complete(running);
    if (superclass.empty()) return give_classes(superclass, depth, std::move(completion));
    find_class(ask_for(superclass), std::move(completion),
               [self = shared_from_this(), superclass, depth](const FoundClass&, Completion rest) {
                   self->give_classes(superclass, depth, std::move(rest));
               });
}

// Those of the repository, then those of class providers.
void SessionInNamespace::give_classes(const cim::Name& superclass, Depth depth,
                                      Completion completion) {
    const auto cancelled = [] { return fail(Status::CallCancelled, "the caller gave up"); };
    const auto classes = find_schema();
    if (!classes) return completion.complete(Result<>(fail(classes.error())));
    for (const auto& cls : (*classes)->subclasses(superclass)) {
        const auto& parent = cls->superclass();
        const bool immediate = parent ? parent->name() == superclass : superclass.empty();
        if ((depth == Depth::Deep || immediate) && !completion.indicate(cls)) {
            return completion.complete(Result<>(cancelled()));
        }
    }
    if (options_.batch) return completion.complete(Result<>());
    with_provided_classes(service_, ask_for(superclass), depth, std::move(completion),
                          [cancelled](const std::vector<cim::ClassPtr>& given, Completion rest) {
                              for (const auto& cls : given) {
                                  if (rest.indicate(cls)) continue;
                                  return rest.complete(Result<>(cancelled()));
                              }
                              rest.complete(Result<>());
                          });
}

void SessionInNamespace::put_instance(cim::InstancePtr instance, repository::PutMode mode,
                                      SinkPtr sink) {
    Completion completion(std::move(sink));
    const auto question = ask_for(instance->class_of().name());
    find_class(question, std::move(completion),
               [self = shared_from_this(), instance = std::move(instance), mode](
                   const FoundClass& found, Completion rest) {
                   self->keep_instance(found, instance, mode, std::move(rest));
               });
}

void SessionInNamespace::keep_instance(const FoundClass& found, const cim::InstancePtr& instance,
                                       repository::PutMode mode, Completion completion) {
    const auto described = check_not_localized(name_space_, *found.cls);
    if (!described) return completion.complete(described);
    keep(instance_work(), found.cls, instance, mode, std::move(completion));
}

void SessionInNamespace::delete_instance(const cim::ObjectPath& path, SinkPtr sink) {
    Completion completion(std::move(sink));
    if (const auto in_place = check_namespace(path); !in_place) {
        return completion.complete(in_place);
    }
    find_class(ask_for(path.class_name), std::move(completion),
               [self = shared_from_this(), path](const FoundClass& found, Completion rest) {
                   self->drop_instance(found, path, std::move(rest));
               });
}

void SessionInNamespace::drop_instance(const FoundClass& found, const cim::ObjectPath& path,
                                       Completion completion) {
    if (const auto allowed = check_may_change(*found.cls, identity_); !allowed) {
        return completion.complete(allowed);
    }
    drop(instance_work(), found.cls, path, std::move(completion));
}

void SessionInNamespace::enumerate_instances(const cim::Name& class_name, Depth depth,
                                             SinkPtr sink) {
    Completion completion(shown(std::move(sink)));
    if (const auto alone = check_no_batch(); !alone) return completion.complete(alone);
    find_class(ask_for(class_name), std::move(completion),
               [self = shared_from_this(), depth](const FoundClass& found, Completion rest) {
                   self->give_instances(found, depth, std::move(rest));
               });
}

void SessionInNamespace::give_instances(const FoundClass& found, Depth depth,
                                        Completion completion) {
    auto enumeration = enumeration_of(instance_work(), found.cls, depth);
    if (!enumeration) return completion.complete(Result<>(fail(enumeration.error())));
    if (enumeration->depth == Depth::Shallow) {
        return enumerate(service_, std::move(*enumeration), std::move(completion));
    }
    with_provided_classes(service_, ask_for(found.cls->name()), depth, std::move(completion),
                          [service = service_, enumeration = std::move(*enumeration)](
                              std::vector<cim::ClassPtr> below, Completion rest) {
                              auto whole = enumeration;
                              whole.provided = std::move(below);
                              enumerate(service, std::move(whole), std::move(rest));
                          });
}

void SessionInNamespace::exec_query(std::string_view language, std::string_view query,
                                    QueryOptions options, SinkPtr sink) {
    Completion completion(shown(std::move(sink)));
    if (const auto alone = check_no_batch(); !alone) return completion.complete(alone);
    if (const auto running = check_running(); !running) return completion.complete(running);
    run_query(service_,
              {.session = with({.context = context_for_providers(options_.context, Kept::None)}),
               .language = language,
               .text = query,
               .options = options,
               .call = options_,
               .caller = caller_of(instance_work())},
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
    call_method(service_,
                {.caller = place(), .path = path, .method = method, .in = in, .call = options_},
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
    return throw_switch(Switch::DisabledFilter, filter, !enabled);
}

Result<> SessionInNamespace::observe_binding(const cim::ObjectPath& binding, bool observed) {
    return throw_switch(Switch::ObservedBinding, binding, observed);
}

Result<> SessionInNamespace::throw_switch(Switch what, const cim::ObjectPath& object, bool on) {
    WMI_TRY(check_no_batch());
    WMI_TRY(check_running());
    const auto stored = WMI_TRY(service_->store->get_instance(name_space_, object));
    const bool of_filter = what == Switch::DisabledFilter;
    if (!stored->class_of().is_a(of_filter ? "__EventFilter" : "__FilterToConsumerBinding")) {
        return fail(Status::InvalidParameter, "{} is no {}", object.text(),
                    of_filter ? "event filter" : "binding");
    }
    const auto path = WMI_TRY(stored->path());
    if (service_->catalog->is_set(what, name_space_, path) == on) return {};
    const auto where = Switches::name_space();
    const auto mark = Switches::path_of(what, name_space_, stored->class_of(), path);
    WMI_TRY(change([&](repository::Transaction& transaction) -> Result<> {
        if (!on) return transaction.delete_instance(where, mark);
        if (!service_->store->has_namespace(where)) WMI_TRY(transaction.create_namespace(where));
        auto cls = transaction.find_class(where, mark.class_name);
        if (!cls) cls = WMI_TRY(transaction.put_class(where, Switches::class_declaration(what)));
        cim::InstanceBuilder builder(cls);
        WMI_TRY(builder.set("Path", mark.keys.front().value));
        WMI_TRY(transaction.put_instance(where, *builder.build()));
        return {};
    }));
    service_->engine->subscription_changed(name_space_, path);
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

}  // namespace

std::shared_ptr<Session> make_session(std::shared_ptr<ServiceState> service, SessionPlace place) {
    return std::make_shared<SessionInNamespace>(std::move(service), std::move(place));
}

}  // namespace openwmi::core
