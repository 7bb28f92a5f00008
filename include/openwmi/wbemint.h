#pragma once

// IWbemCausalityAccess as its page documents it. No public header of Windows states its IID; this
// one is OpenWMI's own.

#include "objbase.h"

typedef GUID REQUESTID;

// Which request an IWbemContext belongs to, and from which requests it came: a clone of a context
// is a child of it.
struct IWbemCausalityAccess : public IUnknown {
    virtual HRESULT STDMETHODCALLTYPE GetRequestId(REQUESTID* pId) = 0;
    // S_OK when pId names the parent, or its parent, and so on; else WBEM_E_NOT_FOUND.
    virtual HRESULT STDMETHODCALLTYPE IsChildOf(REQUESTID pId) = 0;
};
OPENWMI_INTERFACE_ID(IWbemCausalityAccess, IUnknown, 0x6b0c6e0e, 0x1f6f, 0x4c8a, 0x9d, 0x3b, 0x52,
                     0x07, 0xd4, 0xe1, 0x8a, 0x63)
