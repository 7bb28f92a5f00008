#include "wbem/error.h"

#include <oleauto.h>

#include "base/check.h"
#include "cim/schema.h"
#include "com/bstr.h"
#include "wbem/arguments.h"
#include "wbem/class_object.h"
#include "wbem/instance_content.h"

namespace openwmi::wbem {
namespace {

// An __ExtendedStatus that is an error object, too. Thread-safe: nobody writes to it.
class ErrorObject final : public ClassObject, public IErrorInfo {
  public:
    ErrorObject(cim::InstancePtr status, std::string description)
        : ClassObject(std::make_unique<InstanceContent>(std::move(status))),
          description_(std::move(description)) {}

    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID riid, void** ppvObject) override {
        if (!ppvObject || riid != IID_IErrorInfo) {
            return ClassObject::QueryInterface(riid, ppvObject);
        }
        *ppvObject = static_cast<IErrorInfo*>(this);
        AddRef();
        return S_OK;
    }
    ULONG STDMETHODCALLTYPE AddRef() override { return ClassObject::AddRef(); }
    ULONG STDMETHODCALLTYPE Release() override { return ClassObject::Release(); }

    HRESULT STDMETHODCALLTYPE GetGUID(GUID* pGUID) override {
        if (!pGUID) return E_POINTER;
        *pGUID = GUID_NULL;
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE GetSource(BSTR* pBstrSource) override {
        return give("OpenWMI", pBstrSource);
    }
    HRESULT STDMETHODCALLTYPE GetDescription(BSTR* pBstrDescription) override {
        return give(description_, pBstrDescription);
    }
    HRESULT STDMETHODCALLTYPE GetHelpFile(BSTR* pBstrHelpFile) override {
        if (!pBstrHelpFile) return E_POINTER;
        *pBstrHelpFile = nullptr;
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE GetHelpContext(DWORD* pdwHelpContext) override {
        if (!pdwHelpContext) return E_POINTER;
        *pdwHelpContext = 0;
        return S_OK;
    }

  private:
    // Without an error object of its own: it would replace this one.
    static HRESULT give(const std::string& text, BSTR* result) noexcept {
        if (!result) return E_POINTER;
        *result = nullptr;
        try {
            *result = new_bstr(text);
            return S_OK;
        } catch (const std::bad_alloc&) {
            return E_OUTOFMEMORY;
        }
    }

    std::string description_;
};

// Unless somebody who knows better has set it.
void fill(cim::InstanceBuilder& builder, const char* property, cim::Value value) {
    const auto index = builder.class_ptr()->find_property(property);
    if (!index || !builder.get(*index).is_null()) return;
    const auto result = builder.set(*index, std::move(value));
    WMI_CHECK(result.has_value(), "__ExtendedStatus has the documented properties");
}

cim::InstanceBuilder begin_status(const ErrorDetail& detail) {
    const auto& given = detail.explanation;
    const bool is_status = given && given->class_of().is_a("__ExtendedStatus");
    return is_status ? cim::InstanceBuilder(*given)
                     : cim::InstanceBuilder(cim::find_system_class("__ExtendedStatus"));
}

}  // namespace

cim::InstancePtr extended_status(const base::Error& error, const ErrorDetail& detail) {
    auto builder = begin_status(detail);
    fill(builder, "StatusCode",
         std::uint64_t{static_cast<std::uint32_t>(static_cast<std::int32_t>(error.status))});
    fill(builder, "Description", error.message);
    if (!detail.operation.empty()) fill(builder, "Operation", detail.operation);
    if (!detail.parameter.empty()) fill(builder, "ParameterInfo", detail.parameter);
    fill(builder, "ProviderName",
         detail.provider.empty() ? std::string("Windows Management") : detail.provider);
    return builder.build();
}

HRESULT report(const base::Error& error, const ErrorDetail& detail) noexcept {
    return openwmi::guarded([&]() -> HRESULT {
        const auto object = com::make<ErrorObject>(extended_status(error, detail), error.message);
        SetErrorInfo(0, object.get());
        return static_cast<HRESULT>(error.status);
    });
}

}  // namespace openwmi::wbem
