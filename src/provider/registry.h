#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/executor.h"
#include "base/result.h"
#include "cim/schema.h"
#include "provider/provider.h"
#include "provider/registration.h"

namespace openwmi::provider {

// The registrations as they are stored. Thread-safe.
class RegistrationSource {
  public:
    virtual ~RegistrationSource() = default;
    virtual std::shared_ptr<const cim::Schema> schema(const cim::NamespacePath& ns) const = 0;
    virtual Result<std::vector<cim::InstancePtr>> instances(const cim::NamespacePath& ns,
                                                            const cim::Name& class_name) const = 0;
    virtual Result<cim::InstancePtr> find_instance(const cim::NamespacePath& ns,
                                                   const cim::ObjectPath& path) const = 0;
};

// What a loaded provider is used for; each has its own ClearAfter (PRV-056).
enum class Role { Events, Consumers, Instances };
std::string_view to_text(Role role);

// A provider in use. Keeps it loaded; once the last one goes, it is idle, and after ClearAfter it
// is released.
using ProviderHandle = std::shared_ptr<Provider>;

// Who supplies what: finds the registration for an event class, consumer class or dynamic class,
// brings the provider to life when it is needed (once a namespace, name and role, however many
// ask), and lets it go when it is idle. Thread-safe.
class Registry {
  public:
    struct Options {
        const RegistrationSource* source = nullptr;
        ProviderLoader* loader = nullptr;
        base::Executor* executor = nullptr;  // sweeps, and releases of providers, which may block
        // How long to wait for somebody else to load a provider; the loader has limits of its own.
        base::Duration patience = std::chrono::minutes(2);
    };
    explicit Registry(Options options);
    ~Registry();

    // Starts releasing what is idle, by the intervals of the cache control classes in root.
    void start();
    // Releases everything. Later calls fail with ShuttingDown.
    void stop();

    // The providers of a namespace that declare events which the query could match (PRV-010,
    // GEN-019).
    struct EventProvider {
        ProviderRegistration registration;
        std::vector<std::shared_ptr<const wql::BoundQuery>> declared;
        std::vector<Error> ignored;  // of its declared queries
        std::optional<Error>
            unusable;  // why its registration leads nowhere; then only the name is set
    };
    Result<std::vector<EventProvider>> event_providers(const cim::NamespacePath& ns,
                                                       const wql::BoundQuery& query) const;
    // By exact class name (PRV-014). Fails with ProviderNotFound, InvalidProviderRegistration.
    Result<ProviderRegistration> consumer_provider(const cim::NamespacePath& ns,
                                                   const cim::Name& consumer_class) const;
    // The provider that the Provider qualifier of a dynamic class names.
    Result<ProviderRegistration> instance_provider(const cim::NamespacePath& ns,
                                                   const cim::Class& cls) const;

    // Loads it where it is not. Blocks. Fails: ProviderDisabled, ProviderTimedOut (somebody else
    // has been loading it for too long), ProviderLoadFailure (this very thread is loading it: a
    // provider that needs itself to initialise) and what the loader reports.
    Result<ProviderHandle> use(const ProviderRegistration& registration, Role role);

    struct Loaded {
        std::string name_space;
        std::string name;
        Role role;
    };
    std::vector<Loaded> loaded() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace openwmi::provider
