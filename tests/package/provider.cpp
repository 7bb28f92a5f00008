#include <openwmi.hpp>

DEFINE_GUID(CLSID_StrangersProvider, 0x7C1D5B8E, 0x2F3A, 0x4E6B, 0x8D, 0x90, 0x1A, 0x2B, 0x3C, 0x4D,
            0x5E, 0x6F);

namespace {

// Tells its sink that it has started.
class Provider final : public openwmi::implements<IWbemEventProvider> {
  public:
    HRESULT STDMETHODCALLTYPE ProvideEvents(IWbemObjectSink* pSink, LONG lFlags) override {
        if (lFlags != 0) return WBEM_E_INVALID_PARAMETER;
        return pSink->SetStatus(WBEM_STATUS_COMPLETE, WBEM_S_NO_ERROR, nullptr, nullptr);
    }
};

}  // namespace

OPENWMI_EXPORT_CLASSES(openwmi::class_of<Provider>(CLSID_StrangersProvider))
