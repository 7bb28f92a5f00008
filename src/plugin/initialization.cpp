#include "plugin/initialization.h"

#include <utility>

#include "com/bstr.h"
#include "com/guid.h"
#include "com/implements.h"
#include "plugin/stranger.h"
#include "wbem/context.h"
#include "wbem/object.h"

namespace openwmi::plugin {
namespace {

// What a provider reports to. Thread-safe.
class InitSink final : public com::Implements<IWbemProviderInitSink> {
  public:
    explicit InitSink(std::shared_ptr<Initialization> initialization)
        : initialization_(std::move(initialization)) {}
    ~InitSink() override { initialization_->sink_gone(); }

    HRESULT STDMETHODCALLTYPE SetStatus(LONG lStatus, LONG) override {
        initialization_->report(lStatus);
        return WBEM_S_NO_ERROR;
    }

  private:
    const std::shared_ptr<Initialization> initialization_;
};

com::Bstr text_or_null(const std::string& text) {
    return text.empty() ? com::Bstr() : com::Bstr(std::string_view(text));
}

// What could not be created, as PRV-005 and PRV-006 tell the cases apart.
Error load_error(const Error& error) {
    const bool unregistered = error.status == Status::ClassNotRegistered;
    return {unregistered ? Status::InvalidProviderRegistration : Status::ProviderLoadFailure,
            error.message};
}

}  // namespace

Initialization::Initialization(LoadRequest request, base::Executor& executor)
    : request_(std::move(request)), executor_(executor), done_(executor.make_gate()) {}

Result<com::Ptr<IWbemProviderInit>> Initialization::run() {
    if (!executor_.post([self = shared_from_this()] { self->bring_up(); })) {
        return fail(Status::ShuttingDown, "provider '{}' was not loaded: the service is stopping",
                    request_.name);
    }
    if (!done_->wait(request_.timeout)) {
        end({Status::ProviderTimedOut,
             fmt::format(
                 "provider '{}' was not initialised after {} s", request_.name,
                 std::chrono::duration_cast<std::chrono::seconds>(request_.timeout).count())});
    }
    com::Ptr<IWbemProviderInit> object;
    const std::lock_guard lock(mutex_);
    object = std::exchange(object_, nullptr);
    if (!*outcome_) return fail(outcome_->error());
    return object;
}

void Initialization::bring_up() {
    const com::Apartment apartment;  // as long as the provider's constructor and threads need one
    auto object = create();
    if (!object) return end(load_error(object.error()));
    {
        const std::lock_guard lock(mutex_);
        if (outcome_) return;  // too late already
        object_ = *object;
    }
    auto outcome = identify(*object);
    if (outcome) outcome = initialize(*object);
    if (!outcome) return end({Status::InitializationFailure, outcome.error().message});
    const std::lock_guard lock(mutex_);
    returned_ = true;
    settle();
}

Result<com::Ptr<IWbemProviderInit>> Initialization::create() const {
    com::Ptr<IWbemProviderInit> object;
    const auto created = call_stranger(fmt::format("provider '{}'", request_.name), [&] {
        return CoCreateInstance(request_.clsid, nullptr, CLSCTX_INPROC_SERVER,
                                IID_IWbemProviderInit, object.put_void());
    });
    if (created) {
        if (object) return object;
        return fail(Status::ProviderLoadFailure, "provider '{}': its class object made nothing",
                    request_.name);
    }
    if (created.error().status == Status::NoInterface) {
        return fail(Status::ProviderLoadFailure,
                    "provider '{}': its class {} does not offer IWbemProviderInit", request_.name,
                    com::to_base(request_.clsid).text());
    }
    return fail(created.error());
}

// COM-132
Result<> Initialization::identify(const com::Ptr<IWbemProviderInit>& object) const {
    if (!request_.registration) return {};
    const auto identity = query_stranger<IWbemProviderIdentity>(object);
    if (!identity) return {};
    const auto registration = wbem::make_object(request_.registration);
    const auto what = fmt::format("provider '{}': SetRegistrationObject", request_.name);
    const auto told = WMI_TRY(call_stranger(
        what, [&] { return identity->SetRegistrationObject(0, registration.get()); }));
    if (told == Status::Ok) return {};
    return fail(Status::InitializationFailure, "{} answered 0x{:X}", what,
                static_cast<std::uint32_t>(told));
}

// COM-124 to 128
Result<> Initialization::initialize(const com::Ptr<IWbemProviderInit>& object) {
    com::Bstr name_space{std::string_view(request_.name_space)};
    com::Bstr user = text_or_null(request_.user);
    com::Bstr locale = text_or_null(request_.locale);
    const auto context = wbem::make_context();
    const auto sink = com::make<InitSink>(shared_from_this());
    WMI_TRY(call_stranger(fmt::format("provider '{}': Initialize", request_.name), [&] {
        return object->Initialize(user.get(), 0, name_space.get(), locale.get(),
                                  request_.services.get(), context.get(), sink.get());
    }));
    return {};
}

void Initialization::report(HRESULT status) {
    const std::lock_guard lock(mutex_);
    if (!reported_) reported_ = status;
    settle();
}

void Initialization::sink_gone() {
    const std::lock_guard lock(mutex_);
    gone_ = true;
    settle();
}

// Ready when it said so and Initialize is back; a failure counts at once.
void Initialization::settle() {
    if (outcome_) return;
    if (reported_ && FAILED(*reported_)) {
        outcome_ =
            fail(Status::InitializationFailure, "provider '{}': SetStatus reported 0x{:08X} {}",
                 request_.name, static_cast<std::uint32_t>(*reported_),
                 base::text(static_cast<Status>(*reported_)));
    } else if (reported_ && returned_) {
        outcome_ = Result<>();
    } else if (gone_ && returned_) {
        outcome_ = fail(Status::InitializationFailure,
                        "provider '{}': it let go of its IWbemProviderInitSink without SetStatus",
                        request_.name);
    } else {
        return;
    }
    done_->open();
}

void Initialization::end(Error why) {
    com::Ptr<IWbemProviderInit> dropped;
    const std::lock_guard lock(mutex_);
    if (outcome_) return;
    outcome_ = fail(std::move(why));
    dropped = std::exchange(object_, nullptr);
    done_->open();
}

}  // namespace openwmi::plugin
