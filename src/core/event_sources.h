#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "eventing/clock_events.h"
#include "eventing/engine.h"
#include "eventing/poller.h"
#include "eventing/ports.h"
#include "provider/registry.h"

namespace openwmi::core {

// Finds out who raises the events of a filter, and sees that they are up: the repository itself,
// event providers, which are loaded for the first filter that needs them and are told of each
// (COM-109 to 113), the clock, and for what nobody raises a poll. Thread-safe.
class EventSources final : public eventing::EventSources {
  public:
    EventSources(provider::Registry& registry, const eventing::Catalog& catalog,
                 std::shared_ptr<eventing::ClockEvents> clock,
                 std::shared_ptr<eventing::Poller> poller)
        : registry_(registry),
          catalog_(catalog),
          clock_(std::move(clock)),
          poller_(std::move(poller)) {}
    // Events of providers go here. To be called before the first activation.
    void set_engine(std::weak_ptr<eventing::Engine> engine) { engine_ = std::move(engine); }

    Result<eventing::Coverage> activate(const match::Filter& filter, std::string_view query,
                                        const eventing::Subscriber& who) override;
    void deactivate(match::FilterId filter) override;
    Result<> check_access(match::FilterId filter) override;

  private:
    // What is known of a loaded event provider, for as long as it stays loaded: ProvideEvents is
    // called once.
    struct Running {
        std::weak_ptr<provider::Provider> provider;
        enum class Provides { No, Beginning, Yes } provides = Provides::No;
        std::thread::id beginner;  // who calls ProvideEvents; the others wait for him
    };
    // What a filter asks for, and on whose behalf.
    struct Asker {
        match::FilterId filter{};
        std::string query;
        std::string creator;  // the bytes of a SID; empty: for the moment
        bool is_known = true;
    };
    struct Use {
        provider::ProviderHandle handle;
        std::uint32_t query_id = 0;
        Asker asker;
    };

    static Asker asker(const match::Filter& filter, std::string_view query,
                       const eventing::Subscriber& who);
    static Result<> check_access(provider::Provider& provider, const Asker& asker);
    Result<eventing::Coverage> start_providers(
        const Asker& asker, const std::vector<provider::Registry::EventProvider>& providers);
    Result<> start(const Asker& asker, const provider::ProviderRegistration& registration);
    Result<> provide_events(const provider::ProviderHandle& handle,
                            const provider::ProviderRegistration& registration);
    std::shared_ptr<Running> running(const provider::ProviderHandle& handle);
    bool is_used(match::FilterId filter, const provider::ProviderHandle& handle);
    Result<eventing::Coverage> without_provider(
        const match::Filter& filter, const std::vector<eventing::Poller::Class>& left) const;
    Result<> poll(const match::Filter& filter, const eventing::Subscriber& who,
                  const std::vector<eventing::Poller::Class>& classes);

    provider::Registry& registry_;
    const eventing::Catalog& catalog_;
    const std::shared_ptr<eventing::ClockEvents> clock_;
    const std::shared_ptr<eventing::Poller> poller_;
    std::weak_ptr<eventing::Engine> engine_;
    std::mutex mutex_;
    std::condition_variable provides_changed_;
    std::map<provider::Provider*, std::shared_ptr<Running>> running_;
    std::map<match::FilterId, std::vector<Use>> uses_;
    std::atomic<std::uint64_t> rechecks_{0};
};

}  // namespace openwmi::core
