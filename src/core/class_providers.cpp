#include "core/class_providers.h"

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

#include "core/service_state.h"

namespace openwmi::core {

std::shared_ptr<void> ClassLookups::begin(const std::string& lookup) {
    const std::lock_guard lock(mutex_);
    auto& count = under_way_[lookup];
    if (count >= most) return nullptr;
    ++count;
    return {this, [self = shared_from_this(), lookup](void*) {
                const std::lock_guard released(self->mutex_);
                const auto found = self->under_way_.find(lookup);
                if (--found->second == 0) self->under_way_.erase(found);
            }};
}

namespace {

using provider::ClassProviderRegistration;
using Classes = std::vector<cim::ClassPtr>;
using Done = std::function<void(Result<Classes>)>;
using Start = std::function<Result<>(provider::Provider&, provider::Call)>;

// The classes that one provider gives, once it has given them all. Thread-safe.
class ClassAnswers final : public provider::ObjectSink {
  public:
    explicit ClassAnswers(Done done) : done_(std::move(done)) {}
    ~ClassAnswers() override {
        if (done_) done_(fail(Status::CallCancelled, "the provider was not asked"));
    }

    void indicate(std::span<const cim::ObjectPtr> objects) override {
        const std::lock_guard lock(mutex_);
        for (const auto& object : objects) {
            if (const auto* cls = object->as_class()) classes_.emplace_back(cls);
        }
    }
    void complete(Result<> outcome) override {
        Done done;
        Classes classes;
        {
            const std::lock_guard lock(mutex_);
            done.swap(done_);
            classes.swap(classes_);
        }
        if (!done) return;  // the first outcome counts (COM-183)
        if (!outcome) return done(fail(std::move(outcome.error())));
        done(std::move(classes));
    }

