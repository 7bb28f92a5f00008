#pragma once

#include <objbase.h>

#include <openwmi.hpp>

namespace openwmi::com::runtime {

// What COM keeps of the calling thread. It exists once in a process because this library does.
// Confined to its thread.
struct ThreadState {
    unsigned initializations = 0;
    DWORD apartment = COINIT_MULTITHREADED;
    com_ptr<IErrorInfo> error;
    com_ptr<IUnknown> call_context;

    ThreadState() = default;
    ThreadState(const ThreadState&) = delete;
    ThreadState& operator=(const ThreadState&) = delete;
    ~ThreadState();
};

// Null once the thread's other thread_local objects may be gone: then there is nothing left to
// keep.
ThreadState* thread_state();

// S_OK when this thread has called CoInitialize, or any thread has made the process multithreaded;
// otherwise CO_E_NOTINITIALIZED with an error text that names `function`.
HRESULT require_apartment(const char* function);

}  // namespace openwmi::com::runtime
