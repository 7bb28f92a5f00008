#include "wbem/call_result.h"

#include "com/implements.h"
#include "wbem/arguments.h"
#include "wbem/error.h"

namespace openwmi::wbem {
namespace {

tl::unexpected<Error> other_kind(std::string_view what) {
    return fail(Status::InvalidOperation, "the call does not give {}", what);
}

// COM's calling rules over a PendingCall. Thread-safe.
class CallResultObject final : public com::Implements<IWbemCallResult> {
  public:
    explicit CallResultObject(std::shared_ptr<PendingCall> call) : call_(std::move(call)) {}

    HRESULT STDMETHODCALLTYPE GetResultObject(LONG lTimeout,
                                              IWbemClassObject** ppResultObject) override {
        return with_outcome(lTimeout, ppResultObject, [&](const CallOutcome& outcome) -> Result<> {
            if (!outcome.object) return other_kind("an object");
            outcome.object.copy_to(ppResultObject);
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE GetResultString(LONG lTimeout, BSTR* pstrResultString) override {
        return with_outcome(lTimeout, pstrResultString,
                            [&](const CallOutcome& outcome) -> Result<> {
                                if (!outcome.text) return other_kind("a string");
                                *pstrResultString = new_bstr(*outcome.text);
                                return {};
                            });
    }

    HRESULT STDMETHODCALLTYPE GetResultServices(LONG lTimeout,
                                                IWbemServices** ppServices) override {
        return with_outcome(lTimeout, ppServices, [&](const CallOutcome& outcome) -> Result<> {
            if (!outcome.services) return other_kind("a namespace");
            outcome.services.copy_to(ppServices);
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE GetCallStatus(LONG lTimeout, LONG* plStatus) override {
        return boundary([&]() -> Result<Status> {
            if (!plStatus) return fail(Status::InvalidParameter, "an out-parameter is null");
            const auto* outcome = call_->wait(WMI_TRY(timeout_argument(lTimeout)));
            if (!outcome) return Status::STimedOut;
            *plStatus = static_cast<LONG>(*outcome ? (*outcome)->status : outcome->error().status);
            return Status::Ok;
        });
    }

  private:
    template <class T, class F>
    HRESULT with_outcome(LONG timeout, T** out, F&& give) noexcept {
        return boundary([&]() -> Result<Status> {
            WMI_TRY(check_out(out));
            const auto* outcome = call_->wait(WMI_TRY(timeout_argument(timeout)));
            if (!outcome) return Status::STimedOut;
            if (!*outcome) return fail(outcome->error());
            WMI_TRY(give(**outcome));
            return Status::Ok;
        });
    }
    template <class F>
    HRESULT boundary(F&& body) noexcept {
        return extended_boundary([&] { return call_->detail(); }, body);
    }

    std::shared_ptr<PendingCall> call_;
};

}  // namespace

void PendingCall::complete(Result<CallOutcome> outcome) {
    {
        const std::lock_guard lock(mutex_);
        if (outcome_) return;
        outcome_ = std::move(outcome);
    }
    done_->open();
}

const Result<CallOutcome>* PendingCall::wait(base::Duration timeout) const {
    if (!done_->wait(timeout)) return nullptr;
    const std::lock_guard lock(mutex_);
    return &*outcome_;  // set before the gate opened, and never again
}

com::Ptr<IWbemCallResult> make_call_result(std::shared_ptr<PendingCall> call) {
    return com::make<CallResultObject>(std::move(call));
}

}  // namespace openwmi::wbem
