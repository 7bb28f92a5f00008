#pragma once

#include <wbemcli.h>

#include <type_traits>

#include "base/result.h"
#include "cim/instance.h"
#include "com/boundary.h"
#include "wbem/error_detail.h"

namespace openwmi::wbem {

// An instance of __ExtendedStatus: what an asynchronous call hands to SetStatus (COM-093).
cim::InstancePtr extended_status(const base::Error& error, const ErrorDetail& detail = {});

// Makes the error the thread's error object, which is an IErrorInfo and, through QueryInterface,
// an IWbemClassObject of class __ExtendedStatus (COM-004). Gives its HRESULT.
HRESULT report(const base::Error& error, const ErrorDetail& detail) noexcept;

// com::boundary for the methods whose failure has an __ExtendedStatus: those of IWbemServices,
// IEnumWbemClassObject and IWbemCallResult. `detail()` is asked only when the body failed.
template <class Detail, class F>
HRESULT extended_boundary(Detail&& detail, F&& body) noexcept {
    return openwmi::guarded([&]() -> HRESULT {
        auto result = body();
        if (!result) return report(result.error(), detail());
        if constexpr (std::is_same_v<decltype(result), Result<Status>>) {
            return static_cast<HRESULT>(*result);
        } else {
            return S_OK;
        }
    });
}

}  // namespace openwmi::wbem
