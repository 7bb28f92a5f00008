#include "com/runtime/builtin_classes.h"

#include <openwmi.hpp>

namespace openwmi::com::runtime {
namespace {

// The locator of a process in which no service lives: it says so. Thread-safe.
class UnconnectedLocator final : public implements<IWbemLocator> {
  public:
    HRESULT STDMETHODCALLTYPE ConnectServer(const BSTR, const BSTR, const BSTR, const BSTR, LONG,
                                            const BSTR, IWbemContext*,
                                            IWbemServices** ppNamespace) override {
        if (!ppNamespace) return WBEM_E_INVALID_PARAMETER;
        *ppNamespace = nullptr;
        return openwmi_report_error(
            WBEM_E_TRANSPORT_FAILURE, nullptr,
            "This process hosts no OpenWMI service, so there is nothing to connect to. Connecting "
            "to the service of "
            "another process needs the local wire, which this release does not have.");
    }
};

}  // namespace

HRESULT builtin_class_object(REFCLSID clsid, REFIID iid, void** object) {
    return detail::find_class_object(
        {class_of<UnconnectedLocator>(CLSID_WbemLocator),
         class_of<UnconnectedLocator>(CLSID_WbemAdministrativeLocator)},
        clsid, iid, object);
}

}  // namespace openwmi::com::runtime
