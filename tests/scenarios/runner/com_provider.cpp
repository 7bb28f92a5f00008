#include "scenarios/runner/com_provider.h"

#include <wbemprov.h>

#include <utility>
#include <vector>

#include "com/boundary.h"
#include "com/bstr.h"
#include "com/implements.h"
#include "wbem/object.h"

namespace openwmi::scenarios {

namespace {

class ComConsumer final : public com::Implements<IWbemUnboundObjectSink> {
  public:
    explicit ComConsumer(TestProvider& provider) : provider_(provider) {}

    HRESULT STDMETHODCALLTYPE IndicateToConsumer(IWbemClassObject* pLogicalConsumer,
                                                 LONG lNumObjects,
                                                 IWbemClassObject** apObjects) override {
        return com::boundary([&]() -> Result<> {
            const auto logical = WMI_TRY(instance_of(pLogicalConsumer));
            std::vector<cim::InstancePtr> events;
            for (LONG i = 0; i < lNumObjects; ++i)
                events.push_back(WMI_TRY(instance_of(apObjects[i])));
            return provider_.consume(*logical, events);
        });
    }

  private:
    TestProvider& provider_;
};

class ComProvider final : public openwmi::provider_services<IWbemProviderInit, IWbemEventProvider,
                                                            IWbemEventConsumerProvider> {
  public:
    explicit ComProvider(TestProvider& provider) : provider_(provider) {}
    ~ComProvider() override { provider_.remove_sinks(this); }

    HRESULT STDMETHODCALLTYPE Initialize(LPWSTR, LONG, LPWSTR wszNamespace, LPWSTR, IWbemServices*,
                                         IWbemContext*, IWbemProviderInitSink* pInitSink) override {
        return com::boundary([&]() -> Result<> {
            name_space_ = WMI_TRY(cim::NamespacePath::parse(com::to_utf8(LPCWSTR(wszNamespace))));
            WMI_TRY(com::to_result(pInitSink->SetStatus(WBEM_S_INITIALIZED, 0), "SetStatus"));
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE ProvideEvents(IWbemObjectSink* pSink, LONG) override {
        return com::boundary([&]() -> Result<> {
            provider_.add_sink(
                this, name_space_,
                [sink = com::Ptr<IWbemObjectSink>(pSink)](const cim::InstancePtr& event) {
                    return indicate(*sink, event);
                });
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE FindConsumer(IWbemClassObject*,
                                           IWbemUnboundObjectSink** ppConsumer) override {
        return com::boundary([&]() -> Result<> {
            *ppConsumer = com::make<ComConsumer>(provider_).detach();
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE CreateInstanceEnumAsync(const BSTR strFilter, LONG, IWbemContext*,
                                                      IWbemObjectSink* pResponseHandler) override {
        return com::boundary([&]() -> Result<> {
            const cim::Name name(com::to_utf8(LPCWSTR(strFilter)));
            const com::Ptr<IWbemObjectSink> sink(pResponseHandler);
            provider_.enumerate(name_space_, name, [sink](auto found) {
                if (found) {
                    for (const auto& instance : *found) (void)indicate(*sink, instance);
                }
                sink->SetStatus(WBEM_STATUS_COMPLETE, found ? WBEM_S_NO_ERROR : WBEM_E_FAILED,
                                nullptr, nullptr);
            });
            return {};
        });
    }

  private:
    TestProvider& provider_;
    cim::NamespacePath name_space_;
};

}  // namespace

com::Ptr<IUnknown> make_com_provider(TestProvider& provider) {
    return com::make<ComProvider>(provider).query<IUnknown>();
}

Result<cim::InstancePtr> instance_of(IWbemClassObject* object) {
    const auto content = WMI_TRY(wbem::object_of(object));
    if (const auto* instance = content->as_instance()) return cim::InstancePtr(instance);
    return fail(Status::InvalidObject, "{} is a class", content->class_of().name().text());
}

Result<> indicate(IWbemObjectSink& sink, const cim::InstancePtr& event) {
    const auto object = wbem::make_object(event);
    IWbemClassObject* objects[] = {object.get()};
    WMI_TRY(com::to_result(sink.Indicate(1, objects), "Indicate"));
    return {};
}

}  // namespace openwmi::scenarios
