#include "core/dynamic_put.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "base/fold.h"
#include "core/put_rules.h"

namespace openwmi::core {
namespace {

provider::PutMode provider_mode(repository::PutMode mode) {
    switch (mode) {
        case repository::PutMode::CreateOrUpdate: return provider::PutMode::CreateOrUpdate;
        case repository::PutMode::UpdateOnly: return provider::PutMode::UpdateOnly;
        case repository::PutMode::CreateOnly: return provider::PutMode::CreateOnly;
    }
    return provider::PutMode::CreateOrUpdate;
}

// The classes whose providers are asked, topmost first. From the bottom up, so that of the classes
// of one provider the lowest is met first.
std::deque<cim::ClassPtr> classes_to_ask(const cim::ClassPtr& cls) {
    std::deque<cim::ClassPtr> asked;
    for (auto at = cls; at; at = at->superclass()) {
        if (!is_kept_by_provider(*at) || at->is_abstract()) continue;
        const bool known = std::ranges::any_of(asked, [&](const cim::ClassPtr& other) {
            return base::fold_equal(other->provider(), at->provider());
        });
        if (!known) asked.push_front(at);
    }
    return asked;
}

// A put on its way down. Shared by its steps.
struct Descent {
    InstanceWork work;
    cim::InstancePtr instance;
    repository::PutMode mode;
    std::deque<cim::ClassPtr> left;
    Completion completion;
};

void put_next(const std::shared_ptr<Descent>& descent) {
    const auto cls = std::move(descent->left.front());
    descent->left.pop_front();
    const auto& whole = descent->instance;
    const auto part = cls->name() == whole->class_of().name() ? whole : cim::upgrade(*whole, cls);
    ProviderCall call{.name_space = descent->work.place.name_space,
                      .cls = cls,
                      .caller = caller_of(descent->work, Kept::Put),
                      .start = [part, mode = descent->mode](provider::Provider& provider,
                                                            const auto& registration,
                                                            provider::Call to) -> Result<> {
                          if (!registration.supports_put) {
                              return not_capable(registration, "SupportsPut");
                          }
                          return provider.put_instance(part, provider_mode(mode), std::move(to));
                      }};
    if (descent->left.empty()) {
        return call_provider(descent->work.service, std::move(call),
                             std::move(descent->completion));
    }
    call_provider(descent->work.service, std::move(call),
                  Completion(gather([descent](const Result<Collected>& stored) {
                      if (stored) return put_next(descent);
                      descent->completion.complete(Result<>(fail(stored.error())));
                  })));
}

}  // namespace

void put_in_hierarchy(const InstanceWork& work, const cim::ClassPtr& cls,
                      const cim::InstancePtr& instance, repository::PutMode mode,
                      Completion completion) {
    auto asked = classes_to_ask(cls);
    if (asked.empty()) {
        return completion.complete(Result<>(
            fail(Status::InvalidOperation, "the class {} is abstract", cls->name().text())));
    }
    put_next(std::make_shared<Descent>(Descent{.work = work,
                                               .instance = instance,
                                               .mode = mode,
                                               .left = std::move(asked),
                                               .completion = std::move(completion)}));
}

}  // namespace openwmi::core
