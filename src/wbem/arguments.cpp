#include "wbem/arguments.h"

#include <vector>

#include "com/bstr.h"
#include "com/safearray.h"

namespace openwmi::wbem {

Result<> check_reserved(LONG flags) {
    if (flags == 0) return {};
    return fail(Status::InvalidParameter, "the flags are reserved and must be 0, not 0x{:X}",
                static_cast<ULONG>(flags));
}

Result<cim::Name> name_argument(LPCWSTR name) {
    std::string text = com::to_utf8(name);
    if (text.empty()) return fail(Status::InvalidParameter, "the call needs a name");
    return cim::Name(std::move(text));
}

Result<base::Duration> timeout_argument(LONG milliseconds) {
    if (milliseconds == WBEM_INFINITE) return base::Duration::max();
    if (milliseconds >= 0) return base::Duration(std::chrono::milliseconds(milliseconds));
    return fail(Status::InvalidParameter, "{} milliseconds are no timeout", milliseconds);
}

BSTR new_bstr(std::string_view text) {
    return com::Bstr(text).detach();
}

Result<SAFEARRAY*> new_names(std::span<const cim::Name> names) {
    std::vector<com::Variant> elements;
    elements.reserve(names.size());
    for (const cim::Name& name : names) elements.emplace_back(name.text());
    com::Variant array = WMI_TRY(com::make_array(VT_BSTR, elements));
    return array.detach().parray;
}

}  // namespace openwmi::wbem
