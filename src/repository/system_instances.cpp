#include "repository/system_instances.h"

#include <utility>
#include <vector>

#include "cim/datetime.h"
#include "cim/schema.h"

namespace openwmi::repository {
namespace {

using Values = std::vector<std::pair<cim::Name, cim::Value>>;

struct Singleton {
    cim::Name class_name;
    Values values;
};

cim::ObjectPath singleton_path(const cim::Name& class_name) {
    cim::ObjectPath path;
    path.class_name = class_name;
    path.singleton = true;
    return path;
}

// The singletons of root. OD-070: providers and sinks are kept for five minutes. PRV-067: the
// quotas. The host quotas are our choice: the documentation gives none.
std::vector<Singleton> root_singletons() {
    const char* five_minutes = "00000000000500.000000:000";
    return {
        {"__EventProviderCacheControl", {{"ClearAfter", five_minutes}}},
        {"__EventConsumerProviderCacheControl", {{"ClearAfter", five_minutes}}},
        {"__EventSinkCacheControl", {{"ClearAfter", five_minutes}}},
        {"__ObjectProviderCacheControl", {{"ClearAfter", five_minutes}}},
        {"__PropertyProviderCacheControl", {{"ClearAfter", five_minutes}}},
        {"__ArbitratorConfiguration",
         {{"TemporarySubscriptionsPerUser", 1000u},
          {"TemporarySubscriptionsTotal", 10000u},
          {"PermanentSubscriptionsPerUser", 1000u},
          {"PermanentSubscriptionsTotal", 10000u},
          {"PollingInstructionsPerUser", 1000u},
          {"PollingInstructionsTotal", 10000u},
          {"PollingMemoryPerUser", 5000000u},
          {"PollingMemoryTotal", 10000000u}}},
        {"__ProviderHostQuotaConfiguration",
         {{"ThreadsPerHost", 256u},
          {"HandlesPerHost", 4096u},
          {"ProcessLimitAllHosts", 32u},
          {"MemoryPerHost", std::uint64_t{512} << 20},
          {"MemoryAllHosts", std::uint64_t{1} << 30}}},
    };
}

Result<> put(Transaction& transaction, const cim::NamespacePath& ns, const Singleton& singleton) {
    const auto cls = transaction.find_class(ns, singleton.class_name);
    if (!cls) {
        return fail(Status::Unexpected, "the system class {} is missing in {}",
                    singleton.class_name.text(), ns.text());
    }
    if (!cls->is_singleton()) return {};
    cim::InstanceBuilder builder(cls);
    for (const auto& [name, value] : singleton.values) WMI_TRY(builder.set(name, value));
    const auto instance = builder.build();
    WMI_TRY(transaction.put_instance(ns, *instance, PutMode::CreateOnly));
    return {};
}

Result<> ensure(Transaction& transaction, const cim::NamespacePath& ns,
                const Singleton& singleton) {
    const auto found = transaction.get_instance(ns, singleton_path(singleton.class_name));
    if (found) return {};
    if (found.error().status != Status::NotFound) return fail(found.error());
    return put(transaction, ns, singleton);
}

// The version that runs may differ from the one that made the repository.
Result<> ensure_identification(Transaction& transaction, const cim::NamespacePath& ns,
                               const SystemFacts& facts) {
    const cim::Name cls = "__CIMOMIdentification";
    WMI_TRY(ensure(transaction, ns,
                   {cls,
                    {{"SetupDateTime", cim::DateTime::point(facts.now).text()},
                     {"VersionUsedToCreateDB", facts.version},
                     {"VersionCurrentlyRunning", facts.version},
                     {"WorkingDirectory", facts.folder}}}));
    const auto instance = WMI_TRY(transaction.get_instance(ns, singleton_path(cls)));
    if (instance->find("VersionCurrentlyRunning") == cim::Value(facts.version)) return {};
    cim::InstanceBuilder builder(*instance);
    WMI_TRY(builder.set("VersionCurrentlyRunning", facts.version));
    const auto changed = builder.build();
    WMI_TRY(transaction.put_instance(ns, *changed));
    return {};
}

}  // namespace

Result<> ensure_namespace_instances(Transaction& transaction, const cim::NamespacePath& ns) {
    WMI_TRY(ensure(transaction, ns, {"__thisNAMESPACE", {}}));
    return ensure(transaction, ns, {"__SystemSecurity", {}});
}

Result<> ensure_system_instances(Transaction& transaction, const SystemFacts& facts) {
    const auto root = cim::NamespacePath::root();
    for (const auto& singleton : root_singletons()) WMI_TRY(ensure(transaction, root, singleton));
    WMI_TRY(ensure_identification(transaction, root, facts));
    // root\default is an administrator's to delete.
    const auto default_namespace = root.child("default");
    if (!transaction.find_class(default_namespace, "__CIMOMIdentification")) return {};
    return ensure_identification(transaction, default_namespace, facts);
}

}  // namespace openwmi::repository
