#include "bridge/com_services.h"

#include <utility>

#include "bridge/injection_sink.h"
#include "bridge/notification.h"
#include "bridge/services.h"
#include "com/bstr.h"
#include "com/variant.h"
#include "wbem/call_result.h"
#include "wbem/error.h"
#include "wbem/object.h"

namespace openwmi::bridge {
namespace {

wbem::ErrorDetail detail_of(const char* method, const BSTR parameter) {
    return {.operation = std::string("IWbemServices::") + method,
            .parameter = com::to_utf8(parameter),
            .provider = {}};
}

// The path of what is put, for the error object.
wbem::ErrorDetail detail_of(const char* method, IWbemClassObject* object) {
    com::Variant path;
    if (object && SUCCEEDED(object->Get(L"__RELPATH", 0, path.put(), nullptr, nullptr)) &&
        path.type() == VT_BSTR) {
        return detail_of(method, path.get().bstrVal);
    }
    return detail_of(method, BSTR{});
}

// A method of IWbemServices: its name, what it was called with, and what it does.
template <class Parameter, class F>
HRESULT method(const char* name, Parameter parameter, F&& body) {
    return wbem::extended_boundary([&] { return detail_of(name, parameter); },
                                   std::forward<F>(body));
}

template <class T>
Result<> need(T** place, const char* name) {
    if (!place) return fail(Status::InvalidParameter, "{} is NULL", name);
    *place = nullptr;
    return {};
}

template <class T>
void clear(T** place) {
    if (place) *place = nullptr;
}

}  // namespace

Result<Status> ComServices::answer(Operation operation, LONG flags, Places places,
                                   wbem::ErrorDetail detail) {
    clear(places.object);
    clear(places.result);
    if (flags & WBEM_FLAG_RETURN_IMMEDIATELY) {
        if (!places.result) {
            return fail(Status::InvalidParameter,
                        "WBEM_FLAG_RETURN_IMMEDIATELY needs a place for the IWbemCallResult");
        }
        *places.result =
            WMI_TRY(begin(connection_, std::move(operation), std::move(detail))).detach();
        return Status::Ok;
    }
    const auto collected = WMI_TRY(wait_for(connection_, operation));
    if (places.object) {
        if (!collected.objects.empty()) {
            *places.object =
                wbem::make_object(collected.objects.front(), origin_of(*connection_.session))
                    .detach();
        } else if (!places.may_stay_null) {
            return fail(Status::NotFound, "there is no such object");
        }
    }
    if (places.result) *places.result = finished(connection_, collected).detach();
    return collected.status;
}

// COM-032: what a new class is written into.
Result<Status> ComServices::give_empty_class(LONG flags, Places places) {
    auto object = wbem::make_empty_class(origin_of(*connection_.session));
    if (flags & WBEM_FLAG_RETURN_IMMEDIATELY) {
        if (!places.result) {
            return fail(Status::InvalidParameter,
                        "WBEM_FLAG_RETURN_IMMEDIATELY needs a place for the IWbemCallResult");
        }
        const auto call = std::make_shared<wbem::PendingCall>(*connection_.executor);
        call->complete(wbem::CallOutcome{.object = std::move(object)});
        *places.result = wbem::make_call_result(call).detach();
        return Status::Ok;
    }
    WMI_TRY(need(places.object, "ppObject"));
    *places.object = object.detach();
    return Status::Ok;
}

Result<> ComServices::answer_enumerator(Operation operation, LONG flags,
                                        IEnumWbemClassObject** place, wbem::ErrorDetail detail) {
    WMI_TRY(need(place, "ppEnum"));
    *place =
        WMI_TRY(enumerate(connection_, std::move(operation), flags, std::move(detail))).detach();
    return {};
}

Result<std::shared_ptr<ClientSink>> ComServices::client_of(IWbemObjectSink* sink, LONG flags,
                                                           wbem::ErrorDetail detail) const {
    if (!sink) return fail(Status::InvalidParameter, "the sink is NULL");
    ClientSink::Options options{.detail = std::move(detail),
                                .origin = origin_of(*connection_.session)};
    if (flags & WBEM_FLAG_SEND_STATUS) options.progress = ClientSink::Progress::Wanted;
    return std::make_shared<ClientSink>(com::Ptr<IWbemObjectSink>(sink), std::move(options),
                                        *connection_.calls);
}

Result<> ComServices::answer_sink(Operation operation, LONG flags, IWbemObjectSink* sink,
                                  wbem::ErrorDetail detail) {
    const auto client = WMI_TRY(client_of(sink, flags, std::move(detail)));
    calls_.add(client);
    return send(connection_, std::move(operation), client);
}

HRESULT ComServices::OpenNamespace(const BSTR strNamespace, LONG lFlags, IWbemContext*,
                                   IWbemServices** ppWorkingNamespace, IWbemCallResult** ppResult) {
    clear(ppWorkingNamespace);
    clear(ppResult);
    return method("OpenNamespace", strNamespace, [&]() -> Result<> {
        if ((ppWorkingNamespace == nullptr) == (ppResult == nullptr)) {
            return fail(Status::InvalidParameter,
                        "exactly one of ppWorkingNamespace and ppResult must be given");
        }
        const auto path =
            WMI_TRY(read_child_namespace(connection_.session->name_space(), strNamespace, lFlags));
        Connection connection = connection_;
        connection.session = WMI_TRY(connection_.session->open(path));
        auto services = make_services(std::move(connection));
        if (ppWorkingNamespace) {
            *ppWorkingNamespace = services.detach();
            return {};
        }
        const auto call = std::make_shared<wbem::PendingCall>(*connection_.executor);
        call->complete(wbem::CallOutcome{.services = std::move(services)});
        *ppResult = wbem::make_call_result(call).detach();
        return {};
    });
}

HRESULT ComServices::CancelAsyncCall(IWbemObjectSink* pSink) {
    return method("CancelAsyncCall", BSTR{}, [&]() -> Result<> {
        if (!pSink) return fail(Status::InvalidParameter, "the sink is NULL");
        if (calls_.cancel(pSink)) return {};
        return fail(Status::NotFound, "no call with this sink is under way");
    });
}

HRESULT ComServices::QueryObjectSink(LONG lFlags, IWbemObjectSink** ppResponseHandler) {
    return method("QueryObjectSink", BSTR{}, [&]() -> Result<> {
        WMI_TRY(need(ppResponseHandler, "ppResponseHandler"));
        WMI_TRY(check_flags(lFlags, 0));
        *ppResponseHandler = WMI_TRY(make_injection_sink(connection_)).detach();
        return {};
    });
}

HRESULT ComServices::GetObject(const BSTR strObjectPath, LONG lFlags, IWbemContext* pCtx,
                               IWbemClassObject** ppObject, IWbemCallResult** ppCallResult) {
    clear(ppObject);
    clear(ppCallResult);
    return method("GetObject", strObjectPath, [&]() -> Result<Status> {
        const Places places{.object = ppObject, .result = ppCallResult};
        if (is_blank(strObjectPath)) return give_empty_class(lFlags, places);
        if (!(lFlags & WBEM_FLAG_RETURN_IMMEDIATELY)) WMI_TRY(need(ppObject, "ppObject"));
        return answer(WMI_TRY(read_get_object(strObjectPath, lFlags, Mode::Caller, pCtx)), lFlags,
                      places, detail_of("GetObject", strObjectPath));
    });
}

HRESULT ComServices::GetObjectAsync(const BSTR strObjectPath, LONG lFlags, IWbemContext* pCtx,
                                    IWbemObjectSink* pResponseHandler) {
    return method("GetObjectAsync", strObjectPath, [&]() -> Result<> {
        return answer_sink(WMI_TRY(read_get_object(strObjectPath, lFlags, Mode::Sink, pCtx)),
                           lFlags, pResponseHandler, detail_of("GetObjectAsync", strObjectPath));
    });
}

HRESULT ComServices::PutClass(IWbemClassObject* pObject, LONG lFlags, IWbemContext* pCtx,
                              IWbemCallResult** ppCallResult) {
    return method("PutClass", pObject, [&]() -> Result<Status> {
        return answer(WMI_TRY(read_put_class(pObject, lFlags, Mode::Caller, pCtx)), lFlags,
                      {.result = ppCallResult}, detail_of("PutClass", pObject));
    });
}

HRESULT ComServices::PutClassAsync(IWbemClassObject* pObject, LONG lFlags, IWbemContext* pCtx,
                                   IWbemObjectSink* pResponseHandler) {
    return method("PutClassAsync", pObject, [&]() -> Result<> {
        return answer_sink(WMI_TRY(read_put_class(pObject, lFlags, Mode::Sink, pCtx)), lFlags,
                           pResponseHandler, detail_of("PutClassAsync", pObject));
    });
}

HRESULT ComServices::DeleteClass(const BSTR strClass, LONG lFlags, IWbemContext* pCtx,
                                 IWbemCallResult** ppCallResult) {
    return method("DeleteClass", strClass, [&]() -> Result<Status> {
        if (ppCallResult && *ppCallResult) {  // COM-046
            return fail(Status::InvalidParameter, "ppCallResult must point to NULL");
        }
        return answer(WMI_TRY(read_delete_class(strClass, lFlags, Mode::Caller, pCtx)), lFlags,
                      {.result = ppCallResult}, detail_of("DeleteClass", strClass));
    });
}

HRESULT ComServices::DeleteClassAsync(const BSTR strClass, LONG lFlags, IWbemContext* pCtx,
                                      IWbemObjectSink* pResponseHandler) {
    return method("DeleteClassAsync", strClass, [&]() -> Result<> {
        return answer_sink(WMI_TRY(read_delete_class(strClass, lFlags, Mode::Sink, pCtx)), lFlags,
                           pResponseHandler, detail_of("DeleteClassAsync", strClass));
    });
}

HRESULT ComServices::CreateClassEnum(const BSTR strSuperclass, LONG lFlags, IWbemContext* pCtx,
                                     IEnumWbemClassObject** ppEnum) {
    clear(ppEnum);
    return method("CreateClassEnum", strSuperclass, [&]() -> Result<> {
        return answer_enumerator(
            WMI_TRY(read_enumerate_classes(strSuperclass, lFlags, Mode::Caller, pCtx)), lFlags,
            ppEnum, detail_of("CreateClassEnum", strSuperclass));
    });
}

HRESULT ComServices::CreateClassEnumAsync(const BSTR strSuperclass, LONG lFlags, IWbemContext* pCtx,
                                          IWbemObjectSink* pResponseHandler) {
    return method("CreateClassEnumAsync", strSuperclass, [&]() -> Result<> {
        return answer_sink(WMI_TRY(read_enumerate_classes(strSuperclass, lFlags, Mode::Sink, pCtx)),
                           lFlags, pResponseHandler,
                           detail_of("CreateClassEnumAsync", strSuperclass));
    });
}

HRESULT ComServices::PutInstance(IWbemClassObject* pInst, LONG lFlags, IWbemContext* pCtx,
                                 IWbemCallResult** ppCallResult) {
    return method("PutInstance", pInst, [&]() -> Result<Status> {
        return answer(WMI_TRY(read_put_instance(pInst, lFlags, Mode::Caller, pCtx)), lFlags,
                      {.result = ppCallResult}, detail_of("PutInstance", pInst));
    });
}

HRESULT ComServices::PutInstanceAsync(IWbemClassObject* pInst, LONG lFlags, IWbemContext* pCtx,
                                      IWbemObjectSink* pResponseHandler) {
    return method("PutInstanceAsync", pInst, [&]() -> Result<> {
        return answer_sink(WMI_TRY(read_put_instance(pInst, lFlags, Mode::Sink, pCtx)), lFlags,
                           pResponseHandler, detail_of("PutInstanceAsync", pInst));
    });
}

HRESULT ComServices::DeleteInstance(const BSTR strObjectPath, LONG lFlags, IWbemContext* pCtx,
                                    IWbemCallResult** ppCallResult) {
    return method("DeleteInstance", strObjectPath, [&]() -> Result<Status> {
        return answer(WMI_TRY(read_delete_instance(strObjectPath, lFlags, Mode::Caller, pCtx)),
                      lFlags, {.result = ppCallResult}, detail_of("DeleteInstance", strObjectPath));
    });
}

HRESULT ComServices::DeleteInstanceAsync(const BSTR strObjectPath, LONG lFlags, IWbemContext* pCtx,
                                         IWbemObjectSink* pResponseHandler) {
    return method("DeleteInstanceAsync", strObjectPath, [&]() -> Result<> {
        return answer_sink(WMI_TRY(read_delete_instance(strObjectPath, lFlags, Mode::Sink, pCtx)),
                           lFlags, pResponseHandler,
                           detail_of("DeleteInstanceAsync", strObjectPath));
    });
}

HRESULT ComServices::CreateInstanceEnum(const BSTR strFilter, LONG lFlags, IWbemContext* pCtx,
                                        IEnumWbemClassObject** ppEnum) {
    clear(ppEnum);
    return method("CreateInstanceEnum", strFilter, [&]() -> Result<> {
        return answer_enumerator(
            WMI_TRY(read_enumerate_instances(strFilter, lFlags, Mode::Caller, pCtx)), lFlags,
            ppEnum, detail_of("CreateInstanceEnum", strFilter));
    });
}

HRESULT ComServices::CreateInstanceEnumAsync(const BSTR strFilter, LONG lFlags, IWbemContext* pCtx,
                                             IWbemObjectSink* pResponseHandler) {
    return method("CreateInstanceEnumAsync", strFilter, [&]() -> Result<> {
        return answer_sink(WMI_TRY(read_enumerate_instances(strFilter, lFlags, Mode::Sink, pCtx)),
                           lFlags, pResponseHandler,
                           detail_of("CreateInstanceEnumAsync", strFilter));
    });
}

HRESULT ComServices::ExecQuery(const BSTR strQueryLanguage, const BSTR strQuery, LONG lFlags,
                               IWbemContext* pCtx, IEnumWbemClassObject** ppEnum) {
    clear(ppEnum);
    return method("ExecQuery", strQuery, [&]() -> Result<> {
        return answer_enumerator(
            WMI_TRY(read_query(strQueryLanguage, strQuery, lFlags, Mode::Caller, pCtx)), lFlags,
            ppEnum, detail_of("ExecQuery", strQuery));
    });
}

HRESULT ComServices::ExecQueryAsync(const BSTR strQueryLanguage, const BSTR strQuery, LONG lFlags,
                                    IWbemContext* pCtx, IWbemObjectSink* pResponseHandler) {
    return method("ExecQueryAsync", strQuery, [&]() -> Result<> {
        return answer_sink(
            WMI_TRY(read_query(strQueryLanguage, strQuery, lFlags, Mode::Sink, pCtx)), lFlags,
            pResponseHandler, detail_of("ExecQueryAsync", strQuery));
    });
}

HRESULT ComServices::ExecNotificationQuery(const BSTR strQueryLanguage, const BSTR strQuery,
                                           LONG lFlags, IWbemContext* pCtx,
                                           IEnumWbemClassObject** ppEnum) {
    clear(ppEnum);
    return method("ExecNotificationQuery", strQuery, [&]() -> Result<> {
        WMI_TRY(need(ppEnum, "ppEnum"));
        const auto query =
            WMI_TRY(read_event_query(strQueryLanguage, strQuery, lFlags, Mode::Caller, pCtx));
        *ppEnum =
            WMI_TRY(subscribe(connection_, query, detail_of("ExecNotificationQuery", strQuery)))
                .detach();
        return {};
    });
}

HRESULT ComServices::ExecNotificationQueryAsync(const BSTR strQueryLanguage, const BSTR strQuery,
                                                LONG lFlags, IWbemContext* pCtx,
                                                IWbemObjectSink* pResponseHandler) {
    return method("ExecNotificationQueryAsync", strQuery, [&]() -> Result<> {
        const auto query =
            WMI_TRY(read_event_query(strQueryLanguage, strQuery, lFlags, Mode::Sink, pCtx));
        const auto client = WMI_TRY(
            client_of(pResponseHandler, lFlags, detail_of("ExecNotificationQueryAsync", strQuery)));
        return subscribe(connection_, query, client, calls_);
    });
}

HRESULT ComServices::ExecMethod(const BSTR strObjectPath, const BSTR strMethodName, LONG lFlags,
                                IWbemContext* pCtx, IWbemClassObject* pInParams,
                                IWbemClassObject** ppOutParams, IWbemCallResult** ppCallResult) {
    clear(ppOutParams);
    clear(ppCallResult);
    return method("ExecMethod", strObjectPath, [&]() -> Result<Status> {
        return answer(WMI_TRY(read_method(strObjectPath, strMethodName, lFlags, Mode::Caller, pCtx,
                                          pInParams)),
                      lFlags,
                      {.object = ppOutParams, .may_stay_null = true, .result = ppCallResult},
                      detail_of("ExecMethod", strObjectPath));
    });
}

HRESULT ComServices::ExecMethodAsync(const BSTR strObjectPath, const BSTR strMethodName,
                                     LONG lFlags, IWbemContext* pCtx, IWbemClassObject* pInParams,
                                     IWbemObjectSink* pResponseHandler) {
    return method("ExecMethodAsync", strObjectPath, [&]() -> Result<> {
        return answer_sink(
            WMI_TRY(read_method(strObjectPath, strMethodName, lFlags, Mode::Sink, pCtx, pInParams)),
            lFlags, pResponseHandler, detail_of("ExecMethodAsync", strObjectPath));
    });
}

}  // namespace openwmi::bridge
