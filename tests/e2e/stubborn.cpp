// An event consumer that takes its events and never comes back.
#include <unistd.h>

#include <openwmi.hpp>

DEFINE_GUID(CLSID_Stubborn, 0x5B0C27E9, 0x0F0B, 0x4A3B, 0x9C, 0x1D, 0x6E, 0x64, 0x3D, 0x8F, 0x21,
            0xB7);

namespace {

class Stubborn final : public openwmi::implements<IWbemProviderInit, IWbemEventConsumerProvider,
                                                  IWbemUnboundObjectSink> {
  public:
    HRESULT STDMETHODCALLTYPE Initialize(LPWSTR, LONG, LPWSTR, LPWSTR, IWbemServices*,
                                         IWbemContext*, IWbemProviderInitSink* pInitSink) override {
        return pInitSink ? pInitSink->SetStatus(WBEM_S_INITIALIZED, 0) : WBEM_E_INVALID_PARAMETER;
    }
    HRESULT STDMETHODCALLTYPE FindConsumer(IWbemClassObject*,
                                           IWbemUnboundObjectSink** ppConsumer) override {
        if (!ppConsumer) return WBEM_E_INVALID_PARAMETER;
        AddRef();
        *ppConsumer = this;
        return WBEM_S_NO_ERROR;
    }
    HRESULT STDMETHODCALLTYPE IndicateToConsumer(IWbemClassObject*, LONG,
                                                 IWbemClassObject**) override {
        for (;;) ::pause();
    }
};

}  // namespace

OPENWMI_EXPORT_CLASSES(openwmi::class_of<Stubborn>(CLSID_Stubborn))
