#include "core/class_puts.h"

#include <utility>

#include "core/changes.h"
#include "core/class_providers.h"
#include "core/put_rules.h"

namespace openwmi::core {
namespace {

using repository::PutMode;

void store(ServiceState& service, const ClassPut& put, Completion completion) {
    const auto stored =
        commit_changes(service, [&](repository::Transaction& transaction) -> Result<> {
            return check_class(
                *WMI_TRY(transaction.put_class(put.name_space, put.declaration, put.options)));
        });
    if (!stored) return completion.complete(stored);
    completion.complete(Result<std::string>(put.declaration.name.text()));
}

// Changes a class that a provider has.
void change(const std::shared_ptr<ServiceState>& service, const ClassPut& put,
            const FoundClass& found, Completion completion) {
    if (put.options.mode == PutMode::CreateOnly) {
        return completion.complete(Result<>(fail(
            Status::AlreadyExists, "the class {} exists already: the class provider '{}' has it",
            put.declaration.name.text(), found.supplier->provider.name)));
    }
    const auto changed = cim::Class::derive(put.declaration, found.cls->superclass());
    if (!changed) return completion.complete(Result<>(fail(changed.error())));
    if (const auto checked = check_class(**changed); !checked) return completion.complete(checked);
    put_with_provider(service, *found.supplier, *changed, put.sent, std::move(completion));
}

// The provider that a new class belongs to, going by its superclass and name; empty: none.
Result<std::optional<provider::ClassProviderRegistration>> claimant(const ServiceState& service,
                                                                    const ClassPut& put,
                                                                    const cim::Class& cls) {
    for (auto& each : WMI_TRY(pull_providers(service, put.name_space, put.asker))) {
        if (each.supports_put && each.claims(cls)) return std::move(each);
    }
    return std::nullopt;
}

void create(const std::shared_ptr<ServiceState>& service, const ClassPut& put,
            const cim::ClassPtr& superclass, Completion completion) {
    // What is wrong with it, the repository says: it gets what no provider claims.
    const auto made = cim::Class::derive(put.declaration, superclass);
    if (!made) return store(*service, put, std::move(completion));
    const auto taken = claimant(*service, put, **made);
    if (!taken) return completion.complete(Result<>(fail(taken.error())));
    if (!*taken) return store(*service, put, std::move(completion));
    if (put.options.mode == PutMode::UpdateOnly) {
        return completion.complete(
            Result<>(fail(Status::NotFound, "there is no class {}", put.declaration.name.text())));
    }
    if (const auto checked = check_class(**made); !checked) return completion.complete(checked);
    put_with_provider(service, **taken, *made, put.sent, std::move(completion));
}

// Its superclass may be one of a class provider.
void create_below(const std::shared_ptr<ServiceState>& service, const ClassPut& put,
                  Completion completion) {
    const auto& superclass = put.declaration.superclass;
    if (superclass.empty()) return create(service, put, nullptr, std::move(completion));
    with_class(service,
               {put.name_space, superclass, put.sent, Status::InvalidSuperclass, put.asker},
               std::move(completion), [service, put](const FoundClass& found, Completion rest) {
                   create(service, put, found.cls, std::move(rest));
               });
}

}  // namespace

void put_class_where_it_belongs(const std::shared_ptr<ServiceState>& service, const ClassPut& put,
                                Completion completion) {
    const auto schema = service->store->schema(put.name_space);
    const auto providers = pull_providers(*service, put.name_space, put.asker);
    const bool stored = schema && schema->find_class(put.declaration.name);
    if (stored || !providers || providers->empty()) {
        return store(*service, put, std::move(completion));
    }
    const auto held = std::make_shared<Completion>(std::move(completion));
    const auto otherwise = [service, put, held](const Error& why) {
        if (why.status != Status::NotFound) return held->complete(Result<>(fail(why)));
        create_below(service, put, std::move(*held));  // nobody has it: it is new
    };
    with_class(service,
               {put.name_space, put.declaration.name, put.sent, Status::NotFound, put.asker},
               Completion(gather([otherwise](const Result<Collected>& outcome) {
                   if (!outcome) otherwise(outcome.error());
               })),
               [service, put, held](const FoundClass& found, Completion search) {
                   search.complete(Result<>());
                   change(service, put, found, std::move(*held));
               });
}

}  // namespace openwmi::core
