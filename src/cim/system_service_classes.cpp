#include "cim/system_schema.h"

// The service, its namespaces and their security, and how calls end: sections 2.7 and 2.8 of the
// specification.

namespace openwmi::cim::system_schema {
namespace {

constexpr auto root_only = SystemScope::RootOnly;

// One singleton each (the documentation forgets to say so of the property providers').
void add_cache_controls(Table& table) {
    table.add("__CacheControl", "__SystemClass").abstract().only_in(root_only);
    for (const char* name : {"__EventProviderCacheControl", "__EventConsumerProviderCacheControl",
                             "__EventSinkCacheControl", "__ObjectProviderCacheControl",
                             "__PropertyProviderCacheControl"}) {
        table.add(name, "__CacheControl")
            .singleton()
            .only_in(root_only)
            .property(datetime, "ClearAfter", interval());
    }
}

void add_quotas(Table& table) {
    auto& arbitrator =
        table.add("__ArbitratorConfiguration", "__SystemClass").singleton().only_in(root_only);
    for (const char* name : {"OutstandingTasksPerUser",
                             "OutstandingTasksTotal",
                             "PermanentSubscriptionsPerUser",
                             "PermanentSubscriptionsTotal",
                             "PollingInstructionsPerUser",
                             "PollingInstructionsTotal",
                             "PollingMemoryPerUser",
                             "PollingMemoryTotal",
                             "QuotaRetryCount",
                             "QuotaRetryWaitInterval",
                             "TaskThreadsPerUser",
                             "TaskThreadsTotal",
                             "TemporarySubscriptionsPerUser",
                             "TemporarySubscriptionsTotal",
                             "TotalCacheDisk",
                             "TotalCacheDiskPerTask",
                             "TotalCacheDiskPerUser",
                             "TotalCacheMemory",
                             "TotalCacheMemoryPerTask",
                             "TotalCacheMemoryPerUser",
                             "TotalUsers"}) {
        arbitrator.property(uint32, name);
    }

    // A singleton in spite of its documented MOF (OD-069).
    table.add("__ProviderHostQuotaConfiguration", "__SystemClass")
        .singleton()
        .only_in(root_only)
        .property(uint32, "ThreadsPerHost", readable(), writable())
        .property(uint32, "HandlesPerHost", readable(), writable())
        .property(uint32, "ProcessLimitAllHosts", readable(), writable())
        .property(uint64, "MemoryPerHost", readable(), writable())
        .property(uint64, "MemoryAllHosts", readable(), writable());
}

}  // namespace

void add_service_classes(Table& table) {
    add_cache_controls(table);
    add_quotas(table);

    table.add("__CIMOMIdentification", "__SystemClass")
        .singleton()
        .only_in(SystemScope::RootAndDefault)
        .property(string, "SetupDateTime")
        .property(string, "VersionCurrentlyRunning")
        .property(string, "VersionUsedToCreateDB")
        .property(string, "WorkingDirectory");
}

void add_security_classes(Table& table) {
    table.add("__Namespace", "__SystemClass").property(string, "Name", key());
    table.add("__thisNAMESPACE", "__SystemClass")
        .singleton()
        .property(array(uint8), "SECURITY_DESCRIPTOR");

    table.add("__SecurityRelatedClass").abstract();

    table.add("__Trustee")
        .property(string, "Domain")
        .property(string, "Name")
        .property(array(uint8), "SID")
        .property(uint32, "SidLength")
        .property(string, "SidString")
        .property(uint64, "TIME_CREATED");

    table.add("__ACE", "__SecurityRelatedClass")
        .property(uint32, "AccessMask")
        .property(uint32, "AceFlags")
        .property(uint32, "AceType")
        .property(string, "GuidInheritedObjectType")
        .property(string, "GuidObjectType")
        .property(uint64, "TIME_CREATED")
        .property(object("__Trustee"), "Trustee");

    // Owner and group are trustees in use, although the documentation types them __ACE (SYS-126).
    table.add("__SecurityDescriptor")
        .property(uint32, "ControlFlags")
        .property(array(object("__ACE")), "DACL")
        .property(object("__Trustee"), "Group")
        .property(object("__Trustee"), "Owner")
        .property(object("__ACE"), "SACL")
        .property(uint64, "TIME_CREATED");

    table.add("__NTLMUser9X", "__SecurityRelatedClass")
        .property(string, "Authority")
        .property(sint32, "Flags")
        .property(sint32, "Mask")
        .property(string, "Name")
        .property(sint32, "Type");

    table.add("__SystemSecurity")
        .singleton()
        .method("Get9XUserList", {out(array(object("__NTLMUser9X")), "ul")})
        .method("GetCallerAccessRights", {out(sint32, "rights")})
        .method("GetSD", {out(array(uint8), "SD")})
        .method("GetSecurityDescriptor", {out(object("__SecurityDescriptor"), "Descriptor")})
        .method("Set9XUserList", {in(array(object("__NTLMUser9X")), "ul")})
        .method("SetSD", {in(array(uint8), "SD")})
        .method("SetSecurityDescriptor", {in(object("__SecurityDescriptor"), "Descriptor")});
}

void add_status_classes(Table& table) {
    table.add("__NotifyStatus").abstract().property(uint32, "StatusCode");

    table.add("__ExtendedStatus", "__NotifyStatus")
        .property(string, "Description")
        .property(string, "Operation")
        .property(string, "ParameterInfo")
        .property(string, "ProviderName");

    table.add("__PARAMETERS").abstract();
}

}  // namespace openwmi::cim::system_schema
