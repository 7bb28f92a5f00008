// A plug-in library as a stranger would build it, that behaves as the director of the test says.
#include <initializer_list>
#include <openwmi.hpp>
#include <string>
#include <vector>

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
                                        IWbemEventProviderQuerySink, IWbemEventProviderSecurity,
                                        IWbemEventConsumerProvider, IWbemPropertyProvider,
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
        return director_->Behaviour() == TEST_REFUSES_QUERIES ? WBEMESS_E_REGISTRATION_TOO_BROAD
                                                              : WBEM_S_NO_ERROR;
    }
    HRESULT STDMETHODCALLTYPE AccessCheck(WBEM_CWSTR wszQueryLanguage, WBEM_CWSTR wszQuery,
                                          LONG lSidLength, const BYTE* pSid) override {
        maybe_throw();
        const LONG behaviour = director_->Behaviour();
        if (behaviour == TEST_CHECKS_ACCESS) {
            const std::wstring text = L"AccessCheck " + text_of(wszQueryLanguage) + L" " +
                                      text_of(wszQuery) + L" " + std::to_wstring(lSidLength) +
                                      (pSid ? L" SID" : L"");
            director_->Record(text.c_str());
        }
        return behaviour == TEST_DENIES_ACCESS ? WBEM_E_ACCESS_DENIED : WBEM_S_NO_ERROR;
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
    HRESULT STDMETHODCALLTYPE PutInstanceAsync(IWbemClassObject*, LONG flags, IWbemContext*,
                                               IWbemObjectSink* sink) override {
        return answer(L"PutInstanceAsync", std::to_wstring(flags).c_str(), sink);
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

    HRESULT STDMETHODCALLTYPE GetProperty(LONG flags, const BSTR locale, const BSTR class_mapping,
                                          const BSTR instance_mapping, const BSTR property_mapping,
                                          VARIANT* value) override {
        maybe_throw();
        record_property(L"GetProperty", flags,
                        {locale, class_mapping, instance_mapping, property_mapping});
        switch (director_->Behaviour()) {
            case TEST_RETURNS_FAILURE: return WBEM_E_ACCESS_DENIED;
            case TEST_HAS_NO_VALUE: return WBEM_S_FALSE;
            case TEST_GIVES_A_NUMBER: *value = openwmi::variant(42).detach(); break;
            default: *value = openwmi::variant("value").detach(); break;
        }
        return WBEM_S_NO_ERROR;
    }
    HRESULT STDMETHODCALLTYPE PutProperty(LONG flags, const BSTR locale, const BSTR class_mapping,
                                          const BSTR instance_mapping, const BSTR property_mapping,
                                          const VARIANT* value) override {
        maybe_throw();
        record_property(L"PutProperty", flags,
                        {locale, class_mapping, instance_mapping, property_mapping});
        director_->Record(value->vt == VT_BSTR ? value->bstrVal : L"no text");
        switch (director_->Behaviour()) {
            case TEST_RETURNS_FAILURE: return WBEM_E_ACCESS_DENIED;
            case TEST_HAS_NO_VALUE: return WBEM_S_FALSE;
            default: return WBEM_S_NO_ERROR;
        }
    }

  private:
    void record_property(std::wstring text, LONG flags,
                         std::initializer_list<const wchar_t*> mappings) const {
        text += L" " + std::to_wstring(flags);
        for (const wchar_t* each : mappings) text += L" " + text_of(each);
        director_->Record(text.c_str());
    }

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
            case TEST_EXPLAINS:
                sink->SetStatus(WBEM_STATUS_PROGRESS, (4 << 16) | 1, nullptr, nullptr);
                return sink->SetStatus(WBEM_STATUS_COMPLETE, WBEM_E_FAILED, nullptr, object.get());
            default: sink->Indicate(1, objects); break;
        }
        return sink->SetStatus(WBEM_STATUS_COMPLETE, WBEM_S_NO_ERROR, nullptr, nullptr);
    }

    const openwmi::com_ptr<ITestDirector> director_ = find_director();
};

// What a performer keeps current: each refresh adds one to all that are in it.
class PerformersRefresher final : public openwmi::implements<IWbemRefresher> {
  public:
    explicit PerformersRefresher(openwmi::com_ptr<ITestDirector> director)
        : director_(std::move(director)) {}
    ~PerformersRefresher() override { director_->Record(L"refresher released"); }

    void add(openwmi::com_ptr<IWbemObjectAccess> object) { objects_.push_back(std::move(object)); }
    HRESULT STDMETHODCALLTYPE Refresh(LONG flags) override {
        director_->Record((L"Refresh " + std::to_wstring(flags)).c_str());
        if (director_->Behaviour() == TEST_RETURNS_FAILURE) return WBEM_E_ACCESS_DENIED;
        for (const auto& object : objects_) {
            LONG handle = 0;
            CIMTYPE type = 0;
            DWORD size = 0;
            openwmi::throw_if_failed(object->GetPropertyHandle(L"Size", &type, &handle));
            openwmi::throw_if_failed(object->ReadDWORD(handle, &size));
            openwmi::throw_if_failed(object->WriteDWORD(handle, size + 1));
        }
        return WBEM_S_NO_ERROR;
    }

  private:
    const openwmi::com_ptr<ITestDirector> director_;
    std::vector<openwmi::com_ptr<IWbemObjectAccess>> objects_;
};

