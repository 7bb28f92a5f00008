#include "core/provider_calls.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/put_rules.h"

namespace openwmi::core {

namespace {

bool has_keys(const cim::Instance& instance) {
    const auto keys = instance.class_of().keys();
    return std::ranges::none_of(keys, [&](std::size_t index) { return instance.is_null(index); });
}

// Passes all answers on to the caller.
class PassedOn final : public ProviderAnswers {
  public:
    PassedOn(std::shared_ptr<ServiceState> service, const cim::NamespacePath& ns, cim::ClassPtr cls,
             Completion completion)
        : ProviderAnswers(std::move(service), ns, std::move(cls)),
          completion_(std::move(completion)) {}
    void progress(provider::Progress progress) override { completion_.progress(progress); }
    void explain(const cim::InstancePtr& status) override { completion_.explain(status); }

  private:
    bool take(cim::InstancePtr instance) override {
        return completion_.indicate(cim::ObjectPtr(std::move(instance)));
    }
    void done(Result<> outcome) override { completion_.complete(outcome); }

    Completion completion_;
};

Result<> ask(const std::shared_ptr<ServiceState>& service, const ProviderCall& call,
             const std::shared_ptr<ProviderAnswers>& answers) {
    const auto registration =
        WMI_TRY(service->registry->instance_provider(call.name_space, *call.cls));
    answers->set_provider(registration.provider);
    const auto provider = WMI_TRY(service->registry->use(
        registration.provider, provider::Role::Instances, call.caller.client));
    return call.start(*provider, registration, {.sink = answers, .context = call.caller.sent});
}

}  // namespace

ProviderAnswers::ProviderAnswers(std::shared_ptr<ServiceState> service,
                                 const cim::NamespacePath& ns, cim::ClassPtr expected)
    : service_(std::move(service)),
      origin_(std::make_shared<const cim::Origin>(cim::Origin{".", ns})),
      expected_(std::move(expected)) {}

void ProviderAnswers::set_provider(provider::ProviderRegistration registration) {
    const std::lock_guard lock(mutex_);
    provider_ = std::move(registration);
}

// An instance of the class as it is now, or of one derived from it, with its keys: anything else
// has no place in the namespace. Null: it cannot be used.
cim::InstancePtr ProviderAnswers::admit(const cim::ObjectPtr& object) const {
    const auto* given = object->as_instance();
    if (!given || !given->class_of().is_a(expected_->name()) || !has_keys(*given)) return nullptr;
    auto instance = given->with_origin(origin_);
    const bool is_current = given->class_of().layout()->hash() == expected_->layout()->hash();
    if (is_current || given->class_of().name() != expected_->name()) return instance;
    const auto current = cim::upgrade(*instance, expected_);
    return has_keys(*current) ? current : nullptr;
}

void ProviderAnswers::indicate(std::span<const cim::ObjectPtr> objects) {
    const std::lock_guard lock(mutex_);
    for (const auto& object : objects) {
        if (finished_ || cancelled_) return;
        auto instance = admit(object);
        if (!instance) {
            refuse();
        } else if (!take(std::move(instance))) {
            cancelled_ = true;
        }
    }
}

void ProviderAnswers::refuse() {
    ++refused_;
    service_->registry->count_refused(provider_);
}

void ProviderAnswers::complete(Result<> outcome) {
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(finished_, true)) return;
        if (cancelled_ && outcome) outcome = fail(Status::CallCancelled, "the caller gave up");
    }
    done(std::move(outcome));
}

void call_provider(const std::shared_ptr<ServiceState>& service, ProviderCall call,
                   std::shared_ptr<ProviderAnswers> answers) {
    service->calls->post([service, call = std::move(call), answers = std::move(answers)] {
        if (auto started = ask(service, call, answers); !started) {
            answers->complete(std::move(started));
        }
    });
}

void call_provider(const std::shared_ptr<ServiceState>& service, ProviderCall call,
                   Completion completion) {
    auto answers =
        std::make_shared<PassedOn>(service, call.name_space, call.cls, std::move(completion));
    call_provider(service, std::move(call), std::move(answers));
}

std::deque<cim::ClassPtr> provided_classes(const ServiceState& service,
                                           const cim::NamespacePath& ns, const cim::ClassPtr& cls,
                                           Depth depth) {
    std::deque<cim::ClassPtr> provided;
    if (has_provided_instances(cls)) provided.push_back(cls);
    const auto schema = service.store->schema(ns);
    if (!schema || depth == Depth::Shallow) return provided;
    std::ranges::copy_if(schema->subclasses(cls->name()), std::back_inserter(provided),
                         has_provided_instances);
    return provided;
}

bool has_provided_instances(const cim::ClassPtr& cls) {
    return is_kept_by_provider(*cls) && !cls->is_abstract();
}

tl::unexpected<Error> not_capable(const provider::InstanceProviderRegistration& registration,
                                  std::string_view capability) {
    return fail(Status::ProviderNotCapable,
                "the __InstanceProviderRegistration of provider '{}' does not declare {}",
                registration.provider.name, capability);
}

bool is_high_performance(const cim::Class& cls,
                         const provider::InstanceProviderRegistration& registration) {
    return cls.qualifiers().is_true("HiPerf") || registration.provider.client_clsid.has_value();
}

Result<> start_enumeration(provider::Provider& provider,
                           const provider::InstanceProviderRegistration& registration,
                           const cim::Class& cls, provider::Call call) {
    if (!registration.supports_enumeration) return not_capable(registration, "SupportsEnumeration");
    if (is_high_performance(cls, registration)) {
        return provider.query_instances(cls.name(), std::move(call));
    }
    return provider.enumerate(cls.name(), std::move(call));
}

}  // namespace openwmi::core
