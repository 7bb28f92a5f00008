#pragma once

#include <new>
#include <stdexcept>
#include <string>

#include "../wbemcli.h"
#include "bstr.hpp"
#include "com_ptr.hpp"

namespace openwmi {

// A failed call: what programs decide on (code) and what people read (what).
class error : public std::runtime_error {
  public:
    error(HRESULT code, const std::string& message) : std::runtime_error(message), code_(code) {}

    HRESULT code() const noexcept { return code_; }

  private:
    HRESULT code_;
};

// Takes the thread's error object and gives its description; empty when there is none.
inline std::string take_error_text() {
    com_ptr<IErrorInfo> info;
    if (GetErrorInfo(0, info.put()) != S_OK || !info) return {};
    bstr description;
    if (FAILED(info->GetDescription(description.put()))) return {};
    return description.utf8();
}

// Passes success on; throws a failure with the text that the failing object left behind.
inline HRESULT throw_if_failed(HRESULT hr, const char* what = "the call failed") {
    if (SUCCEEDED(hr)) return hr;
    const std::string text = take_error_text();
    throw error(hr, text.empty() ? std::string(what) : text);
}

// Runs the body of an interface's method: an exception becomes an HRESULT and the thread's error
// object.
template <class F>
HRESULT guarded(F&& body) noexcept {
    try {
        return body();
    } catch (const error& e) {
        return openwmi_report_error(e.code(), nullptr, e.what());
    } catch (const std::bad_alloc&) {
        return openwmi_report_error(WBEM_E_OUT_OF_MEMORY, nullptr, "out of memory");
    } catch (const std::exception& e) {
        return openwmi_report_error(WBEM_E_FAILED, nullptr, e.what());
    } catch (...) {
        return openwmi_report_error(WBEM_E_FAILED, nullptr,
                                    "an exception of an unknown type was thrown");
    }
}

}  // namespace openwmi