// A high-performance provider; its objects begin with size 100.
class Performer final : public openwmi::implements<IWbemProviderInit, IWbemHiPerfProvider> {
  public:
    HRESULT STDMETHODCALLTYPE Initialize(LPWSTR, LONG, LPWSTR, LPWSTR, IWbemServices*,
                                         IWbemContext*, IWbemProviderInitSink* pInitSink) override {
        return pInitSink->SetStatus(WBEM_S_INITIALIZED, 0);
    }
    HRESULT STDMETHODCALLTYPE QueryInstances(IWbemServices* services, WCHAR* name, LONG flags,
                                             IWbemContext* context,
                                             IWbemObjectSink* sink) override {
        record(L"QueryInstances " + text_of(name) + L" " + std::to_wstring(flags), services,
               context);
        if (director_->Behaviour() == TEST_RETURNS_FAILURE) return WBEM_E_PROVIDER_NOT_CAPABLE;
        openwmi::com_ptr<IWbemClassObject> object;
        director_->Answer(object.put());
        IWbemClassObject* objects[] = {object.get()};
        sink->Indicate(1, objects);
        return sink->SetStatus(WBEM_STATUS_COMPLETE, WBEM_S_NO_ERROR, nullptr, nullptr);
    }
    HRESULT STDMETHODCALLTYPE CreateRefresher(IWbemServices* services, LONG flags,
                                              IWbemRefresher** refresher) override {
        record(L"CreateRefresher " + std::to_wstring(flags), services, nullptr);
        if (director_->Behaviour() == TEST_RETURNS_FAILURE) return WBEM_E_PROVIDER_NOT_CAPABLE;
        if (director_->Behaviour() == TEST_GIVES_NOTHING) return WBEM_S_NO_ERROR;
        *refresher = openwmi::make<PerformersRefresher>(director_).detach();
        return WBEM_S_NO_ERROR;
    }
    HRESULT STDMETHODCALLTYPE CreateRefreshableObject(
        IWbemServices* services, IWbemObjectAccess* pattern, IWbemRefresher* refresher, LONG flags,
        IWbemContext* context, IWbemObjectAccess** object, LONG* id) override {
        record(L"CreateRefreshableObject " + name_of(pattern) + L" " + std::to_wstring(flags),
               services, context);
        if (director_->Behaviour() == TEST_RETURNS_FAILURE) return WBEM_E_NOT_FOUND;
        if (director_->Behaviour() == TEST_GIVES_NOTHING) return WBEM_S_NO_ERROR;
        auto copy = fresh(pattern);
        static_cast<PerformersRefresher*>(refresher)->add(copy);
        *object = copy.detach();
        *id = 7;
        return WBEM_S_NO_ERROR;
    }
    HRESULT STDMETHODCALLTYPE StopRefreshing(IWbemRefresher*, LONG id, LONG flags) override {
        director_->Record(
            (L"StopRefreshing " + std::to_wstring(id) + L" " + std::to_wstring(flags)).c_str());
        return WBEM_S_NO_ERROR;
    }
    HRESULT STDMETHODCALLTYPE CreateRefreshableEnum(IWbemServices* services, LPCWSTR name,
                                                    IWbemRefresher* refresher, LONG flags,
                                                    IWbemContext* context, IWbemHiPerfEnum* objects,
                                                    LONG* id) override {
        record(L"CreateRefreshableEnum " + text_of(name) + L" " + std::to_wstring(flags), services,
               context);
        if (director_->Behaviour() == TEST_RETURNS_FAILURE) return WBEM_E_PROVIDER_NOT_CAPABLE;
        openwmi::com_ptr<IWbemClassObject> answer;
        director_->Answer(answer.put());
        auto object = fresh(answer.get());
        static_cast<PerformersRefresher*>(refresher)->add(object);
        LONG number = 1;
        IWbemObjectAccess* all[] = {object.get()};
        *id = 8;
        return objects->AddObjects(0, 1, &number, all);
    }
    HRESULT STDMETHODCALLTYPE GetObjects(IWbemServices* services, LONG count,
                                         IWbemObjectAccess** objects, LONG flags,
                                         IWbemContext* context) override {
        record(L"GetObjects " + std::to_wstring(count) + L" " + std::to_wstring(flags), services,
               context);
        if (director_->Behaviour() == TEST_RETURNS_FAILURE) return WBEM_E_PROVIDER_NOT_CAPABLE;
        for (LONG i = 0; i < count; ++i) set_size(objects[i], 100);
        return WBEM_S_NO_ERROR;
    }

  private:
    void record(std::wstring text, IWbemServices* services, IWbemContext* context) const {
        if (services) text += L" services";
        if (context) text += L" context";
        director_->Record(text.c_str());
    }
    static std::wstring name_of(IWbemClassObject* object) {
        openwmi::variant value;
        openwmi::throw_if_failed(object->Get(L"Name", 0, value.put(), nullptr, nullptr));
        return value.as<std::wstring>();
    }
    static void set_size(IWbemObjectAccess* object, DWORD size) {
        LONG handle = 0;
        CIMTYPE type = 0;
        openwmi::throw_if_failed(object->GetPropertyHandle(L"Size", &type, &handle));
        openwmi::throw_if_failed(object->WriteDWORD(handle, size));
    }
    static openwmi::com_ptr<IWbemObjectAccess> fresh(IWbemClassObject* pattern) {
        openwmi::com_ptr<IWbemClassObject> copy;
        openwmi::throw_if_failed(pattern->Clone(copy.put()));
        auto access = copy.query<IWbemObjectAccess>();
        set_size(access.get(), 100);
        return access;
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
                       openwmi::class_of<Performer>(CLSID_TestPerformer),
                       openwmi::class_of<Bare>(CLSID_TestBare),
                       openwmi::class_of<WithoutInit>(CLSID_TestWithoutInit))
