#pragma once

#include <openwmi.hpp>
#include <type_traits>

#include "base/result.h"

namespace openwmi::com {

// Makes the error the thread's error object and gives its HRESULT.
HRESULT report(const base::Error& error) noexcept;

// What a COM call that we made answered: success with its code (some are more than S_OK), or the
// failure with the text that the callee left in the thread's error object, behind `what`.
base::Result<Status> to_result(HRESULT hr, std::string_view what);

// The body of an ABI method: `return boundary([&]() -> Result<> { … });`. A Result<Status> may
// succeed with a code of its own, such as WBEM_S_FALSE. No exception leaves it.
template <class F>
HRESULT boundary(F&& body) noexcept {
    return openwmi::guarded([&]() -> HRESULT {
        auto result = body();
        if (!result) return report(result.error());
        if constexpr (std::is_same_v<decltype(result), base::Result<Status>>) {
            return static_cast<HRESULT>(*result);
        } else {
            static_assert(std::is_same_v<decltype(result), base::Result<>>,
                          "Result<> or Result<Status>");
            return S_OK;
        }
    });
}

}  // namespace openwmi::com
