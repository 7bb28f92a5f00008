#include "com/runtime/thread_state.h"

#include <atomic>
#include <string>

namespace openwmi::com::runtime {
namespace {

// How many threads have made the process multithreaded: then threads that did not say anything are
// so too.
std::atomic<unsigned> multithreaded_threads{0};
std::atomic<bool> security_is_set{false};
thread_local bool thread_is_over = false;

void leave_apartment(ThreadState& state) {
    if (state.apartment == COINIT_MULTITHREADED) multithreaded_threads.fetch_sub(1);
}

}  // namespace

ThreadState::~ThreadState() {
    // What is released here may call back: it then finds a thread without state.
    thread_is_over = true;
    if (initializations > 0) leave_apartment(*this);
}

ThreadState* thread_state() {
    if (thread_is_over) return nullptr;
    thread_local ThreadState state;
    return &state;
}

HRESULT require_apartment(const char* function) {
    const ThreadState* state = thread_state();
    if ((state && state->initializations > 0) || multithreaded_threads.load() > 0) return S_OK;
    const std::string text = std::string(function) + ": this thread has not called CoInitializeEx";
    return openwmi_report_error(CO_E_NOTINITIALIZED, nullptr, text.c_str());
}

}  // namespace openwmi::com::runtime

using namespace openwmi::com::runtime;

HRESULT CoInitialize(LPVOID reserved) {
    return CoInitializeEx(reserved, COINIT_APARTMENTTHREADED);
}

HRESULT CoInitializeEx(LPVOID reserved, DWORD options) {
    constexpr DWORD known =
        COINIT_APARTMENTTHREADED | COINIT_DISABLE_OLE1DDE | COINIT_SPEED_OVER_MEMORY;
    if (reserved || (options & ~known)) return E_INVALIDARG;
    ThreadState* state = thread_state();
    if (!state) return E_UNEXPECTED;
    const DWORD apartment = options & COINIT_APARTMENTTHREADED;
    if (state->initializations > 0) {
        if (state->apartment != apartment) return RPC_E_CHANGED_MODE;
        ++state->initializations;
        return S_FALSE;
    }
    state->apartment = apartment;
    state->initializations = 1;
    if (apartment == COINIT_MULTITHREADED) multithreaded_threads.fetch_add(1);
    return S_OK;
}

void CoUninitialize() {
    ThreadState* state = thread_state();
    if (!state || state->initializations == 0) return;
    if (--state->initializations == 0) leave_apartment(*state);
}

// The levels describe how proxies talk to other machines. There are no such proxies yet, so that
// only the documented rule "once a process" is left to keep.
HRESULT CoInitializeSecurity(PSECURITY_DESCRIPTOR, LONG, SOLE_AUTHENTICATION_SERVICE*,
                             void* reserved1, DWORD authentication_level, DWORD impersonation_level,
                             void*, DWORD, void* reserved3) {
    const HRESULT hr = require_apartment("CoInitializeSecurity");
    if (FAILED(hr)) return hr;
    if (reserved1 || reserved3 || authentication_level > RPC_C_AUTHN_LEVEL_PKT_PRIVACY ||
        impersonation_level > RPC_C_IMP_LEVEL_DELEGATE) {
        return E_INVALIDARG;
    }
    return security_is_set.exchange(true) ? RPC_E_TOO_LATE : S_OK;
}
