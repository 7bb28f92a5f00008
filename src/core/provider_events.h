#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "core/provider_counts.h"
#include "eventing/self_events.h"
#include "provider/provider.h"

namespace openwmi::core {

class ToldCall;

// What the service tells of one initialised provider (DIA-013 to 016, 019), and counts of all. What
// came up untold, because an event of this kind was being delivered, goes untold. Owned by the
// provider and the calls to it. Thread-safe.
class ProviderEvents : public std::enable_shared_from_this<ProviderEvents> {
  public:
    using Properties = eventing::SelfEvents::Properties;

    ProviderEvents(std::weak_ptr<eventing::SelfEvents> self_events,
                   std::shared_ptr<ProviderCounts> counts,
                   const provider::ProviderRegistration& registration,
                   const provider::ProviderScope& scope);

    // That it was loaded and initialised, or at which of both it failed.
    void tell_loading(const Result<>& outcome) const;
    void tell_unloaded() const;
    // That it serves consumers, or no longer does.
    enum class ConsumerProvider { Loaded, Unloaded };
    void tell(ConsumerProvider change) const;
    enum class Sink { Loaded, Unloaded };
    void tell(Sink change, const cim::InstancePtr& consumer) const;

    // Counts the call and tells that it begins; `describe` gives its arguments. Null when nobody
    // wants to hear of it.
    template <class Describe>
    std::shared_ptr<ToldCall> begin(ProviderOperation operation, const Describe& describe) const {
        counts_->count(operation);
        return is_wanted(operation) ? tell_begin(operation, describe()) : nullptr;
    }
    void count(ProviderOperation operation) const { counts_->count(operation); }

  private:
    friend class ToldCall;
    bool is_wanted(ProviderOperation operation) const;
    std::shared_ptr<ToldCall> tell_begin(ProviderOperation operation, Properties arguments) const;
    void tell(const cim::Name& class_name, Properties properties) const;
    Properties with_provider(Properties properties) const;

    const std::weak_ptr<eventing::SelfEvents> self_events_;
    const std::shared_ptr<ProviderCounts> counts_;
    const std::string name_space_;
    const std::string provider_;
    const std::string clsid_;
    const std::string hosting_model_;
    const std::string locale_;
    const std::string user_;
    const bool silent_ = eventing::delivers_self_event();
};

// One call whose end is told, once. Dropped before, it ended without an answer. Thread-safe.
class ToldCall {
  public:
    ToldCall(std::shared_ptr<const ProviderEvents> events, cim::Name class_name,
             ProviderEvents::Properties properties);
    ~ToldCall();
    ToldCall(const ToldCall&) = delete;
    ToldCall& operator=(const ToldCall&) = delete;

    void end(const Result<>& outcome);

  private:
    const std::shared_ptr<const ProviderEvents> events_;
    const cim::Name class_name_;
    ProviderEvents::Properties properties_;
    std::atomic<bool> ended_{false};
};

}  // namespace openwmi::core
