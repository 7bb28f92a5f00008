#include <wbemidl.h>

#include <cstdio>
#include <openwmi.hpp>

// Creates the provider that the registration file names, and calls it.
namespace {

class Sink final : public openwmi::implements<IWbemObjectSink> {
  public:
    HRESULT STDMETHODCALLTYPE Indicate(LONG, IWbemClassObject**) override {
        return WBEM_S_NO_ERROR;
    }
    HRESULT STDMETHODCALLTYPE SetStatus(LONG, HRESULT hResult, BSTR, IWbemClassObject*) override {
        return hResult;
    }
};

HRESULT run() {
    CLSID clsid = {};
    openwmi::throw_if_failed(CLSIDFromString(L"{7C1D5B8E-2F3A-4E6B-8D90-1A2B3C4D5E6F}", &clsid));
    openwmi::com_ptr<IWbemEventProvider> provider;
    openwmi::throw_if_failed(
        CoCreateInstance(clsid, nullptr, CLSCTX_INPROC_SERVER, IID_PPV_ARGS(provider.put())));
    return openwmi::throw_if_failed(provider->ProvideEvents(openwmi::make<Sink>().get(), 0));
}

}  // namespace

int main() {
    CoInitializeEx(nullptr, COINIT_MULTITHREADED);
    const HRESULT hr = openwmi::guarded(run);
    if (FAILED(hr)) std::fprintf(stderr, "%s\n", openwmi::take_error_text().c_str());
    CoUninitialize();
    return FAILED(hr) ? 1 : 0;
}
