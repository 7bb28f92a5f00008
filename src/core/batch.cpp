#include "core/batch.h"

#include <utility>

#include "core/changes.h"
#include "core/dynamic_properties.h"
#include "core/put_rules.h"

namespace openwmi::core {

Batch::Batch(std::shared_ptr<ServiceState> service)
    : service_(std::move(service)), transaction_(service_->store->begin()) {}

Result<> Batch::change(const std::function<Result<>(repository::Transaction&)>& make) {
    if (service_->stopped) return fail(Status::ShuttingDown, "the service is stopping");
    return transaction_.attempt([&] { return make(transaction_); });
}

Result<> Batch::commit() {
    if (service_->stopped) return fail(Status::ShuttingDown, "the service is stopping");
    return commit_and_tell(*service_, std::move(transaction_));
}

// Namespaces, subscriptions, registrations, timers and settings of the service are all instances of
// system classes or of what users derive from them.
bool stands_alone(const cim::Class& cls) {
    for (const auto* each = &cls; each; each = each->superclass().get()) {
        if (each->name().text().starts_with("__")) return true;
    }
    return is_kept_by_provider(cls) || has_dynamic_properties(cls);
}

}  // namespace openwmi::core
