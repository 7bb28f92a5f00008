#include <oleauto.h>

#include <mutex>
#include <openwmi.hpp>
#include <string>

#include "com/runtime/thread_state.h"

namespace openwmi::com::runtime {
namespace {

// The error object of CreateErrorInfo. Thread-safe, since an object may be handed on to another
// thread.
class ErrorObject final : public implements<IErrorInfo, ICreateErrorInfo> {
  public:
    HRESULT STDMETHODCALLTYPE GetGUID(GUID* pGUID) override {
        if (!pGUID) return E_POINTER;
        const std::lock_guard lock(mutex_);
        *pGUID = guid_;
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE GetSource(BSTR* pBstrSource) override {
        return copy(source_, pBstrSource);
    }
    HRESULT STDMETHODCALLTYPE GetDescription(BSTR* pBstrDescription) override {
        return copy(description_, pBstrDescription);
    }
    HRESULT STDMETHODCALLTYPE GetHelpFile(BSTR* pBstrHelpFile) override {
        return copy(help_file_, pBstrHelpFile);
    }
    HRESULT STDMETHODCALLTYPE GetHelpContext(DWORD* pdwHelpContext) override {
        if (!pdwHelpContext) return E_POINTER;
        const std::lock_guard lock(mutex_);
        *pdwHelpContext = help_context_;
        return S_OK;
    }

    HRESULT STDMETHODCALLTYPE SetGUID(const GUID& rguid) override {
        const std::lock_guard lock(mutex_);
        guid_ = rguid;
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE SetSource(LPOLESTR szSource) override {
        return set(source_, szSource);
    }
    HRESULT STDMETHODCALLTYPE SetDescription(LPOLESTR szDescription) override {
        return set(description_, szDescription);
    }
    HRESULT STDMETHODCALLTYPE SetHelpFile(LPOLESTR szHelpFile) override {
        return set(help_file_, szHelpFile);
    }
    HRESULT STDMETHODCALLTYPE SetHelpContext(DWORD dwHelpContext) override {
        const std::lock_guard lock(mutex_);
        help_context_ = dwHelpContext;
        return S_OK;
    }

  private:
    HRESULT copy(const bstr& text, BSTR* result) {
        if (!result) return E_POINTER;
        *result = nullptr;
        const std::lock_guard lock(mutex_);
        if (!text.get()) return S_OK;
        *result = SysAllocStringLen(text.get(), SysStringLen(text.get()));
        return *result ? S_OK : E_OUTOFMEMORY;
    }
    HRESULT set(bstr& text, LPCOLESTR value) {
        bstr replacement = bstr::adopt(SysAllocString(value));
        if (value && !replacement.get()) return E_OUTOFMEMORY;
        const std::lock_guard lock(mutex_);
        text = std::move(replacement);
        return S_OK;
    }

    std::mutex mutex_;
    GUID guid_ = GUID_NULL;
    bstr source_;
    bstr description_;
    bstr help_file_;
    DWORD help_context_ = 0;
};

}  // namespace
}  // namespace openwmi::com::runtime

using namespace openwmi;
using namespace openwmi::com::runtime;

HRESULT SetErrorInfo(ULONG reserved, IErrorInfo* error) {
    if (reserved != 0) return E_INVALIDARG;
    if (ThreadState* state = thread_state()) state->error = com_ptr<IErrorInfo>(error);
    return S_OK;
}

HRESULT GetErrorInfo(ULONG reserved, IErrorInfo** error) {
    if (reserved != 0 || !error) return E_INVALIDARG;
    ThreadState* state = thread_state();
    *error = state ? state->error.detach() : nullptr;
    return *error ? S_OK : S_FALSE;
}

HRESULT CreateErrorInfo(ICreateErrorInfo** error) {
    if (!error) return E_INVALIDARG;
    *error = nullptr;
    return guarded([&]() -> HRESULT {
        *error = make<ErrorObject>().detach();
        return S_OK;
    });
}

HRESULT openwmi_report_error(HRESULT hr, const char* source, const char* description) {
    // The failure itself is what matters: when memory is short it is reported without its text.
    try {
        const com_ptr<ErrorObject> error = make<ErrorObject>();
        error->SetSource(bstr(std::string_view(source ? source : "OpenWMI")).get());
        if (description) error->SetDescription(bstr(std::string_view(description)).get());
        SetErrorInfo(0, error.get());
    } catch (const std::bad_alloc&) {
        SetErrorInfo(0, nullptr);
    }
    return hr;
}
