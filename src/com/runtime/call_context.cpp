#include <objbase.h>

#include "com/runtime/thread_state.h"

// The context of the call that a thread serves: whoever dispatches calls switches it, a provider
// asks it.
namespace openwmi::com::runtime {
namespace {

com_ptr<IServerSecurity> server_security(const char* function, HRESULT& hr) {
    com_ptr<IServerSecurity> security;
    const ThreadState* state = thread_state();
    if (state && state->call_context) security = state->call_context.query<IServerSecurity>();
    if (!security) {
        const std::string text =
            std::string(function) +
            ": this thread serves no call of a client, so there is nobody to impersonate";
        hr = openwmi_report_error(RPC_E_CALL_COMPLETE, nullptr, text.c_str());
    }
    return security;
}

com_ptr<IClientSecurity> client_security(IUnknown* proxy, HRESULT& hr) {
    com_ptr<IClientSecurity> security;
    if (!proxy) {
        hr = E_INVALIDARG;
        return security;
    }
    hr = proxy->QueryInterface(IID_IClientSecurity, security.put_void());
    if (FAILED(hr)) {
        hr = openwmi_report_error(
            hr, nullptr, "the object is no proxy: security cannot be set on objects of one's own");
    }
    return security;
}

}  // namespace
}  // namespace openwmi::com::runtime

using namespace openwmi;
using namespace openwmi::com::runtime;

HRESULT CoGetCallContext(REFIID iid, void** context) {
    if (!context) return E_POINTER;
    *context = nullptr;
    const ThreadState* state = thread_state();
    if (!state || !state->call_context) return RPC_E_CALL_COMPLETE;
    return state->call_context->QueryInterface(iid, context);
}

HRESULT CoSwitchCallContext(IUnknown* context, IUnknown** previous) {
    if (!previous) return E_POINTER;
    ThreadState* state = thread_state();
    if (!state) return E_UNEXPECTED;
    *previous = state->call_context.detach();
    state->call_context = com_ptr<IUnknown>(context);
    return S_OK;
}

HRESULT CoImpersonateClient() {
    HRESULT hr = S_OK;
    const com_ptr<IServerSecurity> security = server_security("CoImpersonateClient", hr);
    return security ? security->ImpersonateClient() : hr;
}

HRESULT CoRevertToSelf() {
    HRESULT hr = S_OK;
    const com_ptr<IServerSecurity> security = server_security("CoRevertToSelf", hr);
    return security ? security->RevertToSelf() : hr;
}

HRESULT CoQueryClientBlanket(DWORD* authentication_service, DWORD* authorization_service,
                             LPOLESTR* principal, DWORD* authentication_level,
                             DWORD* impersonation_level, RPC_AUTHZ_HANDLE* privileges,
                             DWORD* capabilities) {
    HRESULT hr = S_OK;
    const com_ptr<IServerSecurity> security = server_security("CoQueryClientBlanket", hr);
    if (!security) return hr;
    return security->QueryBlanket(authentication_service, authorization_service, principal,
                                  authentication_level, impersonation_level, privileges,
                                  capabilities);
}

HRESULT CoQueryProxyBlanket(IUnknown* proxy, DWORD* authentication_service,
                            DWORD* authorization_service, LPOLESTR* principal,
                            DWORD* authentication_level, DWORD* impersonation_level,
                            RPC_AUTH_IDENTITY_HANDLE* identity, DWORD* capabilities) {
    HRESULT hr = S_OK;
    const com_ptr<IClientSecurity> security = client_security(proxy, hr);
    if (!security) return hr;
    return security->QueryBlanket(proxy, authentication_service, authorization_service, principal,
                                  authentication_level, impersonation_level, identity,
                                  capabilities);
}

HRESULT CoSetProxyBlanket(IUnknown* proxy, DWORD authentication_service,
                          DWORD authorization_service, OLECHAR* principal,
                          DWORD authentication_level, DWORD impersonation_level,
                          RPC_AUTH_IDENTITY_HANDLE identity, DWORD capabilities) {
    HRESULT hr = S_OK;
    const com_ptr<IClientSecurity> security = client_security(proxy, hr);
    if (!security) return hr;
    return security->SetBlanket(proxy, authentication_service, authorization_service, principal,
                                authentication_level, impersonation_level, identity, capabilities);
}
