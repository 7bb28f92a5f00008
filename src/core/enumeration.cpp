#include "core/enumeration.h"

#include <deque>
#include <mutex>
#include <utility>

#include "core/put_rules.h"

namespace openwmi::core {

namespace {

cim::OriginPtr origin_of(const cim::NamespacePath& ns) {
    return std::make_shared<const cim::Origin>(cim::Origin{".", ns});
}

// Passes a provider's answers on, as objects that live in the namespace.
class Answers final : public provider::ObjectSink {
  public:
    using Select = std::function<cim::ObjectPtr(const cim::InstancePtr&)>;
    using Done = std::function<void(Completion, Result<>)>;
    Answers(Completion completion, cim::OriginPtr origin, Select select, Done done)
        : completion_(std::move(completion)),
          origin_(std::move(origin)),
          select_(std::move(select)),
          done_(std::move(done)) {}

    void indicate(std::span<const cim::ObjectPtr> objects) override {
        const std::lock_guard lock(mutex_);
        if (finished_ || cancelled_) return;
        for (const auto& object : objects) {
            const auto* instance = object->as_instance();
            if (!instance) continue;
            const auto selected = select_(instance->with_origin(origin_));
            if (selected && !completion_.indicate(selected)) {
                cancelled_ = true;
                return;
            }
        }
    }
    // The first one counts (a provider may report by return value and through the sink, COM-183).
    void complete(Result<> outcome) override {
        {
            const std::lock_guard lock(mutex_);
            if (std::exchange(finished_, true)) return;
            if (cancelled_ && outcome) outcome = fail(Status::CallCancelled, "the caller gave up");
        }
        done_(std::move(completion_), std::move(outcome));
    }

  private:
    std::mutex mutex_;
    Completion completion_;
    const cim::OriginPtr origin_;
    const Select select_;
    const Done done_;
    bool finished_ = false;
    bool cancelled_ = false;
};

// The dynamic classes still to be asked.
struct DynamicClasses {
    std::shared_ptr<ServiceState> service;
    Enumeration enumeration;
    std::deque<cim::ClassPtr> left;
};

void ask_provider(const std::shared_ptr<ServiceState>& service, const cim::NamespacePath& ns,
                  const cim::ClassPtr& cls, const std::shared_ptr<Answers>& answers,
                  const std::function<Result<>(provider::Provider&,
                                               std::shared_ptr<provider::ObjectSink>)>& call) {
    const auto registration = service->registry->instance_provider(ns, *cls);
    if (!registration) return answers->complete(fail(registration.error()));
    const auto provider = service->registry->use(*registration, provider::Role::Instances);
    if (!provider) return answers->complete(fail(provider.error()));
    if (auto started = call(**provider, answers); !started) answers->complete(std::move(started));
}

void ask_next(DynamicClasses classes, Completion completion) {
    if (classes.left.empty()) return completion.complete(Result<>());
    const auto cls = classes.left.front();
    classes.left.pop_front();
    const auto service = classes.service;
    const auto ns = classes.enumeration.name_space;
    const auto sent = classes.enumeration.sent;
    const auto select = [given = classes.enumeration.select,
                         name = cls->name()](const cim::InstancePtr& instance) -> cim::ObjectPtr {
        // A provider answers for its own class; subclasses are asked in their turn.
        return instance->class_of().name() == name ? given(instance) : nullptr;
    };
    auto done = [classes = std::move(classes)](Completion rest, const Result<>& outcome) {
        if (!outcome) return rest.complete(outcome);
        ask_next(classes, std::move(rest));
    };
    auto answers =
        std::make_shared<Answers>(std::move(completion), origin_of(ns), select, std::move(done));
    service->calls->post([service, ns, cls, answers, sent] {
        ask_provider(service, ns, cls, answers, [&](provider::Provider& provider, auto sink) {
            return provider.enumerate(cls->name(), {std::move(sink), sent});
        });
    });
}

}  // namespace

namespace {

// Page by page. Fails with CallCancelled when the caller wants no more.
Result<> give_stored(const repository::Store& store, const Enumeration& enumeration,
                     Completion& completion) {
    std::string next;
    do {
        auto page = WMI_TRY(store.enumerate(enumeration.name_space, enumeration.cls->name(),
                                            enumeration.depth == Depth::Deep, next));
        for (const auto& instance : page.instances) {
            const auto selected = enumeration.select(instance);
            if (selected && !completion.indicate(selected)) {
                return fail(Status::CallCancelled, "the caller gave up");
            }
        }
        next = std::move(page.next);
    } while (!next.empty());
    return {};
}

}  // namespace

void enumerate(const std::shared_ptr<ServiceState>& service, Enumeration enumeration,
               Completion completion) {
    const auto schema = service->store->schema(enumeration.name_space);
    // Of a class that a class provider gave, the repository has nothing.
    if (schema && schema->find_class(enumeration.cls->name())) {
        const auto given = give_stored(*service->store, enumeration, completion);
        if (!given) return completion.complete(given);
    }
    DynamicClasses dynamic{service, std::move(enumeration), {}};
    const auto add = [&](const cim::ClassPtr& cls) {
        if (is_kept_by_provider(*cls) && !cls->is_abstract()) dynamic.left.push_back(cls);
    };
    const auto& wanted = dynamic.enumeration;
    add(wanted.cls);
    if (schema && wanted.depth == Depth::Deep) {
        for (const auto& cls : schema->subclasses(wanted.cls->name())) add(cls);
    }
    for (const auto& cls : wanted.provided) add(cls);
    ask_next(std::move(dynamic), std::move(completion));
}

void call_provider(
    const std::shared_ptr<ServiceState>& service, const cim::NamespacePath& ns,
    const cim::ClassPtr& cls, Completion completion,
    std::function<Result<>(provider::Provider&, std::shared_ptr<provider::ObjectSink>)> call) {
    auto answers = std::make_shared<Answers>(
        std::move(completion), origin_of(ns),
        [](const cim::InstancePtr& instance) { return instance; },
        [](Completion rest, const Result<>& outcome) { rest.complete(outcome); });
    service->calls->post([service, ns, cls, answers, call = std::move(call)] {
        ask_provider(service, ns, cls, answers, call);
    });
}

}  // namespace openwmi::core
