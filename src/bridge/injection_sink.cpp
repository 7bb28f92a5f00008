#include "bridge/injection_sink.h"

#include <utility>

#include "com/boundary.h"
#include "com/implements.h"
#include "plugin/objects.h"

namespace openwmi::bridge {
namespace {

// Thread-safe.
class InjectionSink final : public com::Implements<IWbemObjectSink> {
  public:
    explicit InjectionSink(std::shared_ptr<core::Session> session) : session_(std::move(session)) {}

    HRESULT STDMETHODCALLTYPE Indicate(LONG lObjectCount, IWbemClassObject** apObjArray) override {
        return com::boundary([&]() -> Result<> {
            for (const auto& event : WMI_TRY(plugin::instances_of(lObjectCount, apObjArray))) {
                WMI_TRY(session_->raise(event));
            }
            return {};
        });
    }
    // Whoever raises events has no end to report.
    HRESULT STDMETHODCALLTYPE SetStatus(LONG, HRESULT, BSTR, IWbemClassObject*) override {
        return WBEM_S_NO_ERROR;
    }

  private:
    const std::shared_ptr<core::Session> session_;
};

}  // namespace

Result<com::Ptr<IWbemObjectSink>> make_injection_sink(const Connection& connection) {
    const auto& identity = connection.session->identity();
    if (!identity.is_administrator()) {
        return fail(Status::AccessDenied, "{} is no administrator; only they raise events",
                    identity.name());
    }
    return com::Ptr<IWbemObjectSink>(com::make<InjectionSink>(connection.session));
}

}  // namespace openwmi::bridge
