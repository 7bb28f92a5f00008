#include "core/instances.h"

#include <optional>
#include <utility>

#include "core/batch.h"
#include "core/changes.h"
#include "core/dynamic_properties.h"
#include "core/dynamic_put.h"
#include "core/lookup.h"
#include "core/put_rules.h"

namespace openwmi::core {

namespace {

PropertyAccess property_access(const InstanceWork& work) {
    return {work.service, work.place.name_space, caller_of(work).client};
}

// A provider may need the writer's place that a batch holds, and so may who acts upon the Put.
Result<> check_batch(const InstanceWork& work, const cim::Class& cls) {
    if (!work.call.batch || !stands_alone(cls)) return {};
    return fail(Status::InvalidOperation, "an object of {} cannot be part of a batch",
                cls.name().text());
}

// At once, or as a part of the batch.
Result<> change(const InstanceWork& work,
                const std::function<Result<>(repository::Transaction&)>& make) {
    return work.call.batch ? work.call.batch->change(make) : commit_changes(*work.service, make);
}

Result<cim::InstancePtr> find_stored(const InstanceWork& work, const cim::ObjectPath& path) {
    return work.call.batch
               ? work.call.batch->transaction().get_instance(work.place.name_space, path)
               : work.service->store->get_instance(work.place.name_space, path);
}

// On the executor for calls, because providers may block.
void give_with_dynamic(const InstanceWork& work, const cim::InstancePtr& stored,
                       const std::optional<PartialGet>& partial, Completion completion) {
    const auto owned = std::make_shared<Completion>(std::move(completion));
    work.service->calls->post([access = property_access(work), stored, partial, owned] {
        const auto wanted = [&](const cim::Property& property) {
            return !partial || partial->wants(property);
        };
        const auto whole = read_dynamic(access, stored, wanted);
        if (!whole) return owned->complete(Result<>(fail(whole.error())));
        owned->indicate(partial ? project(*partial, **whole) : *whole);
        owned->complete(Result<>());
    });
}

// A binding that is not there yet is one more permanent subscription (SYS-112).
Result<> check_quota(const InstanceWork& work, const cim::Instance& instance) {
    if (!instance.class_of().is_a("__FilterToConsumerBinding")) return {};
    const auto path = instance.path();
    if (!path || work.service->store->get_instance(work.place.name_space, *path)) return {};
    return work.service->engine->check_permanent_quota(work.place.identity);
}

Result<std::string> put_stored(const InstanceWork& work, const cim::InstancePtr& instance,
                               repository::PutMode mode, const std::optional<PartialPut>& partial) {
    WMI_TRY(check_quota(work, *instance));
    cim::InstancePtr stored;
    const auto& ns = work.place.name_space;
    WMI_TRY(change(work, [&](repository::Transaction& transaction) -> Result<> {
        cim::InstancePtr whole = instance;
        if (partial) {
            const auto path = WMI_TRY(instance->path());
            const auto before = WMI_TRY(transaction.get_instance(ns, path));
            whole = WMI_TRY(merge(*partial, *before, *instance));
        }
        const auto ready = WMI_TRY(apply_put_rules(whole, work.place.identity));
        if (const auto schema = work.service->store->schema(ns)) {
            WMI_TRY(check_registration(ready, *schema));
        }
        stored = WMI_TRY(transaction.put_instance(ns, *ready, mode));
        return {};
    }));
    const auto path = WMI_TRY(stored->path());
    return path.relative_text();
}

// What a Put requires of what is there, asked before providers are given anything.
Result<> check_presence(const InstanceWork& work, const cim::Instance& instance,
                        repository::PutMode mode) {
    const auto path = WMI_TRY(instance.path());
    if (mode == repository::PutMode::CreateOrUpdate) return {};
    const auto stored = work.service->store->get_instance(work.place.name_space, path);
    if (!stored && stored.error().status != Status::NotFound) return fail(stored.error());
    if (stored && mode == repository::PutMode::CreateOnly) {
        return fail(Status::AlreadyExists, "{} is there already", path.relative_text());
    }
    if (!stored && mode == repository::PutMode::UpdateOnly) return fail(stored.error());
    return {};
}

// First providers get their values, then the rest is stored (COM-172).
void put_with_dynamic(const InstanceWork& work, const cim::InstancePtr& instance,
                      repository::PutMode mode, const std::optional<PartialPut>& partial,
                      Completion completion) {
    if (const auto possible = check_presence(work, *instance, mode); !possible) {
        return completion.complete(possible);
    }
    const auto owned = std::make_shared<Completion>(std::move(completion));
    work.service->calls->post([work, instance, mode, partial, owned] {
        const auto wanted = [&](const cim::Property& property) {
            return !partial || partial->wants(property);
        };
        const auto rest = write_dynamic(property_access(work), instance, wanted);
        if (!rest) return owned->complete(Result<>(fail(rest.error())));
        owned->complete(put_stored(work, *rest, mode, partial));
    });
}

}  // namespace

Caller caller_of(const InstanceWork& work, Kept kept) {
    return {.client = {.user = work.place.identity.name(),
                       .sid = work.place.identity.user().text(),
                       .locale = work.place.locale},
            .sent = context_for_providers(work.call.context, kept)};
}

void find_one(const InstanceWork& work, const cim::ClassPtr& cls, const cim::ObjectPath& path,
              Completion completion) {
    const auto partial = read_partial_get(work.call.context, *cls);
    if (!partial) return completion.complete(Result<>(fail(partial.error())));
    if (!is_kept_by_provider(*cls)) {
        const auto instance = find_stored(work, path);
        if (instance && has_dynamic_properties((*instance)->class_of()) && !work.call.batch) {
            return give_with_dynamic(work, *instance, *partial, std::move(completion));
        }
        if (instance) {
            completion.indicate(*partial ? project(**partial, **instance) : *instance);
            return completion.complete(Result<>());
        }
        const bool may_be_provided = instance.error().status == Status::NotFound;
        if (!may_be_provided || work.call.batch) {
            return completion.complete(Result<>(fail(instance.error())));
        }
    }
    if (const auto fits = check_batch(work, *cls); !fits) return completion.complete(fits);
    find_provided(work.service,
                  {.name_space = work.place.name_space,
                   .path = path,
                   .cls = cls,
                   .depth = work.call.direct_read ? Depth::Shallow : Depth::Deep,
                   .caller = caller_of(work, *partial ? Kept::Get : Kept::None)},
                  std::move(completion));
}

void keep(const InstanceWork& work, const cim::ClassPtr& cls, const cim::InstancePtr& instance,
          repository::PutMode mode, Completion completion) {
    if (const auto fits = check_batch(work, *cls); !fits) return completion.complete(fits);
    const auto partial = read_partial_put(work.call.context, mode, *cls);
    if (!partial) return completion.complete(Result<>(fail(partial.error())));
    if (is_kept_by_provider(*cls)) {
        if (*partial) {
            return put_in_hierarchy(work, cls, instance, mode,
                                    with_partial_put_errors(std::move(completion)));
        }
        auto plain = work;  // without what another call left over (COM-057)
        plain.call.context = context_for_providers(work.call.context, Kept::None);
        return put_in_hierarchy(plain, cls, instance, mode, std::move(completion));
    }
    if (has_dynamic_properties(*cls)) {
        return put_with_dynamic(work, instance, mode, *partial, std::move(completion));
    }
    completion.complete(put_stored(work, instance, mode, *partial));
}

void drop(const InstanceWork& work, const cim::ClassPtr& cls, const cim::ObjectPath& path,
          Completion completion) {
    if (const auto fits = check_batch(work, *cls); !fits) return completion.complete(fits);
    if (!is_kept_by_provider(*cls)) {
        return completion.complete(change(work, [&](repository::Transaction& transaction) {
            return transaction.delete_instance(work.place.name_space, path);
        }));
    }
    const auto remove = [path](provider::Provider& provider, const auto& registration,
                               provider::Call to) -> Result<> {
        if (!registration.supports_delete) return not_capable(registration, "SupportsDelete");
        return provider.delete_instance(path, std::move(to));
    };
    call_provider(work.service,
                  {.name_space = work.place.name_space,
                   .cls = cls,
                   .caller = caller_of(work),
                   .start = remove},
                  std::move(completion));
}

Result<Enumeration> enumeration_of(const InstanceWork& work, cim::ClassPtr cls, Depth depth) {
    auto partial = WMI_TRY(read_partial_get(work.call.context, *cls));
    const auto kept = partial ? Kept::Get : Kept::None;
    return Enumeration{.name_space = work.place.name_space,
                       .cls = std::move(cls),
                       .depth = work.call.direct_read ? Depth::Shallow : depth,
                       .select = [](const cim::InstancePtr& instance) { return instance; },
                       .caller = caller_of(work, kept),
                       .partial = std::move(partial)};
}

}  // namespace openwmi::core
