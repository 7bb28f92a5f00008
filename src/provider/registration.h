#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/guid.h"
#include "base/result.h"
#include "cim/instance.h"
#include "wql/query.h"

namespace openwmi::provider {

// A __Win32Provider instance, read and checked (SYS-077 to 089).
struct ProviderRegistration {
    cim::NamespacePath name_space;
    std::string name;
    base::Guid clsid;
    std::string hosting_model;
    bool enabled = true;
    bool per_user = false;
    bool per_locale = false;
    cim::InstancePtr instance;
};
// Fails with InvalidProviderRegistration, naming the property and what it holds.
Result<ProviderRegistration> read_provider(const cim::InstancePtr& win32_provider);

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

}  // namespace openwmi::provider
