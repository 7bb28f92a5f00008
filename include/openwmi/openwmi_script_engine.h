#pragma once

// How a script engine offers itself to ActiveScriptEventConsumer.
//
// An engine is a COM class in a plug-in library (OPENWMI_EXPORT_CLASSES of <openwmi.hpp>, with a
// registration file) and an instance in the namespace of the consumer class, root\subscription:
//
//   instance of OpenWMI_ScriptEngine { Name = "Lua.Script"; CLSID = "{...}"; };
//
// Name is what ScriptingEngine of a consumer says, compared without regard to case.

#include "wbemcli.h"

struct IOpenWmiScriptEngine : public IUnknown {
    // Runs a script and returns when it has ended.
    //
    // strScript: the text, a BSTR of at most 1 MiB of UTF-8 that may hold any character; never
    // NULL. pTargetEvent: the event, which the script is to see as TargetEvent; never NULL. AddRef
    // it to
    //   keep it.
    // dwMilliseconds: when they have passed, the engine ends the script and fails; 0: no limit.
    //   Nobody else can end it: an engine that ignores this holds up its consumer's events.
    //
    // A failure (a script that cannot be read, or that fails, too) makes the event a
    // __ConsumerFailureEvent; its text is the thread's error object, as openwmi::guarded leaves it.
    //
    // Each run has an object of its own, made and released on the thread that calls it; several run
    // at a time. Scripts run in the service, with its rights: only those of administrators come
    // here. There is no terminal, and no WScript object.
    virtual HRESULT STDMETHODCALLTYPE RunScript(const BSTR strScript,
                                                IWbemClassObject* pTargetEvent,
                                                DWORD dwMilliseconds) = 0;
};
OPENWMI_INTERFACE_ID(IOpenWmiScriptEngine, IUnknown, 0x2f8c0f4e, 0x7b1d, 0x4c52, 0xa6, 0x0e, 0x91,
                     0x3d, 0x5a, 0xc4, 0x77, 0xe8)
