#pragma once

#include <wbemcli.h>

#include <memory>

#include "com/implements.h"
#include "com/ptr.h"
#include "wbem/content.h"
#include "wbem/name_cursor.h"
#include "wbem/object_lock.h"

namespace openwmi::wbem {

// How we recognise our own objects. C++ on the other side: the IID changes with Content.
struct IContentAccess : public IUnknown {
    virtual Content& content() noexcept = 0;
};

}  // namespace openwmi::wbem

template <>
struct openwmi::detail::uuid_of<openwmi::wbem::IContentAccess> {
    using base = IUnknown;
    static constexpr IID value = {
        0x4f1d0c52, 0x9a6e, 0x4b0b, {0x8e, 0x57, 0x31, 0xc4, 0x7a, 0x02, 0xd9, 0x6b}};
};

namespace openwmi::wbem {

// The content of one of our objects; lives as long as the object. Fails like object_of.
Result<Content*> own_content(IWbemClassObject* object);

// IWbemClassObject and IWbemObjectAccess over a Content: COM's calling rules and nothing else.
// Confined like Content; the count and Lock are thread-safe.
class ClassObject : public com::Implements<IWbemObjectAccess, IContentAccess> {
  public:
    explicit ClassObject(std::unique_ptr<Content> content) : content_(std::move(content)) {}

    Content& content() noexcept override { return *content_; }

    HRESULT STDMETHODCALLTYPE GetQualifierSet(IWbemQualifierSet** ppQualSet) override;
    HRESULT STDMETHODCALLTYPE Get(LPCWSTR wszName, LONG lFlags, VARIANT* pVal, CIMTYPE* pType,
                                  LONG* plFlavor) override;
    HRESULT STDMETHODCALLTYPE Put(LPCWSTR wszName, LONG lFlags, VARIANT* pVal,
                                  CIMTYPE Type) override;
    HRESULT STDMETHODCALLTYPE Delete(LPCWSTR wszName) override;
    HRESULT STDMETHODCALLTYPE GetNames(LPCWSTR wszQualifierName, LONG lFlags,
                                       VARIANT* pQualifierVal, SAFEARRAY** pNames) override;
    HRESULT STDMETHODCALLTYPE BeginEnumeration(LONG lEnumFlags) override;
    HRESULT STDMETHODCALLTYPE Next(LONG lFlags, BSTR* strName, VARIANT* pVal, CIMTYPE* pType,
                                   LONG* plFlavor) override;
    HRESULT STDMETHODCALLTYPE EndEnumeration() override;
    HRESULT STDMETHODCALLTYPE GetPropertyQualifierSet(LPCWSTR wszProperty,
                                                      IWbemQualifierSet** ppQualSet) override;
    HRESULT STDMETHODCALLTYPE Clone(IWbemClassObject** ppCopy) override;
    HRESULT STDMETHODCALLTYPE GetObjectText(LONG lFlags, BSTR* pstrObjectText) override;
    HRESULT STDMETHODCALLTYPE SpawnDerivedClass(LONG lFlags,
                                                IWbemClassObject** ppNewClass) override;
    HRESULT STDMETHODCALLTYPE SpawnInstance(LONG lFlags, IWbemClassObject** ppNewInstance) override;
    HRESULT STDMETHODCALLTYPE CompareTo(LONG lFlags, IWbemClassObject* pCompareTo) override;
    HRESULT STDMETHODCALLTYPE GetPropertyOrigin(LPCWSTR wszName, BSTR* pstrClassName) override;
    HRESULT STDMETHODCALLTYPE InheritsFrom(LPCWSTR strAncestor) override;
    HRESULT STDMETHODCALLTYPE GetMethod(LPCWSTR wszName, LONG lFlags,
                                        IWbemClassObject** ppInSignature,
                                        IWbemClassObject** ppOutSignature) override;
    HRESULT STDMETHODCALLTYPE PutMethod(LPCWSTR wszName, LONG lFlags,
                                        IWbemClassObject* pInSignature,
                                        IWbemClassObject* pOutSignature) override;
    HRESULT STDMETHODCALLTYPE DeleteMethod(LPCWSTR wszName) override;
    HRESULT STDMETHODCALLTYPE BeginMethodEnumeration(LONG lEnumFlags) override;
    HRESULT STDMETHODCALLTYPE NextMethod(LONG lFlags, BSTR* pstrName,
                                         IWbemClassObject** ppInSignature,
                                         IWbemClassObject** ppOutSignature) override;
    HRESULT STDMETHODCALLTYPE EndMethodEnumeration() override;
    HRESULT STDMETHODCALLTYPE GetMethodQualifierSet(LPCWSTR wszMethod,
                                                    IWbemQualifierSet** ppQualSet) override;
    HRESULT STDMETHODCALLTYPE GetMethodOrigin(LPCWSTR wszMethodName, BSTR* pstrClassName) override;

    // object_access.cpp
    HRESULT STDMETHODCALLTYPE GetPropertyHandle(LPCWSTR wszPropertyName, CIMTYPE* pType,
                                                LONG* plHandle) override;
    HRESULT STDMETHODCALLTYPE WritePropertyValue(LONG lHandle, LONG lNumBytes,
                                                 const BYTE* aData) override;
    HRESULT STDMETHODCALLTYPE ReadPropertyValue(LONG lHandle, LONG lBufferSize, LONG* plNumBytes,
                                                BYTE* aData) override;
    HRESULT STDMETHODCALLTYPE ReadDWORD(LONG lHandle, DWORD* pdw) override;
    HRESULT STDMETHODCALLTYPE WriteDWORD(LONG lHandle, DWORD dw) override;
    HRESULT STDMETHODCALLTYPE ReadQWORD(LONG lHandle, UINT64* pqw) override;
    HRESULT STDMETHODCALLTYPE WriteQWORD(LONG lHandle, UINT64 pw) override;
    HRESULT STDMETHODCALLTYPE GetPropertyInfoByHandle(LONG lHandle, BSTR* pstrName,
                                                      CIMTYPE* pType) override;
    HRESULT STDMETHODCALLTYPE Lock(LONG lFlags) override;
    HRESULT STDMETHODCALLTYPE Unlock(LONG lFlags) override;

  private:
    // Checks that the element is there.
    Result<com::Ptr<IWbemQualifierSet>> qualifier_set(Element element);

    std::unique_ptr<Content> content_;
    NameCursor properties_;
    NameCursor methods_;
    ObjectLock lock_;
};

}  // namespace openwmi::wbem
