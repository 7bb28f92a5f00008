// A plug-in library as a stranger would build it, that behaves as the director of the test says.
#include <openwmi.hpp>
#include <string>

#include "director.h"

namespace {

openwmi::com_ptr<ITestDirector> find_director() {
    openwmi::com_ptr<ITestDirector> director;
    openwmi::throw_if_failed(CoCreateInstance(CLSID_TestDirector, nullptr, CLSCTX_INPROC_SERVER,
                                              __uuidof(ITestDirector), director.put_void()));
    return director;
}

std::wstring text_of(const wchar_t* text) {
    return text ? std::wstring(text) : std::wstring(L"NULL");
}

class Consumer final : public openwmi::implements<IWbemUnboundObjectSink> {
  public:
    explicit Consumer(openwmi::com_ptr<ITestDirector> director) : director_(std::move(director)) {}
    ~Consumer() override { director_->Record(L"consumer released"); }

    HRESULT STDMETHODCALLTYPE IndicateToConsumer(IWbemClassObject* pLogicalConsumer,
                                                 LONG lNumObjects,
                                                 IWbemClassObject** apObjects) override {
        switch (director_->Behaviour()) {
            case TEST_CONSUMER_FAILS: return WBEM_E_RETRY_LATER;
            case TEST_CONSUMER_THROWS: throw std::runtime_error("the printer burns");
            default: break;
        }
        std::wstring text = L"consumed by " + read(pLogicalConsumer, L"Name") + L":";
        for (LONG i = 0; i < lNumObjects; ++i) text += L" " + read(apObjects[i], L"Text");
        director_->Record(text.c_str());
        return WBEM_S_NO_ERROR;
    }

  private:
    static std::wstring read(IWbemClassObject* object, const wchar_t* name) {
        openwmi::variant value;
        openwmi::throw_if_failed(object->Get(name, 0, value.put(), nullptr, nullptr));
        return value.as<std::wstring>();
    }

