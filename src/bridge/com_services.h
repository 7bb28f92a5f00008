#pragma once

#include <wbemcli.h>

#include "bridge/answering.h"
#include "bridge/bulk_refresher.h"
#include "bridge/calls_under_way.h"
#include "bridge/connection.h"
#include "com/implements.h"

namespace openwmi::bridge {

// The ABI of IWbemServices: each method checks its out-parameters, reads what is asked for and
// chooses how it is answered. Thread-safe.
class ComServices final : public com::Implements<IWbemServices, wbem::IRefreshAccess> {
  public:
    explicit ComServices(Connection connection) : connection_(std::move(connection)) {}

    HRESULT STDMETHODCALLTYPE OpenNamespace(const BSTR strNamespace, LONG lFlags,
                                            IWbemContext* pCtx, IWbemServices** ppWorkingNamespace,
                                            IWbemCallResult** ppResult) override;
    HRESULT STDMETHODCALLTYPE CancelAsyncCall(IWbemObjectSink* pSink) override;
    HRESULT STDMETHODCALLTYPE QueryObjectSink(LONG lFlags,
                                              IWbemObjectSink** ppResponseHandler) override;
    HRESULT STDMETHODCALLTYPE GetObject(const BSTR strObjectPath, LONG lFlags, IWbemContext* pCtx,
                                        IWbemClassObject** ppObject,
                                        IWbemCallResult** ppCallResult) override;
    HRESULT STDMETHODCALLTYPE GetObjectAsync(const BSTR strObjectPath, LONG lFlags,
                                             IWbemContext* pCtx,
                                             IWbemObjectSink* pResponseHandler) override;
    HRESULT STDMETHODCALLTYPE PutClass(IWbemClassObject* pObject, LONG lFlags, IWbemContext* pCtx,
                                       IWbemCallResult** ppCallResult) override;
    HRESULT STDMETHODCALLTYPE PutClassAsync(IWbemClassObject* pObject, LONG lFlags,
                                            IWbemContext* pCtx,
                                            IWbemObjectSink* pResponseHandler) override;
    HRESULT STDMETHODCALLTYPE DeleteClass(const BSTR strClass, LONG lFlags, IWbemContext* pCtx,
                                          IWbemCallResult** ppCallResult) override;
    HRESULT STDMETHODCALLTYPE DeleteClassAsync(const BSTR strClass, LONG lFlags, IWbemContext* pCtx,
                                               IWbemObjectSink* pResponseHandler) override;
    HRESULT STDMETHODCALLTYPE CreateClassEnum(const BSTR strSuperclass, LONG lFlags,
                                              IWbemContext* pCtx,
                                              IEnumWbemClassObject** ppEnum) override;
    HRESULT STDMETHODCALLTYPE CreateClassEnumAsync(const BSTR strSuperclass, LONG lFlags,
                                                   IWbemContext* pCtx,
                                                   IWbemObjectSink* pResponseHandler) override;
    HRESULT STDMETHODCALLTYPE PutInstance(IWbemClassObject* pInst, LONG lFlags, IWbemContext* pCtx,
                                          IWbemCallResult** ppCallResult) override;
    HRESULT STDMETHODCALLTYPE PutInstanceAsync(IWbemClassObject* pInst, LONG lFlags,
                                               IWbemContext* pCtx,
                                               IWbemObjectSink* pResponseHandler) override;
    HRESULT STDMETHODCALLTYPE DeleteInstance(const BSTR strObjectPath, LONG lFlags,
                                             IWbemContext* pCtx,
                                             IWbemCallResult** ppCallResult) override;
    HRESULT STDMETHODCALLTYPE DeleteInstanceAsync(const BSTR strObjectPath, LONG lFlags,
                                                  IWbemContext* pCtx,
                                                  IWbemObjectSink* pResponseHandler) override;
    HRESULT STDMETHODCALLTYPE CreateInstanceEnum(const BSTR strFilter, LONG lFlags,
                                                 IWbemContext* pCtx,
                                                 IEnumWbemClassObject** ppEnum) override;
    HRESULT STDMETHODCALLTYPE CreateInstanceEnumAsync(const BSTR strFilter, LONG lFlags,
                                                      IWbemContext* pCtx,
                                                      IWbemObjectSink* pResponseHandler) override;
    HRESULT STDMETHODCALLTYPE ExecQuery(const BSTR strQueryLanguage, const BSTR strQuery,
                                        LONG lFlags, IWbemContext* pCtx,
                                        IEnumWbemClassObject** ppEnum) override;
    HRESULT STDMETHODCALLTYPE ExecQueryAsync(const BSTR strQueryLanguage, const BSTR strQuery,
                                             LONG lFlags, IWbemContext* pCtx,
                                             IWbemObjectSink* pResponseHandler) override;
    HRESULT STDMETHODCALLTYPE ExecNotificationQuery(const BSTR strQueryLanguage,
                                                    const BSTR strQuery, LONG lFlags,
                                                    IWbemContext* pCtx,
                                                    IEnumWbemClassObject** ppEnum) override;
    HRESULT STDMETHODCALLTYPE
    ExecNotificationQueryAsync(const BSTR strQueryLanguage, const BSTR strQuery, LONG lFlags,
                               IWbemContext* pCtx, IWbemObjectSink* pResponseHandler) override;
    HRESULT STDMETHODCALLTYPE ExecMethod(const BSTR strObjectPath, const BSTR strMethodName,
                                         LONG lFlags, IWbemContext* pCtx,
                                         IWbemClassObject* pInParams,
                                         IWbemClassObject** ppOutParams,
                                         IWbemCallResult** ppCallResult) override;
    HRESULT STDMETHODCALLTYPE ExecMethodAsync(const BSTR strObjectPath, const BSTR strMethodName,
                                              LONG lFlags, IWbemContext* pCtx,
                                              IWbemClassObject* pInParams,
                                              IWbemObjectSink* pResponseHandler) override;

    std::unique_ptr<wbem::BulkRefresher> make_refresher() override {
        return make_bulk_refresher(*connection_.session);
    }

  private:
    // What an operation that gives no enumerator hands back to its caller.
    struct Places {
        IWbemClassObject** object = nullptr;
        bool may_stay_null = false;  // a method without out-parameters
        IWbemCallResult** result = nullptr;
    };

    Result<Status> answer(Operation operation, LONG flags, Places places, wbem::ErrorDetail detail);
    Result<Status> give_empty_class(LONG flags, Places places);
    Result<> answer_enumerator(Operation operation, LONG flags, IEnumWbemClassObject** place,
                               wbem::ErrorDetail detail);
    Result<> answer_sink(Operation operation, LONG flags, IWbemObjectSink* sink,
                         wbem::ErrorDetail detail);
    Result<std::shared_ptr<ClientSink>> client_of(IWbemObjectSink* sink, LONG flags,
                                                  wbem::ErrorDetail detail) const;

    const Connection connection_;
    CallsUnderWay calls_;
};

}  // namespace openwmi::bridge
