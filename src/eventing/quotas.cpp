#include "eventing/quotas.h"

namespace openwmi::eventing {

namespace {

std::uint64_t quota(const cim::Instance& configuration, const char* name) {
    const auto value = configuration.find(name).value_or(cim::Value());
    const auto* number = value.get_if<std::uint64_t>();
    return number ? *number : UINT64_MAX;
}

}  // namespace

Quotas Quotas::read(const Catalog& catalog) {
    Quotas quotas;
    cim::ObjectPath path;
    path.class_name = "__ArbitratorConfiguration";
    path.singleton = true;
    const auto stored = catalog.find_instance(cim::NamespacePath::root(), path);
    if (!stored) return quotas;
    const auto& from = **stored;
    quotas.temporary_subscriptions = {quota(from, "TemporarySubscriptionsTotal"),
                                      quota(from, "TemporarySubscriptionsPerUser")};
    quotas.permanent_subscriptions = {quota(from, "PermanentSubscriptionsTotal"),
                                      quota(from, "PermanentSubscriptionsPerUser")};
    quotas.polling_instructions = {quota(from, "PollingInstructionsTotal"),
                                   quota(from, "PollingInstructionsPerUser")};
    quotas.polling_memory_bytes = {quota(from, "PollingMemoryTotal"),
                                   quota(from, "PollingMemoryPerUser")};
    return quotas;
}

Result<> check_quota(const Quotas::Limit& limit, std::uint64_t total, std::uint64_t of_user,
                     std::string_view what) {
    if (total >= limit.total) {
        return fail(Status::QuotaViolation, "there are {} {} already, as many as may be", total,
                    what);
    }
    if (of_user >= limit.per_user) {
        return fail(Status::QuotaViolation, "this user has {} {} already, as many as one may have",
                    of_user, what);
    }
    return {};
}

}  // namespace openwmi::eventing
