#include "core/lookup.h"

#include <deque>
#include <optional>
#include <utility>

#include "core/comparable_key.h"

namespace openwmi::core {

namespace {

// Why a provider did not have the instance, in its own words too, where it used any.
struct Refusal {
    Error error;
    cim::InstancePtr explanation;
};

// A lookup under way: the classes still to be asked, and what those so far said.
struct Search {
    std::shared_ptr<ServiceState> service;
    Lookup lookup;
    std::deque<cim::ClassPtr> left;
    std::optional<Refusal> refusal;
};

// How a provider is asked for an instance.
enum class Manner { One, All };

void ask_next(Search search, Completion completion);
void ask_class(Search search, const cim::ClassPtr& cls, Manner manner, Completion completion);

void end_with(const Refusal& refusal, Completion completion) {
    if (refusal.explanation) completion.explain(refusal.explanation);
    completion.complete(Result<>(fail(refusal.error)));
}

Result<> ask_high_performance(provider::Provider& provider, const cim::ClassPtr& cls,
                              const cim::ObjectPath& path, const provider::Call& call) {
    const auto keys = WMI_TRY(instance_with_keys(cls, path));
    for (const auto& each : WMI_TRY(provider.get_objects({keys}, call.context))) {
        const cim::ObjectPtr object(each);
        call.sink->indicate({&object, 1});
    }
    call.sink->complete({});
    return {};
}

// What comes when one provider is asked for one instance.
class Answer final : public ProviderAnswers {
  public:
    Answer(Search search, cim::ClassPtr cls, Manner manner, Completion completion)
        : ProviderAnswers(search.service, search.lookup.name_space, std::move(cls)),
          search_(std::move(search)),
          path_(search_.lookup.path),
          manner_(manner),
          completion_(std::move(completion)) {
        path_.class_name = expected()->name();
    }

    // On the executor for calls.
    Result<> ask(provider::Provider& provider,
                 const provider::InstanceProviderRegistration& registration, provider::Call call);
    void progress(provider::Progress progress) override { completion_.progress(progress); }
    void explain(const cim::InstancePtr& status) override { explanation_ = status; }

  private:
    bool take(cim::InstancePtr instance) override;
    void done(Result<> outcome) override;
    bool is_wanted(const cim::Instance& instance) const;
    Error why_not(const Result<>& outcome) const;

    Search search_;
    cim::ObjectPath path_;  // as the provider is asked: of its class
    Manner manner_;
    bool enumerates_ = false;
    Completion completion_;
    cim::InstancePtr found_;
    cim::InstancePtr explanation_;
};

Result<> Answer::ask(provider::Provider& provider,
                     const provider::InstanceProviderRegistration& registration,
                     provider::Call call) {
    enumerates_ = registration.supports_enumeration;
    if (!registration.supports_get) manner_ = Manner::All;
    if (manner_ == Manner::All) {
        if (!enumerates_) return not_capable(registration, "SupportsGet");
        return start_enumeration(provider, registration, *expected(), std::move(call));
    }
    if (is_high_performance(*expected(), registration)) {
        return ask_high_performance(provider, expected(), path_, call);
    }
    return provider.get_instance(path_, std::move(call));
}

bool Answer::take(cim::InstancePtr instance) {
    if (!found_ && is_wanted(*instance)) {
        found_ = std::move(instance);
    } else if (manner_ == Manner::One) {
        refuse();
    }
    return true;
}

bool Answer::is_wanted(const cim::Instance& instance) const {
    const auto& ns = search_.lookup.name_space;
    const auto schema = service()->store->schema(ns);
    const auto path = instance.path();
    if (!schema || !path) return false;
    const auto wanted = comparable_key(path_, *expected(), ns, *schema);
    const auto given = comparable_key(*path, *expected(), ns, *schema);
    return wanted && given && *wanted == *given;
}

Error Answer::why_not(const Result<>& outcome) const {
    if (!outcome) return outcome.error();
    if (refused() == 0 || manner_ == Manner::All) {
        return {Status::NotFound, fmt::format("there is no {}", path_.relative_text())};
    }
    return {Status::ProviderFailure,
            fmt::format("asked for {}, the provider answered with something else",
                        path_.relative_text())};
}

void Answer::done(Result<> outcome) {
    if (outcome && found_) {
        completion_.indicate(cim::ObjectPtr(found_));
        return completion_.complete(Result<>());
    }
    Refusal refusal{why_not(outcome), explanation_};
    const bool incapable = refusal.error.status == Status::ProviderNotCapable;
    if (incapable && manner_ == Manner::One && enumerates_) {
        return ask_class(std::move(search_), expected(), Manner::All, std::move(completion_));
    }
    if (!incapable && refusal.error.status != Status::NotFound) {
        return end_with(refusal, std::move(completion_));
    }
    // A provider that cannot tell may have it: that counts more than others not having it.
    if (incapable || !search_.refusal) search_.refusal = std::move(refusal);
    ask_next(std::move(search_), std::move(completion_));
}

void ask_class(Search search, const cim::ClassPtr& cls, Manner manner, Completion completion) {
    const auto service = search.service;
    ProviderCall call{.name_space = search.lookup.name_space,
                      .cls = cls,
                      .caller = search.lookup.caller,
                      .start = {}};
    const auto answer =
        std::make_shared<Answer>(std::move(search), cls, manner, std::move(completion));
    call.start = [answer](provider::Provider& provider, const auto& registration,
                          provider::Call to) {
        return answer->ask(provider, registration, std::move(to));
    };
    call_provider(service, std::move(call), answer);
}

void ask_next(Search search, Completion completion) {
    if (search.left.empty()) {
        const auto nothing = Refusal{
            {Status::NotFound, fmt::format("there is no {}", search.lookup.path.relative_text())},
            nullptr};
        return end_with(search.refusal.value_or(nothing), std::move(completion));
    }
    const auto cls = search.left.front();
    search.left.pop_front();
    ask_class(std::move(search), cls, Manner::One, std::move(completion));
}

}  // namespace

Result<cim::InstancePtr> instance_with_keys(const cim::ClassPtr& cls, const cim::ObjectPath& path) {
    cim::InstanceBuilder builder(cls);
    for (const auto& key : path.keys) {
        const bool is_only_one = key.name.empty() && !cls->keys().empty();
        const auto& name = is_only_one ? cls->properties()[cls->keys().front()].name : key.name;
        WMI_TRY(builder.set(name, key.value));
    }
    return builder.build();
}

void find_provided(const std::shared_ptr<ServiceState>& service, Lookup lookup,
                   Completion completion) {
    if (const auto key = cim::instance_key(lookup.path, *lookup.cls); !key) {
        return completion.complete(Result<>(fail(key.error())));
    }
    Search search{service, std::move(lookup), {}, {}};
    const auto& wanted = search.lookup;
    search.left = provided_classes(*service, wanted.name_space, wanted.cls, wanted.depth);
    ask_next(std::move(search), std::move(completion));
}

}  // namespace openwmi::core
