#include "cim/system_schema.h"

// Providers and what they are registered for: section 2.6 of the specification.

namespace openwmi::cim::system_schema {
namespace {

void add_providers(Table& table) {
    table.add("__Provider", "__SystemClass").abstract().property(string, "Name", key());

    table.add("__Win32Provider", "__Provider")
        .property(string, "ClientLoadableCLSID")
        .property(string, "CLSID")
        .property(sint32, "Concurrency")
        .property(string, "DefaultMachineName")
        .property(boolean, "Enabled")
        .property(string, "HostingModel")
        .property(sint32, "ImpersonationLevel", 0)
        .property(sint32, "InitializationReentrancy", 0)  // the default of SYS-083
        .property(datetime, "InitializationTimeoutInterval", interval())
        .property(boolean, "InitializeAsAdminFirst")
        .property(datetime, "OperationTimeoutInterval", interval())
        .property(boolean, "PerLocaleInitialization", false)
        .property(boolean, "PerUserInitialization", false)
        .property(boolean, "Pure", true)
        .property(string, "SecurityDescriptor")
        .property(boolean, "SupportsExplicitShutdown")
        .property(boolean, "SupportsExtendedStatus")
        .property(boolean, "SupportsQuotas")
        .property(boolean, "SupportsSendStatus")
        .property(boolean, "SupportsShutdown")
        .property(boolean, "SupportsThrottling")
        .property(datetime, "UnloadTimeout", interval())
        .property(uint32, "Version");
}

void add_object_registrations(Table& table) {
    table.add("__ObjectProviderRegistration", "__ProviderRegistration")
        .abstract()
        .property(sint32, "InteractionType", 0)
        .property(array(string), "QuerySupportLevels")
        .property(boolean, "SupportsBatching")
        .property(boolean, "SupportsDelete", false)
        .property(boolean, "SupportsEnumeration", false)
        .property(boolean, "SupportsGet", false)
        .property(boolean, "SupportsPut", false)
        .property(boolean, "SupportsTransactions");

    // Redeclared for its other default (SYS-099, OD-068).
    table.add("__InstanceProviderRegistration", "__ObjectProviderRegistration")
        .property(boolean, "SupportsEnumeration", true);

    // The third p of SuppportsBatching is the documentation's; SupportsBatching is inherited.
    table.add("__ClassProviderRegistration", "__ObjectProviderRegistration")
        .property(datetime, "CacheRefreshInterval", interval())
        .property(boolean, "PerUserSchema")
        .property(array(string), "ReferencedSetQueries")
        .property(array(string), "ResultSetQueries")
        .property(boolean, "ReSynchroniseOnNamespaceOpen")
        .property(boolean, "SuppportsBatching")
        .property(array(string), "UnsupportedQueries")
        .property(uint32, "Version");
}

}  // namespace

void add_provider_classes(Table& table) {
    add_providers(table);

    // The key of every registration (OD-066).
    table.add("__ProviderRegistration", "__SystemClass")
        .abstract()
        .property(ref("__Provider"), "provider", key());

    table.add("__EventProviderRegistration", "__ProviderRegistration")
        .property(array(string), "EventQueryList");
    table.add("__EventConsumerProviderRegistration", "__ProviderRegistration")
        .property(array(string), "ConsumerClassNames");
    table.add("__MethodProviderRegistration", "__ProviderRegistration");
    table.add("__PropertyProviderRegistration", "__ProviderRegistration")
        .property(boolean, "SupportsGet", false)
        .property(boolean, "SupportsPut", false);

    add_object_registrations(table);
}

}  // namespace openwmi::cim::system_schema
