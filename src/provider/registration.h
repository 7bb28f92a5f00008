#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/guid.h"
#include "base/result.h"
#include "cim/instance.h"
#include "wql/query.h"

namespace openwmi::provider {

// Which initialisations of one provider may not overlap (SYS-083).
enum class Serialised { All, WithinNamespace, None };

// A __Win32Provider instance, read and checked (SYS-077 to 089).
struct ProviderRegistration {
    cim::NamespacePath name_space;
    std::string name;
    base::Guid clsid;
    std::optional<base::Guid> client_clsid;  // ClientLoadableCLSID, of high-performance providers
    std::string hosting_model;
    bool enabled = true;
    bool per_user = false;
    bool per_locale = false;
    Serialised initialisation = Serialised::All;
    cim::InstancePtr instance;
};
// Fails with InvalidProviderRegistration, naming the property and what it holds, and with
// NotSupported for a provider of another computer.
Result<ProviderRegistration> read_provider(const cim::InstancePtr& win32_provider);

// Whether a name that a user gave means this computer: "", "." and its own name do.
bool is_this_computer(std::string_view name);

// An __EventProviderRegistration: which events it declares. Queries that are wrong are ignored,
// each with its reason (PRV-011, 012).
struct EventProviderRegistration {
    std::string provider_path;
    std::vector<std::shared_ptr<const wql::BoundQuery>> queries;
    std::vector<Error> ignored;
};
Result<EventProviderRegistration> read_event_registration(const cim::InstancePtr& registration,
                                                          const cim::Schema& schema);

// An __EventConsumerProviderRegistration: exact class names (PRV-014).
struct ConsumerProviderRegistration {
    std::string provider_path;
    std::vector<cim::Name> consumer_classes;
};
Result<ConsumerProviderRegistration> read_consumer_registration(
    const cim::InstancePtr& registration);

// What a provider declares that it can do with instances; what it does not declare is never asked
// of it (SYS-098).
struct InstanceProviderRegistration {
    ProviderRegistration provider;
    bool supports_get = false;
    bool supports_put = false;
    bool supports_delete = false;
    bool supports_enumeration = true;
    cim::Strings query_support_levels;  // as they are written (SYS-095)
};
// The same for properties of stored instances (SYS-102).
struct PropertyProviderRegistration {
    ProviderRegistration provider;
    bool supports_get = false;
    bool supports_put = false;
};
// From the __InstanceProviderRegistration or __PropertyProviderRegistration and the provider that
// it names.
InstanceProviderRegistration read_instance_registration(const cim::Instance& registration,
                                                        ProviderRegistration provider);
PropertyProviderRegistration read_property_registration(const cim::Instance& registration,
                                                        ProviderRegistration provider);

// Whether a __ProviderRegistration refers to the __Win32Provider of this name.
bool names_provider(const cim::Instance& registration, std::string_view provider);

}  // namespace openwmi::provider