  private:
    std::mutex mutex_;
    Classes classes_;
    Done done_;
};

void ask(const std::shared_ptr<ServiceState>& service, const ClassProviderRegistration& supplier,
         const cim::CallContextPtr& sent, const Start& start, Done done) {
    auto answers = std::make_shared<ClassAnswers>(std::move(done));
    service->calls->post([service, supplier, sent, start, answers = std::move(answers)] {
        const auto loaded = service->registry->use(supplier.provider, provider::Role::Instances);
        if (!loaded) return answers->complete(fail(loaded.error()));
        auto started = start(**loaded, {answers, sent});
        if (!started) answers->complete(std::move(started));
    });
}

// A class that several may have: asks one after the other. Shared by its steps.
struct Search {
    std::shared_ptr<ServiceState> service;
    ClassQuestion question;
    std::deque<ClassProviderRegistration> left;
    Completion completion;
    std::function<void(FoundClass, Completion)> then;
    std::optional<Error> failure = std::nullopt;  // of one that could not say
    std::optional<FoundClass> first = std::nullopt;
};

void end(const std::shared_ptr<Search>& search, FoundClass found) {
    search->then(std::move(found), std::move(search->completion));
}

Error nobody_has(const ClassQuestion& question) {
    return {question.missing, fmt::format("there is no class {} in {}", question.name.text(),
                                          question.name_space.text())};
}

// Of these, the one that was asked for.
cim::ClassPtr pick(const Classes& classes, const cim::Name& name,
                   const ClassProviderRegistration& supplier) {
    const auto found = std::ranges::find_if(
        classes, [&](const cim::ClassPtr& cls) { return cls->name() == name; });
    if (found == classes.end() || !supplier.supplies(**found)) return nullptr;
    return *found;
}

bool means_it_has_none(Status status) {
    return status == Status::NotFound || status == Status::InvalidClass ||
           status == Status::ProviderNotCapable;
}

void ask_next(const std::shared_ptr<Search>& search);

// The first one counts; where it matters that there are others, one more ends the search.
void take(const std::shared_ptr<Search>& search, FoundClass found) {
    if (search->first) {
        search->first->is_one_of_several = true;
        return end(search, *search->first);
    }
    if (!search->question.look_for_others) return end(search, std::move(found));
    search->first = std::move(found);
    ask_next(search);
}

void ask_next(const std::shared_ptr<Search>& search) {
    if (search->left.empty()) {
        if (search->first) return end(search, *search->first);
        const auto why = search->failure.value_or(nobody_has(search->question));
        return search->completion.complete(Result<>(fail(why)));
    }
    auto supplier = std::move(search->left.front());
    search->left.pop_front();
    const auto& name = search->question.name;
    const auto held = search->service->class_lookups->begin(
        fmt::format("{}|{}|{}", search->question.name_space.key(),
                    base::fold(supplier.provider.name), base::fold(name.text())));
    if (!held) {
        search->failure = Error{
            Status::ServerTooBusy,
            fmt::format("the provider '{}' is asked for the class {} by {} calls already; it may "
                        "be asking itself",
                        supplier.provider.name, name.text(), ClassLookups::most)};
        return ask_next(search);
    }
    // What it cannot do it is not asked for (SYS-098); it can list its classes, all can (SYS-097).
    const Start start = [name, get = supplier.supports_get](provider::Provider& provider,
                                                            provider::Call call) {
        if (get) return provider.get_class(name, std::move(call));
        return provider.enumerate_classes({}, provider::ClassDepth::All, std::move(call));
    };
    ask(search->service, supplier, search->question.sent, start,
        [search, supplier, held](const Result<Classes>& classes) {
            if (!classes && !means_it_has_none(classes.error().status)) {
                search->failure = classes.error();
            }
            auto found = classes ? pick(*classes, search->question.name, supplier) : nullptr;
            if (!found) return ask_next(search);
            take(search, {std::move(found), supplier});
        });
}

// The classes of several providers, gathered one provider after the other. Shared by its steps.
struct Gathering {
    std::shared_ptr<ServiceState> service;
    ClassQuestion superclass;
    Depth depth;
    std::deque<ClassProviderRegistration> left;
    Completion completion;
    std::function<void(Classes, Completion)> then;
    Classes found = {};
    std::set<std::string> names = {};
};

bool is_below(const cim::Class& cls, const cim::Name& superclass, Depth depth) {
    const auto& parent = cls.superclass();
    if (depth == Depth::Shallow) return parent ? parent->name() == superclass : superclass.empty();
    return superclass.empty() || (cls.is_a(superclass) && cls.name() != superclass);
}

void keep(Gathering& gathering, const Classes& classes, const ClassProviderRegistration& supplier) {
    const auto stored = gathering.service->store->schema(gathering.superclass.name_space);
    for (const auto& cls : classes) {
        if (!is_below(*cls, gathering.superclass.name, gathering.depth)) continue;
        if (!supplier.supplies(*cls) || (stored && stored->find_class(cls->name()))) continue;
        if (gathering.names.insert(base::fold(cls->name().text())).second) {
            gathering.found.push_back(cls);
        }
    }
}

void gather_next(const std::shared_ptr<Gathering>& gathering) {
    if (gathering->left.empty()) {
        return gathering->then(std::move(gathering->found), std::move(gathering->completion));
    }
    auto supplier = std::move(gathering->left.front());
    gathering->left.pop_front();
    const Start start = [name = gathering->superclass.name, depth = gathering->depth](
                            provider::Provider& provider, provider::Call call) {
        return provider.enumerate_classes(
            name,
            depth == Depth::Deep ? provider::ClassDepth::All : provider::ClassDepth::Immediate,
            std::move(call));
    };
    ask(gathering->service, supplier, gathering->superclass.sent, start,
        [gathering, supplier](const Result<Classes>& classes) {
            // One that does not know the superclass has nothing below it.
            if (!classes && !means_it_has_none(classes.error().status)) {
                return gathering->completion.complete(Result<>(fail(classes.error())));
            }
            if (classes) keep(*gathering, *classes, supplier);
            gather_next(gathering);
        });
}

// Ends an operation that was done by a class provider.
Done ends(Completion completion, std::string text) {
    const auto held = std::make_shared<Completion>(std::move(completion));
    return [held, text = std::move(text)](const Result<Classes>& outcome) {
        if (!outcome) return held->complete(Result<>(fail(outcome.error())));
        held->complete(Result<std::string>(text));
    };
}

Error not_capable(const ClassProviderRegistration& supplier, const cim::Name& name,
                  const char* flag) {
    return {Status::ProviderNotCapable,
            fmt::format("{} belongs to the class provider '{}', whose registration says that {} is "
                        "FALSE",
                        name.text(), supplier.provider.name, flag)};
}

}  // namespace

Result<std::deque<ClassProviderRegistration>> pull_providers(const ServiceState& service,
                                                             const cim::NamespacePath& ns,
                                                             std::string_view asker) {
    std::deque<ClassProviderRegistration> found;
    for (auto& each : WMI_TRY(service.registry->class_providers(ns))) {
        if (each.push || base::fold_equal(each.provider.name, asker)) continue;
        found.push_back(std::move(each));
    }
    return found;
}

void with_class(const std::shared_ptr<ServiceState>& service, const ClassQuestion& question,
                Completion completion, std::function<void(FoundClass, Completion)> then) {
    const auto schema = service->store->schema(question.name_space);
    if (!schema) {
        return completion.complete(
            Result<>(fail(Status::InvalidNamespace, "the namespace {} does not exist",
                          question.name_space.text())));
    }
    if (auto cls = schema->find_class(question.name)) {
        return then({std::move(cls), std::nullopt}, std::move(completion));
    }
    auto providers = pull_providers(*service, question.name_space, question.asker);
    if (!providers) return completion.complete(Result<>(fail(providers.error())));
    std::erase_if(*providers, [&](const auto& each) { return !each.may_supply(question.name); });
    ask_next(std::make_shared<Search>(Search{.service = service,
                                             .question = question,
                                             .left = std::move(*providers),
                                             .completion = std::move(completion),
                                             .then = std::move(then)}));
}

void with_provided_classes(const std::shared_ptr<ServiceState>& service,
                           const ClassQuestion& superclass, Depth depth, Completion completion,
                           std::function<void(std::vector<cim::ClassPtr>, Completion)> then) {
    auto providers = pull_providers(*service, superclass.name_space, superclass.asker);
    if (!providers) return completion.complete(Result<>(fail(providers.error())));
    gather_next(std::make_shared<Gathering>(Gathering{.service = service,
                                                      .superclass = superclass,
                                                      .depth = depth,
                                                      .left = std::move(*providers),
                                                      .completion = std::move(completion),
                                                      .then = std::move(then)}));
}

void put_with_provider(const std::shared_ptr<ServiceState>& service,
                       const ClassProviderRegistration& supplier, const cim::ClassPtr& cls,
                       const cim::CallContextPtr& sent, Completion completion) {
    if (!supplier.supports_put) {
        return completion.complete(
            Result<>(fail(not_capable(supplier, cls->name(), "SupportsPut"))));
    }
    const Start start = [cls](provider::Provider& provider, provider::Call call) {
        return provider.put_class(cls, std::move(call));
    };
    ask(service, supplier, sent, start, ends(std::move(completion), cls->name().text()));
}

void delete_with_provider(const std::shared_ptr<ServiceState>& service, const FoundClass& found,
                          const cim::CallContextPtr& sent, Completion completion) {
    const auto& name = found.cls->name();
    if (!found.supplier->supports_delete) {
        return completion.complete(
            Result<>(fail(not_capable(*found.supplier, name, "SupportsDelete"))));
    }
    const Start start = [name](provider::Provider& provider, provider::Call call) {
        return provider.delete_class(name, std::move(call));
    };
    ask(service, *found.supplier, sent, start, ends(std::move(completion), {}));
}

bool has_class_providers(const ServiceState& service) {
    return std::ranges::any_of(service.store->namespaces(), [&](const cim::NamespacePath& ns) {
        const auto pull = pull_providers(service, ns);
        return pull && !pull->empty();
    });
}

void start_push_providers(const std::shared_ptr<ServiceState>& service,
                          const cim::NamespacePath& ns, const cim::InstancePtr& registration) {
    const auto registered = service->registry->class_providers(ns);
    if (!registered) return;  // the namespace is gone
    const auto only =
        registration ? registration->find("provider").value_or(cim::Value()) : cim::Value();
    for (const auto& each : *registered) {
        if (!each.push || (registration && only != cim::Value(each.provider_path))) continue;
        service->calls->post([service, provider = each.provider] {
            const auto loaded = service->registry->use(provider, provider::Role::Instances);
            if (loaded || service->stopped || !service->observer) return;
            service->observer->on_state(
                provider.instance->path() ? provider.instance->path()->text() : provider.name,
                "failed", to_text(loaded.error()));
        });
    }
}

}  // namespace openwmi::core
