#pragma once

// How a physical consumer says what it would do.
//
// A binding can be observed (openwmi observe) instead of delivered: then the IWbemUnboundObjectSink
// that FindConsumer gave is asked for this interface, and what it says is shown in the history and
// in the service's log. Of a consumer without it
// it is only said that it would have got the event.

#include "wbemcli.h"

struct IOpenWmiConsumerPreview : public IUnknown {
    // Says what IndicateToConsumer would do with one event, and does nothing of it: no file is
    // opened for writing, no program started, nothing sent.
    //
    // pLogicalConsumer, pEvent: as there, never NULL; AddRef them to keep them. pstrText: gets a
    // text for people that goes on after "the consumer would" (start /bin/true), which the caller
    // frees; of a long one the first 4 KiB are shown. A failure says that the event would be
    // refused, with the same code and the same error object.
    //
    // Called on any thread in a multithreaded apartment, one call at a time for each logical
    // consumer, also while calls for others run.
    virtual HRESULT STDMETHODCALLTYPE Preview(IWbemClassObject* pLogicalConsumer,
                                              IWbemClassObject* pEvent, BSTR* pstrText) = 0;
};
OPENWMI_INTERFACE_ID(IOpenWmiConsumerPreview, IUnknown, 0x5c1a7e52, 0x0d3f, 0x4b86, 0x9a, 0x41,
                     0x6e, 0x8c, 0x20, 0xd7, 0xb3, 0x9f)
