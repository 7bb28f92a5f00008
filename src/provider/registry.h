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
#include "provider/class_registration.h"
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

// What a loaded provider is used for; each has its own ClearAfter (PRV-056). That of instances is
// also the one of methods and classes (SYS-108): one provider may serve all three.
enum class Role { Events, Consumers, Instances, Properties, Refreshers };
std::string_view to_text(Role role);

// Who asks for a provider; matters to those that are initialised once a user or locale (SYS-084).
struct Client {
    std::string user;  // the name that the provider is told; empty: the service itself
    std::string sid;
    std::string locale;  // MS_409
};

// A provider in use. Keeps it loaded; once the last one goes, it is idle, and after ClearAfter it
// is released.
using ProviderHandle = std::shared_ptr<Provider>;

// Who supplies what: finds the registration for an event class, consumer class or dynamic class,
// brings the provider to life when it is needed (once a namespace, name and role, and once a user
// and locale where it wants that, however many ask; one after the other where it wants that), and
// lets it go when it is idle. Thread-safe.
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
    // Sends on the events that sinks of loaded providers still hold; waits for `patience` at most
    // for what others are sending.
    void flush_events(base::Duration patience);
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
    // The provider that the Provider qualifier of a dynamic class names. Fails with
    // ProviderNotFound when it is not registered, or not for instances (PRV-001).
    Result<InstanceProviderRegistration> instance_provider(const cim::NamespacePath& ns,
                                                           const cim::Class& cls) const;
    // The property provider of that name. Fails as instance_provider does.
    Result<PropertyProviderRegistration> property_provider(const cim::NamespacePath& ns,
                                                           const std::string& name) const;

    // The provider that the Provider qualifier of the class names, for its methods. Fails with
    // ProviderNotFound when no __MethodProviderRegistration names it (PRV-001).
    Result<ProviderRegistration> method_provider(const cim::NamespacePath& ns,
                                                 const cim::Class& cls) const;
    // The class providers of a namespace that can be used; what is wrong with the others, the Put
    // of their registration said.
    Result<std::vector<ClassProviderRegistration>> class_providers(
        const cim::NamespacePath& ns) const;

    // Loads it where it is not. Blocks. Fails: ProviderDisabled, ProviderTimedOut (somebody else
    // has been loading it for too long), ProviderLoadFailure (this very thread is loading it: a
    // provider that needs itself to initialise) and what the loader reports.
    Result<ProviderHandle> use(const ProviderRegistration& registration, Role role,
                               const Client& client = {});

    // Counts an answer of a provider that could not be used.
    void count_refused(const ProviderRegistration& registration);

    struct Loaded {
        std::string name_space;
        std::string name;
        Role role;
        std::uint64_t refused = 0;  // answers of this provider, in whatever role
    };
    std::vector<Loaded> loaded() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace openwmi::provider
