#include <openwmi.hpp>

#include "com/testing/plugin_classes.h"

namespace {

// A provider that does what little an event provider must.
class Provider final : public openwmi::implements<IWbemEventProvider, IWbemProviderInit> {
  public:
    HRESULT STDMETHODCALLTYPE ProvideEvents(IWbemObjectSink* pSink, LONG) override {
        return openwmi::guarded([&] {
            openwmi::throw_if_failed(
                pSink->SetStatus(0, S_OK, openwmi::bstr("hello").get(), nullptr));
            return WBEM_S_NO_ERROR;
        });
    }
    HRESULT STDMETHODCALLTYPE Initialize(LPWSTR, LONG, LPWSTR, LPWSTR, IWbemServices*,
                                         IWbemContext*, IWbemProviderInitSink*) override {
        return S_OK;
    }
};

// A class whose objects cannot be made.
class Failing final : public openwmi::implements<IWbemEventProvider> {
  public:
    Failing() { throw openwmi::error(WBEM_E_NOT_AVAILABLE, "the device is missing"); }

    HRESULT STDMETHODCALLTYPE ProvideEvents(IWbemObjectSink*, LONG) override {
        return WBEM_E_FAILED;
    }
};

}  // namespace

OPENWMI_EXPORT_CLASSES(openwmi::class_of<Provider>(CLSID_TestProvider),
                       openwmi::class_of<Failing>(CLSID_TestFailing))
