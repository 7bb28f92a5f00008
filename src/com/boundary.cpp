#include "com/boundary.h"

namespace openwmi::com {

HRESULT report(const base::Error& error) noexcept {
    return openwmi_report_error(static_cast<HRESULT>(error.status), nullptr, error.message.c_str());
}

base::Result<Status> to_result(HRESULT hr, std::string_view what) {
    const auto status = static_cast<Status>(hr);
    if (SUCCEEDED(hr)) return status;
    const std::string text = take_error_text();
    if (!text.empty()) return fail(status, "{}: {}", what, text);
    const std::string_view sentence = base::text(status);
    if (!sentence.empty()) return fail(status, "{}: {}", what, sentence);
    return fail(status, "{}: failed with 0x{:08X}", what, static_cast<std::uint32_t>(hr));
}

}  // namespace openwmi::com
