#include <openwmi.hpp>

#include "active_script/script.h"
#include "active_script/setting_alias.h"
#include "common/consumer_provider.h"
#include "common/creator.h"

// {B6A3B0D6-52A4-4C0E-8B3B-1C7F0E7A9D15}
DEFINE_GUID(CLSID_ActiveScriptConsumer, 0xB6A3B0D6, 0x52A4, 0x4C0E, 0x8B, 0x3B, 0x1C, 0x7F, 0x0E,
            0x7A, 0x9D, 0x15);
namespace {

using namespace openwmi;

// Runs a script for each event, on the thread that delivers it. Thread-safe.
class ActiveScriptConsumer final : public consumers::ConsumerProvider {
  public:
    ActiveScriptConsumer() : ConsumerProvider(L"ActiveScriptEventConsumer", "active_script") {}

    HRESULT STDMETHODCALLTYPE Initialize(LPWSTR wszUser, LONG lFlags, LPWSTR wszNamespace,
                                         LPWSTR wszLocale, IWbemServices* pNamespace,
                                         IWbemContext* pCtx,
                                         IWbemProviderInitSink* pInitSink) override {
        if (!pNamespace) return WBEM_E_INVALID_PARAMETER;
        namespace_ = com_ptr<IWbemServices>(pNamespace);
        return ConsumerProvider::Initialize(wszUser, lFlags, wszNamespace, wszLocale, pNamespace,
                                            pCtx, pInitSink);
    }

  private:
    void consume(IWbemClassObject* consumer, IWbemClassObject* const* events,
                 std::size_t count) override {
        check_creator(consumer);
        const auto script = consumers::script_of(consumer);
        const CLSID engine = consumers::find_engine(namespace_.get(), script.engine);
        for (std::size_t i = 0; i < count; ++i) consumers::run(script, engine, events[i]);
    }

    std::string preview(IWbemClassObject* consumer, IWbemClassObject*) override {
        check_creator(consumer);
        const auto script = consumers::script_of(consumer);
        consumers::find_engine(namespace_.get(), script.engine);
        return "run with " + script.engine + ":\n" + script.text;
    }

    static void check_creator(IWbemClassObject* consumer) {
        if (consumers::Creator::of(consumer).is_administrator()) return;
        throw error(WBEM_E_ACCESS_DENIED,
                    "only an administrator's ActiveScriptEventConsumer may run scripts");
    }

    com_ptr<IWbemServices> namespace_;  // where the consumer class and the engines are
};

}  // namespace

OPENWMI_EXPORT_CLASSES(openwmi::class_of<ActiveScriptConsumer>(CLSID_ActiveScriptConsumer),
                       openwmi::consumers::setting_alias())
