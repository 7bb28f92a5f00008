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

void ask_next(DynamicClasses classes, Completion completion);

// The instances of one dynamic class on their way to the caller; then the next class is asked.
class Answers final : public ProviderAnswers {
  public:
    Answers(DynamicClasses classes, cim::ClassPtr cls, Completion completion)
        : ProviderAnswers(classes.service, classes.enumeration.name_space, std::move(cls)),
          classes_(std::move(classes)),
          completion_(std::move(completion)) {}

    void progress(provider::Progress progress) override { completion_.progress(progress); }
    void explain(const cim::InstancePtr& status) override { completion_.explain(status); }

  private:
    // A provider answers for its own class; subclasses are asked in their turn.
    bool take(cim::InstancePtr instance) override {
        if (instance->class_of().name() != expected()->name()) {
            refuse();
            return true;
        }
        const auto selected = classes_.enumeration.select(instance);
        return !selected || completion_.indicate(selected);
    }
    void done(Result<> outcome) override {
        // Of the class that was asked for it is an error, of one below it is no instance more.
        const bool skipped = !outcome && outcome.error().status == Status::ProviderNotCapable &&
                             expected()->name() != classes_.enumeration.cls->name();
        if (!outcome && !skipped) return completion_.complete(outcome);
        ask_next(std::move(classes_), std::move(completion_));
    }

    DynamicClasses classes_;
    Completion completion_;
};

void ask_next(DynamicClasses classes, Completion completion) {
    if (classes.left.empty()) return completion.complete(Result<>());
    const auto cls = classes.left.front();
    classes.left.pop_front();
    const auto service = classes.service;
    ProviderCall call{
        .name_space = classes.enumeration.name_space,
        .cls = cls,
        .caller = classes.enumeration.caller,
        .start = [cls](provider::Provider& provider, const auto& registration, provider::Call to) {
            return start_enumeration(provider, registration, *cls, std::move(to));
        }};
    call_provider(service, std::move(call),
                  std::make_shared<Answers>(std::move(classes), cls, std::move(completion)));
}

// One that is stored, whole or in part, with what providers know of it.
Result<cim::InstancePtr> complete_stored(const PropertyAccess& access,
                                         const std::optional<PartialGet>& partial,
                                         const cim::InstancePtr& stored) {
    if (!partial) return read_dynamic(access, stored);
    const auto wanted = [&](const cim::Property& property) { return partial->wants(property); };
    return project(*partial, *WMI_TRY(read_dynamic(access, stored, wanted)));
}

// The stored ones, page by page.
Result<> give_stored(const std::shared_ptr<ServiceState>& service, const Enumeration& enumeration,
                     Completion& completion) {
    const PropertyAccess access{service, enumeration.name_space, enumeration.caller.client};
    std::string next;
    do {
        auto page =
            WMI_TRY(service->store->enumerate(enumeration.name_space, enumeration.cls->name(),
                                              enumeration.depth == Depth::Deep, next));
        for (const auto& instance : page.instances) {
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

void give_all(const std::shared_ptr<ServiceState>& service, Enumeration enumeration,
              Completion completion) {
    const auto schema = service->store->schema(enumeration.name_space);
    // Of a class that a class provider gave, the repository has nothing.
    if (schema && schema->find_class(enumeration.cls->name())) {
        const auto given = give_stored(service, enumeration, completion);
        if (!given) return completion.complete(given);
    }
    DynamicClasses dynamic{service, std::move(enumeration), {}};
    const auto& wanted = dynamic.enumeration;
    dynamic.left = provided_classes(*service, wanted.name_space, wanted.cls, wanted.depth);
    std::ranges::copy_if(wanted.provided, std::back_inserter(dynamic.left), has_provided_instances);
    ask_next(std::move(dynamic), std::move(completion));
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
