#include "core/enumeration.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <utility>

#include "core/dynamic_properties.h"

namespace openwmi::core {

namespace {

// The dynamic classes still to be asked.
struct DynamicClasses {
    std::shared_ptr<ServiceState> service;
    Enumeration enumeration;
    std::deque<cim::ClassPtr> left;
};

// How a provider is asked for the instances of one class.
enum class Manner { All, One, Query };

void ask_next(DynamicClasses classes, Completion completion);
void ask_class(DynamicClasses classes, const cim::ClassPtr& cls, bool shortcut,
               Completion completion);

// The instances of one dynamic class on their way to the caller; then the next class is asked.
class Answers final : public ProviderAnswers {
  public:
    Answers(DynamicClasses classes, cim::ClassPtr cls, bool shortcut, Completion completion)
        : ProviderAnswers(classes.service, classes.enumeration.name_space, std::move(cls)),
          classes_(std::move(classes)),
          shortcut_(shortcut),
          completion_(std::move(completion)) {}

    // On the executor for calls.
    Result<> ask(provider::Provider& provider,
                 const provider::InstanceProviderRegistration& registration, provider::Call call);
    void progress(provider::Progress progress) override { completion_.progress(progress); }
    void explain(const cim::InstancePtr& status) override { explanation_ = status; }

  private:
    bool take(cim::InstancePtr instance) override;
    void done(Result<> outcome) override;
    bool is_too_much(const Result<>& outcome) const;
    const Enumeration& enumeration() const { return classes_.enumeration; }

