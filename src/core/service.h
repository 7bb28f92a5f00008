#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/executor.h"
#include "base/result.h"
#include "core/autorecover.h"
#include "core/session.h"
#include "eventing/engine.h"
#include "eventing/retry.h"
#include "provider/provider.h"
#include "security/identity.h"
#include "wql/limits.h"

namespace openwmi::core {

// The service itself: repository, providers, eventing and sessions, wired together. Owns what it
// makes; the executors and the loader belong to main and outlive it. Thread-safe.
class Service {
  public:
    struct Options {
        std::filesystem::path
            state_folder;  // empty: nothing survives, for tests and the embedded mode
        base::Executor* executor = nullptr;  // our own work
        base::Executor* calls = nullptr;     // calls into providers and consumers; may block
        provider::ProviderLoader* loader = nullptr;
        eventing::Observer* observer = nullptr;  // may be null
        bool naive_matcher = false;
        // Objects that one query may look at; beyond it fails with QuotaViolation (WQL-016).
        std::uint64_t max_examined = wql::max_examined;
        eventing::RetryPolicy retry;                            // of Guaranteed deliveries
        std::size_t log_segment_bytes = std::size_t{16} << 20;  // as log::DeliveryLog::Options
        // Called once sessions can be opened and before stored subscriptions load the first
        // provider: the loader needs the service to hand providers a way in.
        std::function<void(Service&)> on_ready_for_providers;
        bool activate_subscriptions = true;
    };
    // Opens the repository and reactivates the stored subscriptions. Fails as Store::open does.
    static Result<std::unique_ptr<Service>> start(const Options& options);
    ~Service();

    // Ends deliveries (5 s of grace), releases providers, closes the repository. The destructor
    // does the same.
    void stop();

    // The locale (MS_409) says which localized qualifiers calls with CallOptions::amended see;
    // empty: the service's. Fails with InvalidNamespace, AccessDenied.
    Result<std::shared_ptr<Session>> open_session(const security::Identity& identity,
                                                  const cim::NamespacePath& ns,
                                                  const std::string& locale = {});
    // How many that open_session was called for hold their session, or one opened through it.
    // What providers have been given does not count.
    std::size_t clients() const;
    std::vector<eventing::SubscriptionStatus> subscriptions() const;

    // The repository itself, for what administrators do with it: backup, check, export. Lives as
    // long as the service. Fails with AccessDenied, ShuttingDown.
    Result<repository::Store*> administer(const security::Identity& identity) const;

    // Providers that are loaded now, for `openwmi list --providers` and tests.
    struct LoadedProvider {
        std::string name_space;
        std::string name;
        std::string what;           // "events", "consumers", "instances"
        std::uint64_t refused = 0;  // answers that could not be used
    };
    std::vector<LoadedProvider> providers() const;
    // The MOF files that a new repository owes; one was made when there was none (MOF-035).
    AutorecoverList& autorecover() const;
    // For main, which has the threads that troubleshooting events tell of.
    std::shared_ptr<eventing::SelfEvents> self_events() const;
    // The base executor, for callers that wait.
    base::Executor& executor() const;

  private:
    struct Impl;
    explicit Service(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace openwmi::core
