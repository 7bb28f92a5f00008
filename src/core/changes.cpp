#include "core/changes.h"

#include <set>
#include <utility>
#include <vector>

#include "provider/registration.h"

namespace openwmi::core {

namespace {

using repository::Change;

eventing::Change intrinsic(const Change& change) {
    return {.kind = static_cast<eventing::Change::Kind>(change.kind),
            .what = static_cast<eventing::Change::What>(change.what),
            .name_space = change.name_space,
            .previous = change.previous,
            .current = change.current};
}

// Is this an instance on which subscriptions depend, and how?
enum class Concern { None, Subscription, Registration };
Concern concern_of(const Change& change) {
    const auto& object = change.current ? change.current : change.previous;
    if (change.what != Change::What::Instance) return Concern::None;
    const auto& cls = object->class_of();
    if (cls.is_a("__EventFilter") || cls.is_a("__EventConsumer") ||
        cls.is_a("__FilterToConsumerBinding") || cls.is_a("__TimerInstruction")) {
        return Concern::Subscription;
    }
    if (cls.is_a("__ProviderRegistration") || cls.is_a("__Provider")) return Concern::Registration;
    return Concern::None;
}

void tell_eventing(eventing::Engine& engine, const std::vector<Change>& changes) {
    std::set<cim::NamespacePath> surroundings;
    bool removed = false;
    for (const auto& change : changes) {
        if (change.what != Change::What::Instance) {
            surroundings.insert(change.name_space);
            removed = removed || change.kind == Change::Kind::Deleted ||
                      change.what == Change::What::Namespace;
            continue;
        }
        const auto* instance = (change.current ? change.current : change.previous)->as_instance();
        switch (concern_of(change)) {
            case Concern::Subscription:
                if (const auto path = instance->path())
                    engine.subscription_changed(change.name_space, *path);
                break;
            case Concern::Registration: surroundings.insert(change.name_space); break;
            case Concern::None: break;
        }
    }
    if (removed) return engine.namespaces_changed();
    for (const auto& ns : surroundings) engine.classes_changed(ns);
}

void start_providers(ServiceState& service, const std::vector<Change>& changes) {
    for (const auto& change : changes) {
        const auto* instance = change.current ? change.current->as_instance() : nullptr;
        if (instance && instance->class_of().is_a("__ClassProviderRegistration")) {
            start_push_providers(service.shared_from_this(), change.name_space,
                                 cim::InstancePtr(instance));
        }
    }
}

// What an event provider declares and cannot mean is left out, and the log says so (GEN-022).
void tell_of_ignored_queries(const ServiceState& service, const std::vector<Change>& changes) {
    if (!service.observer) return;
    for (const auto& change : changes) {
        const auto* instance = change.current ? change.current->as_instance() : nullptr;
        if (!instance || !instance->class_of().is_a("__EventProviderRegistration")) continue;
        const auto schema = service.store->schema(change.name_space);
        const auto path = instance->path();
        if (!schema || !path) continue;
        const auto declared =
            provider::read_event_registration(cim::InstancePtr(instance), *schema);
        if (!declared) continue;  // it names no provider: who uses it is told
        const auto part = change.name_space.text() + ":" + path->relative_text();
        for (const auto& why : declared->ignored) {
            service.observer->on_state(part, "ignored", to_text(why));
        }
    }
}

}  // namespace

Result<> commit_and_tell(ServiceState& service, repository::Transaction transaction) {
    std::vector<Change> committed;
    std::vector<eventing::Change> changes_to_tell;
    for (const auto& change : transaction.changes()) changes_to_tell.push_back(intrinsic(change));
    auto prepared = WMI_TRY(service.engine->prepare_intrinsic(changes_to_tell));
    for (const auto& message : prepared.messages()) WMI_TRY(transaction.post(message));
    eventing::PendingDeliveries pending;
    WMI_TRY(transaction.commit([&](std::span<const Change> changes) {
        pending = service.engine->raise_intrinsic(std::move(prepared));
        committed.assign(changes.begin(), changes.end());
    }));
    pending.run();
    tell_eventing(*service.engine, committed);
    start_providers(service, committed);
    tell_of_ignored_queries(service, committed);
    return {};
}

Result<> commit_changes(ServiceState& service,
                        const std::function<Result<>(repository::Transaction&)>& make) {
    if (service.stopped) return fail(Status::ShuttingDown, "the service is stopping");
    auto transaction = service.store->begin();
    WMI_TRY(make(transaction));
    return commit_and_tell(service, std::move(transaction));
}

}  // namespace openwmi::core
