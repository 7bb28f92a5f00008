#include "common/consumer_provider.h"

namespace openwmi::consumers {

HRESULT ConsumerProvider::Initialize(LPWSTR, LONG, LPWSTR, LPWSTR, IWbemServices*, IWbemContext*,
                                     IWbemProviderInitSink* pInitSink) {
    if (!pInitSink) return WBEM_E_INVALID_PARAMETER;
    return pInitSink->SetStatus(WBEM_S_INITIALIZED, 0);
}

HRESULT ConsumerProvider::FindConsumer(IWbemClassObject* pLogicalConsumer,
                                       IWbemUnboundObjectSink** ppConsumer) {
    if (!ppConsumer) return WBEM_E_INVALID_PARAMETER;
    *ppConsumer = nullptr;
    if (!pLogicalConsumer) return WBEM_E_INVALID_PARAMETER;
    return guarded([&]() -> HRESULT {
        if (pLogicalConsumer->InheritsFrom(class_name_) != WBEM_S_NO_ERROR) return WBEM_E_NOT_FOUND;
        AddRef();
        *ppConsumer = this;
        return WBEM_S_NO_ERROR;
    });
}

HRESULT ConsumerProvider::IndicateToConsumer(IWbemClassObject* pLogicalConsumer, LONG lNumObjects,
                                             IWbemClassObject** apObjects) {
    if (!pLogicalConsumer || lNumObjects < 0 || (lNumObjects > 0 && !apObjects)) {
        return WBEM_E_INVALID_PARAMETER;
    }
    return guarded([&]() -> HRESULT {
        consume(pLogicalConsumer, apObjects, static_cast<std::size_t>(lNumObjects));
        return WBEM_S_NO_ERROR;
    });
}

HRESULT ConsumerProvider::Preview(IWbemClassObject* pLogicalConsumer, IWbemClassObject* pEvent,
                                  BSTR* pstrText) {
    if (!pstrText) return WBEM_E_INVALID_PARAMETER;
    *pstrText = nullptr;
    if (!pLogicalConsumer || !pEvent) return WBEM_E_INVALID_PARAMETER;
    return guarded([&]() -> HRESULT {
        *pstrText = bstr(preview(pLogicalConsumer, pEvent)).detach();
        return WBEM_S_NO_ERROR;
    });
}

std::string ConsumerProvider::name_of(IWbemClassObject* consumer) const {
    return to_utf8(class_name_) + " '" + get_property<std::string>(consumer, L"Name").value_or("") +
           "'";
}

}  // namespace openwmi::consumers