    DynamicClasses classes_;
    const bool shortcut_;
    Manner manner_ = Manner::All;
    bool has_answered_ = false;
    cim::InstancePtr explanation_;
    Completion completion_;
};

bool declares(const provider::InstanceProviderRegistration& registration, std::string_view level) {
    return std::ranges::any_of(registration.query_support_levels, [&](const std::string& each) {
        return base::fold_equal(each, level);
    });
}

Result<> Answers::ask(provider::Provider& provider,
                      const provider::InstanceProviderRegistration& registration,
                      provider::Call call) {
    const auto& shortcuts = enumeration().shortcuts;
    const bool may = shortcut_ && !is_high_performance(*expected(), registration);
    if (may && shortcuts.query && declares(registration, shortcuts.level)) {
        manner_ = Manner::Query;
        return provider.exec_query(shortcuts.query(*expected()), std::move(call));
    }
    const auto path = may && shortcuts.path && registration.supports_get
                          ? shortcuts.path(*expected())
                          : std::nullopt;
    if (!path) return start_enumeration(provider, registration, *expected(), std::move(call));
    manner_ = Manner::One;
    return provider.get_instance(*path, std::move(call));
}

// A provider answers for its own class; subclasses are asked in their turn.
bool Answers::take(cim::InstancePtr instance) {
    if (instance->class_of().name() != expected()->name()) {
        refuse();
        return true;
    }
    has_answered_ = true;
    if (enumeration().work && !enumeration().work->look()) return false;
    const auto selected = enumeration().select(instance);
    return !selected || completion_.indicate(selected);
}

// SYS-096, OD-083
bool Answers::is_too_much(const Result<>& outcome) const {
    if (outcome || manner_ == Manner::All || has_answered_) return false;
    const auto status = outcome.error().status;
    return status == Status::ProviderNotCapable || status == Status::UnsupportedParameter ||
           status == Status::NotSupported;
}

void Answers::done(Result<> outcome) {
    if (is_too_much(outcome)) {
        return ask_class(std::move(classes_), expected(), false, std::move(completion_));
    }
    const auto& work = enumeration().work;
    if (work && !work->state()) return completion_.complete(work->state());
    const auto status = outcome ? Status::Ok : outcome.error().status;
    // Of the class that was asked for it is an error, of one below it is no instance more.
    const bool below = expected()->name() != enumeration().cls->name();
    const bool skipped = (status == Status::ProviderNotCapable && below) ||
                         (status == Status::NotFound && manner_ == Manner::One);
    if (!outcome && !skipped) {
        if (explanation_) completion_.explain(explanation_);
        return completion_.complete(outcome);
    }
    ask_next(std::move(classes_), std::move(completion_));
}

void ask_class(DynamicClasses classes, const cim::ClassPtr& cls, bool shortcut,
               Completion completion) {
    const auto service = classes.service;
    ProviderCall call{.name_space = classes.enumeration.name_space,
                      .cls = cls,
                      .caller = classes.enumeration.caller,
                      .start = {}};
    const auto answers =
        std::make_shared<Answers>(std::move(classes), cls, shortcut, std::move(completion));
    call.start = [answers](provider::Provider& provider, const auto& registration,
                           provider::Call to) {
        return answers->ask(provider, registration, std::move(to));
    };
    call_provider(service, std::move(call), answers);
}

void ask_next(DynamicClasses classes, Completion completion) {
    if (classes.left.empty()) return completion.complete(Result<>());
    const auto cls = classes.left.front();
    classes.left.pop_front();
    ask_class(std::move(classes), cls, true, std::move(completion));
}

// One that is stored, whole or in part, with what providers know of it.
Result<cim::InstancePtr> complete_stored(const PropertyAccess& access,
                                         const std::optional<PartialGet>& partial,
                                         const cim::InstancePtr& stored) {
    if (!partial) return read_dynamic(access, stored);
    const auto wanted = [&](const cim::Property& property) { return partial->wants(property); };
    return project(*partial, *WMI_TRY(read_dynamic(access, stored, wanted)));
}

// The stored ones of a search, page by page.
Result<> give_stored(const std::shared_ptr<ServiceState>& service, const Enumeration& enumeration,
                     const repository::Search& search, Completion& completion) {
    const PropertyAccess access{service, enumeration.name_space, enumeration.caller.client};
    std::string next;
    do {
        auto page = WMI_TRY(service->store->find(search, next));
        for (const auto& instance : page.instances) {
            if (enumeration.work) WMI_TRY(enumeration.work->look());
            const auto selected =
                enumeration.select(WMI_TRY(complete_stored(access, enumeration.partial, instance)));
            if (selected && !completion.indicate(selected)) {
                return fail(Status::CallCancelled, "the caller gave up");
            }
        }
        next = std::move(page.next);
    } while (!next.empty());
    return {};
}

// The classes whose stored instances are given, with those below them or without.
struct StoredClasses {
    std::vector<cim::ClassPtr> classes;
    bool deep = false;
};
StoredClasses stored_classes(const Enumeration& enumeration) {
    const auto& exactly = enumeration.shortcuts.exactly;
    if (exactly) return {*exactly, false};
    return {{enumeration.cls}, enumeration.depth == Depth::Deep};
}

Result<> give_stored(const std::shared_ptr<ServiceState>& service, const Enumeration& enumeration,
                     Completion& completion) {
    const auto& ns = enumeration.name_space;
    const auto schema = service->store->schema(ns);
    const auto wanted = stored_classes(enumeration);
    for (const auto& cls : wanted.classes) {
        // Of a class that a class provider gave, the repository has nothing.
        if (!schema || !schema->find_class(cls->name())) continue;
        repository::Search search{
            .name_space = ns, .class_name = cls->name(), .deep = wanted.deep, .conditions = {}};
        // What is stored of a property that a provider keeps is not what it is.
        if (!has_dynamic_properties(*service, ns, cls, enumeration.depth)) {
            search.conditions = enumeration.shortcuts.conditions;
        }
        WMI_TRY(give_stored(service, enumeration, search, completion));
    }
    return {};
}

// The classes whose providers are asked.
std::deque<cim::ClassPtr> dynamic_classes(const ServiceState& service,
                                          const Enumeration& enumeration) {
    std::deque<cim::ClassPtr> classes;
    if (const auto& exactly = enumeration.shortcuts.exactly) {
        std::ranges::copy_if(*exactly, std::back_inserter(classes), has_provided_instances);
        return classes;
    }
    classes = provided_classes(service, enumeration.name_space, enumeration.cls, enumeration.depth);
    std::ranges::copy_if(enumeration.provided, std::back_inserter(classes), has_provided_instances);
    return classes;
}

void give_all(const std::shared_ptr<ServiceState>& service, Enumeration enumeration,
              Completion completion) {
    const auto given = give_stored(service, enumeration, completion);
    if (!given) return completion.complete(given);
    auto left = dynamic_classes(*service, enumeration);
    ask_next({service, std::move(enumeration), std::move(left)}, std::move(completion));
}

}  // namespace

void enumerate(const std::shared_ptr<ServiceState>& service, Enumeration enumeration,
               Completion completion) {
    const auto& wanted = enumeration;
    if (!has_dynamic_properties(*service, wanted.name_space, wanted.cls, wanted.depth)) {
        return give_all(service, std::move(enumeration), std::move(completion));
    }
    const auto owned = std::make_shared<Completion>(std::move(completion));
    service->calls->post([service, enumeration = std::move(enumeration), owned] {
        give_all(service, enumeration, std::move(*owned));
    });
}

}  // namespace openwmi::core