    openwmi::com_ptr<ITestDirector> director_;
};

class Stranger final
    : public openwmi::provider_services<IWbemProviderInit, IWbemEventProvider,
                                        IWbemEventProviderQuerySink, IWbemEventConsumerProvider,
                                        IWbemProviderIdentity, IWbemShutdown> {
  public:
    Stranger() {
        if (director_->Behaviour() == TEST_THROWS_IN_CONSTRUCTOR) {
            throw openwmi::error(WBEM_E_NOT_AVAILABLE, "the device is missing");
        }
    }
    ~Stranger() override { director_->Record(L"released"); }

    HRESULT STDMETHODCALLTYPE SetRegistrationObject(LONG lFlags,
                                                    IWbemClassObject* pProvReg) override {
        openwmi::variant name;
        openwmi::throw_if_failed(pProvReg->Get(L"Name", 0, name.put(), nullptr, nullptr));
        const std::wstring text =
            L"SetRegistrationObject " + std::to_wstring(lFlags) + L" " + name.as<std::wstring>();
        director_->Record(text.c_str());
        return director_->Behaviour() == TEST_REFUSES_REGISTRATION ? WBEM_E_INVALID_PARAMETER
                                                                   : WBEM_S_NO_ERROR;
    }

    HRESULT STDMETHODCALLTYPE Initialize(LPWSTR wszUser, LONG lFlags, LPWSTR wszNamespace,
                                         LPWSTR wszLocale, IWbemServices* pNamespace,
                                         IWbemContext* pCtx,
                                         IWbemProviderInitSink* pInitSink) override {
        const std::wstring text = L"Initialize " + text_of(wszUser) + L" " +
                                  std::to_wstring(lFlags) + L" " + text_of(wszNamespace) + L" " +
                                  text_of(wszLocale) + (pNamespace ? L" services" : L"") +
                                  (pCtx ? L" context" : L"");
        director_->Record(text.c_str());
        switch (director_->Behaviour()) {
            case TEST_REFUSES_INITIALIZE: return WBEM_E_FAILED;
            case TEST_REPORTS_FAILURE: return pInitSink->SetStatus(WBEM_E_FAILED, 0);
            case TEST_FAILS_AFTER_READY:
                pInitSink->SetStatus(WBEM_S_INITIALIZED, 0);
                return WBEM_E_FAILED;
            case TEST_REPORTS_LATER: director_->Keep(pInitSink); return WBEM_S_NO_ERROR;
            case TEST_DROPS_INIT_SINK: return WBEM_S_NO_ERROR;
            case TEST_THROWS_IN_INITIALIZE: throw std::runtime_error("no electricity");
            default: return pInitSink->SetStatus(WBEM_S_INITIALIZED, 0);
        }
    }

    HRESULT STDMETHODCALLTYPE ProvideEvents(IWbemObjectSink* pSink, LONG lFlags) override {
        maybe_throw();
        const std::wstring text = L"ProvideEvents " + std::to_wstring(lFlags);
        director_->Record(text.c_str());
        director_->Keep(pSink);
        return director_->Behaviour() == TEST_REFUSES_EVENTS ? WBEM_E_FAILED : WBEM_S_NO_ERROR;
    }

    HRESULT STDMETHODCALLTYPE NewQuery(ULONG dwId, WBEM_WSTR wszQueryLanguage,
                                       WBEM_WSTR wszQuery) override {
        maybe_throw();
        const std::wstring text = L"NewQuery " + std::to_wstring(dwId) + L" " +
                                  text_of(wszQueryLanguage) + L" " + text_of(wszQuery);
        director_->Record(text.c_str());
        return WBEM_S_NO_ERROR;
    }
    HRESULT STDMETHODCALLTYPE CancelQuery(ULONG dwId) override {
        maybe_throw();
        director_->Record((L"CancelQuery " + std::to_wstring(dwId)).c_str());
        return WBEM_S_NO_ERROR;
    }

    HRESULT STDMETHODCALLTYPE FindConsumer(IWbemClassObject*,
                                           IWbemUnboundObjectSink** ppConsumer) override {
        maybe_throw();
        *ppConsumer = nullptr;
        if (director_->Behaviour() == TEST_KNOWS_NOBODY) return WBEM_E_NOT_FOUND;
        if (director_->Behaviour() == TEST_GIVES_NOTHING) return WBEM_S_NO_ERROR;
        *ppConsumer = openwmi::make<Consumer>(director_).detach();
        return WBEM_S_NO_ERROR;
    }

    HRESULT STDMETHODCALLTYPE Shutdown(LONG uReason, ULONG uMaxMilliseconds,
                                       IWbemContext* pCtx) override {
        const std::wstring text = L"Shutdown " + std::to_wstring(uReason) + L" " +
                                  std::to_wstring(uMaxMilliseconds) + (pCtx ? L" context" : L"");
        director_->Record(text.c_str());
        return WBEM_S_NO_ERROR;
    }

    HRESULT STDMETHODCALLTYPE GetObjectAsync(const BSTR path, LONG, IWbemContext*,
                                             IWbemObjectSink* sink) override {
        return answer(L"GetObjectAsync", path, sink);
    }
    HRESULT STDMETHODCALLTYPE CreateInstanceEnumAsync(const BSTR name, LONG, IWbemContext*,
                                                      IWbemObjectSink* sink) override {
        return answer(L"CreateInstanceEnumAsync", name, sink);
    }
    HRESULT STDMETHODCALLTYPE PutInstanceAsync(IWbemClassObject*, LONG, IWbemContext*,
                                               IWbemObjectSink* sink) override {
        return answer(L"PutInstanceAsync", L"", sink);
    }
    HRESULT STDMETHODCALLTYPE DeleteInstanceAsync(const BSTR path, LONG, IWbemContext*,
                                                  IWbemObjectSink* sink) override {
        return answer(L"DeleteInstanceAsync", path, sink);
    }
    HRESULT STDMETHODCALLTYPE ExecMethodAsync(const BSTR path, const BSTR method, LONG,
                                              IWbemContext*, IWbemClassObject* in,
                                              IWbemObjectSink* sink) override {
        const std::wstring what = text_of(path) + L" " + text_of(method) + (in ? L" in" : L"");
        return answer(L"ExecMethodAsync", what.c_str(), sink);
    }
    HRESULT STDMETHODCALLTYPE CreateClassEnumAsync(const BSTR superclass, LONG flags, IWbemContext*,
                                                   IWbemObjectSink* sink) override {
        const std::wstring what = text_of(superclass) + L" " + std::to_wstring(flags);
        return answer(L"CreateClassEnumAsync", what.c_str(), sink);
    }
    HRESULT STDMETHODCALLTYPE PutClassAsync(IWbemClassObject* cls, LONG, IWbemContext*,
                                            IWbemObjectSink* sink) override {
        openwmi::variant name;
        openwmi::throw_if_failed(cls->Get(L"__CLASS", 0, name.put(), nullptr, nullptr));
        return answer(L"PutClassAsync", name.as<std::wstring>().c_str(), sink);
    }
    HRESULT STDMETHODCALLTYPE DeleteClassAsync(const BSTR name, LONG, IWbemContext*,
                                               IWbemObjectSink* sink) override {
        return answer(L"DeleteClassAsync", name, sink);
    }

  private:
    void maybe_throw() const {
        if (director_->Behaviour() == TEST_THROWS) throw std::runtime_error("out of paper");
    }

    HRESULT answer(const std::wstring& method, const wchar_t* what, IWbemObjectSink* sink) {
        maybe_throw();
        director_->Record((method + L" " + text_of(what)).c_str());
        openwmi::com_ptr<IWbemClassObject> object;
        director_->Answer(object.put());
        IWbemClassObject* objects[] = {object.get(), nullptr};
        switch (director_->Behaviour()) {
            case TEST_RETURNS_FAILURE: return WBEM_E_ACCESS_DENIED;
            case TEST_STATUS_AND_RETURN:
                sink->SetStatus(WBEM_STATUS_COMPLETE, WBEM_E_NOT_FOUND, nullptr, nullptr);
                return WBEM_E_FAILED;
            case TEST_ANSWERS_NULL:
                if (sink->Indicate(2, objects) == WBEM_E_INVALID_PARAMETER) {
                    director_->Record(L"NULL refused");
                }
                break;
            case TEST_FORGETS_TO_COMPLETE: return WBEM_S_NO_ERROR;
            case TEST_ANSWERS_LATER: director_->Keep(sink); return WBEM_S_NO_ERROR;
            default: sink->Indicate(1, objects); break;
        }
        return sink->SetStatus(WBEM_STATUS_COMPLETE, WBEM_S_NO_ERROR, nullptr, nullptr);
    }

    const openwmi::com_ptr<ITestDirector> director_ = find_director();
};

// A provider that does only what every provider must.
class Bare final : public openwmi::implements<IWbemProviderInit> {
  public:
    HRESULT STDMETHODCALLTYPE Initialize(LPWSTR, LONG, LPWSTR, LPWSTR, IWbemServices*,
                                         IWbemContext*, IWbemProviderInitSink* pInitSink) override {
        return pInitSink->SetStatus(WBEM_S_INITIALIZED, 0);
    }
};

class WithoutInit final : public openwmi::implements<IWbemEventProvider> {
  public:
    HRESULT STDMETHODCALLTYPE ProvideEvents(IWbemObjectSink*, LONG) override {
        return WBEM_S_NO_ERROR;
    }
};

}  // namespace

OPENWMI_EXPORT_CLASSES(openwmi::class_of<Stranger>(CLSID_TestStranger),
                       openwmi::class_of<Bare>(CLSID_TestBare),
                       openwmi::class_of<WithoutInit>(CLSID_TestWithoutInit))
