#include "core/provider_events.h"

#include <iterator>
#include <utility>

#include "base/guid.h"
#include "security/identity.h"

namespace openwmi::core {

namespace {

using eventing::SelfEvents;

// HostingModel is the specification and, after a colon, the group (PRV-039).
std::string hosting_specification(const std::string& model) {
    return model.substr(0, model.find(':'));
}

cim::Value hosting_group(const std::string& model) {
    const auto colon = model.find(':');
    return colon == std::string::npos ? cim::Value() : cim::Value(model.substr(colon + 1));
}

std::uint32_t number_of(const Result<>& outcome) {
    return static_cast<std::uint32_t>(outcome ? Status::Ok : outcome.error().status);
}

// It was activated, and failed or hung afterwards.
bool failed_to_initialise(const Error& error) {
    return error.status == Status::InitializationFailure ||
           error.status == Status::ProviderTimedOut;
}

}  // namespace

ProviderEvents::ProviderEvents(std::weak_ptr<SelfEvents> self_events,
                               std::shared_ptr<ProviderCounts> counts,
                               const provider::ProviderRegistration& registration,
                               const provider::ProviderScope& scope)
    : self_events_(std::move(self_events)),
      counts_(std::move(counts)),
      name_space_(scope.name_space.text()),
      provider_(registration.name),
      clsid_(registration.clsid.text()),
      hosting_model_(registration.hosting_model),
      locale_(scope.locale),
      user_(scope.user.empty() ? security::Identity::of_service().name() : scope.user) {}

ProviderEvents::Properties ProviderEvents::with_provider(Properties properties) const {
    Properties all = {{"HostingGroup", hosting_group(hosting_model_)},
                      {"HostingSpecification", hosting_specification(hosting_model_)},
                      {"Locale", locale_.empty() ? cim::Value() : cim::Value(locale_)},
                      {"Namespace", name_space_},
                      {"Provider", provider_},
                      {"User", user_}};
    std::ranges::move(properties, std::back_inserter(all));
    return all;
}

void ProviderEvents::tell(const cim::Name& class_name, Properties properties) const {
    const auto self_events = self_events_.lock();
    const auto cls = self_events ? self_events->find_wanted(class_name) : nullptr;
    if (cls) self_events->tell(cls, std::move(properties));
}

void ProviderEvents::tell_loading(const Result<>& outcome) const {
    static const cim::Name activated("MSFT_WmiProvider_ComServerLoadOperationEvent");
    static const cim::Name not_activated("MSFT_WmiProvider_ComServerLoadOperationFailureEvent");
    static const cim::Name initialised("MSFT_WmiProvider_InitializationOperationEvent");
    static const cim::Name not_initialised("MSFT_WmiProvider_InitializationOperationFailureEvent");
    static const cim::Name loaded("MSFT_WmiProvider_LoadOperationEvent");
    static const cim::Name not_loaded("MSFT_WmiProvider_LoadOperationFailureEvent");
    const auto properties = with_provider({{"Clsid", clsid_},
                                           {"Result", number_of(outcome)},
                                           {"TransactionIdentifier", base::Guid::random().text()}});
    if (!outcome && !failed_to_initialise(outcome.error())) {
        tell(not_activated, properties);
    } else {
        tell(activated, properties);
        tell(outcome ? initialised : not_initialised, properties);
    }
    tell(outcome ? loaded : not_loaded, properties);
}

void ProviderEvents::tell_unloaded() const {
    static const cim::Name unloaded("MSFT_WmiProvider_UnloadOperationEvent");
    if (silent_) return;
    tell(unloaded, with_provider({{"TransactionIdentifier", base::Guid::random().text()}}));
}

void ProviderEvents::tell(ConsumerProvider change) const {
    static const cim::Name loaded("MSFT_WmiConsumerProviderLoaded");
    static const cim::Name unloaded("MSFT_WmiConsumerProviderUnloaded");
    if (silent_) return;
    tell(change == ConsumerProvider::Loaded ? loaded : unloaded,
         {{"Namespace", name_space_}, {"ProviderName", provider_}, {"Machine", "."}});
}

void ProviderEvents::tell(Sink change, const cim::InstancePtr& consumer) const {
    static const cim::Name loaded("MSFT_WmiConsumerProviderSinkLoaded");
    static const cim::Name unloaded("MSFT_WmiConsumerProviderSinkUnloaded");
    tell(change == Sink::Loaded ? loaded : unloaded, {{"Namespace", name_space_},
                                                      {"ProviderName", provider_},
                                                      {"Machine", "."},
                                                      {"Consumer", consumer}});
}

bool ProviderEvents::is_wanted(ProviderOperation operation) const {
    const auto& names = names_of(operation);
    const auto self_events = self_events_.lock();
    return self_events &&
           (self_events->find_wanted(names.before) || self_events->find_wanted(names.after));
}

std::shared_ptr<ToldCall> ProviderEvents::tell_begin(ProviderOperation operation,
                                                     Properties arguments) const {
    auto properties = with_provider(std::move(arguments));
    properties.emplace_back("TransactionIdentifier", base::Guid::random().text());
    tell(names_of(operation).before, properties);
    return std::make_shared<ToldCall>(shared_from_this(), names_of(operation).after,
                                      std::move(properties));
}

ToldCall::ToldCall(std::shared_ptr<const ProviderEvents> events, cim::Name class_name,
                   ProviderEvents::Properties properties)
    : events_(std::move(events)),
      class_name_(std::move(class_name)),
      properties_(std::move(properties)) {}

ToldCall::~ToldCall() {
    end(fail(Status::CallCancelled, "the provider gave no answer"));
}

void ToldCall::end(const Result<>& outcome) {
    if (ended_.exchange(true)) return;
    properties_.emplace_back("Result", number_of(outcome));
    events_->tell(class_name_, std::move(properties_));
}

}  // namespace openwmi::core
