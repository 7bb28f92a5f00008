// An event consumer provider: appends each event, as MOF, to the file that the logical consumer
// names.
#include <fstream>
#include <mutex>
#include <openwmi.hpp>
#include <string>

DEFINE_GUID(CLSID_Dump, 0xF632F0AB, 0xF1DC, 0x4E7F, 0xB8, 0xFC, 0x63, 0x73, 0x63, 0x48, 0xD9, 0xFD);

namespace {

using namespace openwmi;

// One object serves all logical consumers: each delivery brings its own along.
class DumpConsumer final
    : public implements<IWbemProviderInit, IWbemEventConsumerProvider, IWbemUnboundObjectSink> {
  public:
    HRESULT STDMETHODCALLTYPE Initialize(LPWSTR, LONG, LPWSTR, LPWSTR, IWbemServices*,
                                         IWbemContext*, IWbemProviderInitSink* pInitSink) override {
        return pInitSink ? pInitSink->SetStatus(WBEM_S_INITIALIZED, 0) : WBEM_E_INVALID_PARAMETER;
    }

    // Who handles this Example_DumpEventConsumer? This object does.
    HRESULT STDMETHODCALLTYPE FindConsumer(IWbemClassObject* pLogicalConsumer,
                                           IWbemUnboundObjectSink** ppConsumer) override {
        if (!pLogicalConsumer || !ppConsumer) return WBEM_E_INVALID_PARAMETER;
        AddRef();
        *ppConsumer = this;
        return WBEM_S_NO_ERROR;
    }

    // Several objects in one call are several events, oldest first. What is thrown becomes the text
    // of a __ConsumerFailureEvent.
    HRESULT STDMETHODCALLTYPE IndicateToConsumer(IWbemClassObject* pLogicalConsumer,
                                                 LONG lNumObjects,
                                                 IWbemClassObject** apObjects) override {
        return guarded([&]() -> HRESULT {
            const auto path = get_property<std::string>(pLogicalConsumer, L"Path").value_or("");
            const std::lock_guard lock(mutex_);
            std::ofstream file(path, std::ios::app);
            for (LONG i = 0; i < lNumObjects; ++i) {
                bstr text;
                throw_if_failed(apObjects[i]->GetObjectText(0, text.put()));
                file << text.utf8();
            }
            file.flush();
            if (!file) throw error(WBEM_E_FAILED, "cannot write to '" + path + "'");
            return WBEM_S_NO_ERROR;
        });
    }

  private:
    std::mutex mutex_;
};

}  // namespace

OPENWMI_EXPORT_CLASSES(openwmi::class_of<DumpConsumer>(CLSID_Dump))
