#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>

#include "core/completion.h"
#include "core/service_state.h"

namespace openwmi::core {

// Who asks a provider, and what he sent along for it.
struct Caller {
    provider::Client client;
    cim::CallContextPtr sent;
};

// Takes the answers of a call to an instance provider: looks at each object, passes on what can be
// used as an instance that lives in the namespace, counts what is refused. Owned by whoever
// answers; dropped without an end, it drops what it holds. Thread-safe.
class ProviderAnswers : public provider::ObjectSink {
  public:
    ProviderAnswers(std::shared_ptr<ServiceState> service, const cim::NamespacePath& ns,
                    cim::ClassPtr expected);

    void indicate(std::span<const cim::ObjectPtr> objects) final;
    // The first one counts (a provider may report by return value and through the sink, COM-183).
    void complete(Result<> outcome) final;

    // For whom refused answers are counted. Before the provider is called.
    void set_provider(provider::ProviderRegistration registration);

  protected:
    // False: no more are wanted; the outcome is CallCancelled then. Called one at a time.
    virtual bool take(cim::InstancePtr instance) = 0;
    // The end, once.
    virtual void done(Result<> outcome) = 0;

    const cim::ClassPtr& expected() const { return expected_; }
    const std::shared_ptr<ServiceState>& service() const { return service_; }
    void refuse();
    std::size_t refused() const { return refused_; }

  private:
    cim::InstancePtr admit(const cim::ObjectPtr& object) const;

    const std::shared_ptr<ServiceState> service_;
    const cim::OriginPtr origin_;
    const cim::ClassPtr expected_;
    std::mutex mutex_;
    provider::ProviderRegistration provider_;
    std::size_t refused_ = 0;
    bool finished_ = false;
    bool cancelled_ = false;
};

// One call to the provider of a dynamic class.
struct ProviderCall {
    cim::NamespacePath name_space;
    cim::ClassPtr cls;
    Caller caller;
    // Starts it, as the methods of provider::Provider do.
    std::function<Result<>(provider::Provider&, const provider::InstanceProviderRegistration&,
                           provider::Call)>
        start;
};

// Finds, loads and calls the provider, on the executor for calls. What fails comes through the
// answers, too.
void call_provider(const std::shared_ptr<ServiceState>& service, ProviderCall call,
                   std::shared_ptr<ProviderAnswers> answers);
// The same, with whatever is answered going to the caller.
void call_provider(const std::shared_ptr<ServiceState>& service, ProviderCall call,
                   Completion completion);

// The classes from this one down whose instances providers keep, itself first; abstract ones have
// none.
std::deque<cim::ClassPtr> provided_classes(const ServiceState& service,
                                           const cim::NamespacePath& ns, const cim::ClassPtr& cls,
                                           Depth depth);

bool has_provided_instances(const cim::ClassPtr& cls);

// Says that a provider does not declare what is asked of it (SYS-098).
tl::unexpected<Error> not_capable(const provider::InstanceProviderRegistration& registration,
                                  std::string_view capability);

// Whether the class is served through the high-performance interface (COM-173).
bool is_high_performance(const cim::Class& cls,
                         const provider::InstanceProviderRegistration& registration);

// Asks for all instances of the class. ProviderNotCapable when the provider does not declare that
// it enumerates.
Result<> start_enumeration(provider::Provider& provider,
                           const provider::InstanceProviderRegistration& registration,
                           const cim::Class& cls, provider::Call call);

}  // namespace openwmi::core
