#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "cim/class.h"
#include "cim/instance.h"
#include "provider/registration.h"
#include "wql/query.h"

namespace openwmi::provider {

// An __ClassProviderRegistration, read and checked: which classes a provider supplies, and how
// (SYS-094, 097, 098, 100). Value.
struct ClassProviderRegistration {
    using Queries = std::vector<std::shared_ptr<const wql::BoundQuery>>;

    std::string provider_path;
    ProviderRegistration provider;  // filled in by Registry::class_providers
    // A push provider keeps its classes in the repository and is asked for nothing.
    bool push = false;
    bool supports_get = false;
    bool supports_put = false;
    bool supports_delete = false;
    Queries results;      // all its classes are among these
    Queries references;   // of its associations: the classes that they refer to
    Queries unsupported;  // these are not among them

    // Whether the provider may have a class of that name: before the class is there, only its name
    // can tell.
    bool may_supply(const cim::Name& name) const;
    // Whether a class that it gave, or that is to be stored, is one of its.
    bool supplies(const cim::Class& cls) const;
    // The same, of a class that nobody has yet: only what its queries name narrowly is the
    // provider's, the rest goes into the repository.
    bool claims(const cim::Class& cls) const;
};

// Fails with InvalidProviderRegistration, naming the property and what is wrong with it; with
// NotSupported for PushVerify.
Result<ClassProviderRegistration> read_class_registration(const cim::InstancePtr& registration,
                                                          const cim::Schema& schema);

}  // namespace openwmi::provider
