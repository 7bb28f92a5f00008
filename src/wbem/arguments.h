#pragma once

#include <wbemcli.h>

#include <span>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "cim/name.h"

// What all methods of this room do with their parameters first and last.
namespace openwmi::wbem {

// Flags that are reserved must be 0 (COM-002).
Result<> check_reserved(LONG flags);

// A name that must be given.
Result<cim::Name> name_argument(LPCWSTR name);

// An out-parameter for a pointer: null until the call has succeeded (COM-003).
template <class T>
Result<> check_out(T** out) {
    if (!out) return fail(Status::InvalidParameter, "an out-parameter is null");
    *out = nullptr;
    return {};
}

// Milliseconds; WBEM_INFINITE waits for ever. Fails with InvalidParameter for other negatives.
Result<base::Duration> timeout_argument(LONG milliseconds);

BSTR new_bstr(std::string_view text);
// An array of BSTRs.
Result<SAFEARRAY*> new_names(std::span<const cim::Name> names);

}  // namespace openwmi::wbem
