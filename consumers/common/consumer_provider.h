#pragma once

#include <openwmi_consumer_preview.h>

#include <openwmi.hpp>

#include "common/trace.h"

namespace openwmi::consumers {

// What the standard consumers share: one object is the provider and, for every logical consumer of
// its class, the sink, because each delivery brings the logical consumer along. Thread-safe when
// `consume` is.
class ConsumerProvider : public implements<IWbemProviderInit, IWbemEventConsumerProvider,
                                           IWbemUnboundObjectSink, IOpenWmiConsumerPreview> {
  public:
    HRESULT STDMETHODCALLTYPE Initialize(LPWSTR wszUser, LONG lFlags, LPWSTR wszNamespace,
                                         LPWSTR wszLocale, IWbemServices* pNamespace,
                                         IWbemContext* pCtx,
                                         IWbemProviderInitSink* pInitSink) override;
    HRESULT STDMETHODCALLTYPE FindConsumer(IWbemClassObject* pLogicalConsumer,
                                           IWbemUnboundObjectSink** ppConsumer) override;
    HRESULT STDMETHODCALLTYPE IndicateToConsumer(IWbemClassObject* pLogicalConsumer,
                                                 LONG lNumObjects,
                                                 IWbemClassObject** apObjects) override;
    HRESULT STDMETHODCALLTYPE Preview(IWbemClassObject* pLogicalConsumer, IWbemClassObject* pEvent,
                                      BSTR* pstrText) override;

  protected:
    ConsumerProvider(const wchar_t* class_name, const char* library)
        : class_name_(class_name), trace_(library) {}

    // Handles the events; throws error, which makes it a consumer failure with that text.
    virtual void consume(IWbemClassObject* consumer, IWbemClassObject* const* events,
                         std::size_t count) = 0;
    // What consume() would do with one event, for people; throws the same.
    virtual std::string preview(IWbemClassObject* consumer, IWbemClassObject* event) = 0;
    Trace& trace() { return trace_; }
    // "LogFileEventConsumer 'Name'", for traces.
    std::string name_of(IWbemClassObject* consumer) const;

  private:
    const wchar_t* class_name_;
    Trace trace_;
};

}  // namespace openwmi::consumers
