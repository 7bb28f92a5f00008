#include "wbem/call_context.h"

#include <utility>

#include "base/text.h"
#include "com/boundary.h"
#include "com/bstr.h"
#include "com/variant.h"
#include "wbem/context.h"
#include "wbem/variant.h"

namespace openwmi::wbem {
namespace {

constexpr cim::Type null_type{cim::CimType::String, false};

Result<cim::CallContext::Entry> read_entry(const BSTR name, const VARIANT& variant) {
    const cim::Name as_name(com::to_utf8(name));
    if (variant.vt == VT_NULL || variant.vt == VT_EMPTY) {
        return cim::CallContext::Entry{as_name, null_type, {}};
    }
    const auto type = natural_type(variant);
    if (!type) {
        return fail(Status::InvalidParameter, "the context's value {} has the VARIANT type {}",
                    as_name.text(), variant.vt);
    }
    return cim::CallContext::Entry{as_name, *type, WMI_TRY(value_of(variant, *type))};
}

}  // namespace

Result<cim::CallContextPtr> read_context(IWbemContext* context) {
    if (!context) return nullptr;
    // A clone, so that nobody else moves its cursor.
    com::Ptr<IWbemContext> copy;
    WMI_TRY(com::to_result(context->Clone(copy.put()), "cloning the context"));
    WMI_TRY(com::to_result(copy->BeginEnumeration(0), "reading the context"));
    std::vector<cim::CallContext::Entry> entries;
    for (;;) {
        com::Bstr name;
        com::Variant value;
        const Status next =
            WMI_TRY(com::to_result(copy->Next(0, name.put(), value.put()), "reading the context"));
        if (next == Status::SNoMoreData) break;
        entries.push_back(WMI_TRY(read_entry(name.get(), value.get())));
    }
    if (entries.empty()) return nullptr;
    return std::make_shared<const cim::CallContext>(std::move(entries));
}

Result<com::Ptr<IWbemContext>> make_context(const cim::CallContextPtr& sent) {
    auto context = make_context();
    if (!sent) return context;
    for (const auto& entry : sent->entries()) {
        com::Variant owner;
        WMI_TRY(put_variant(entry.value, entry.type, owner.put()));
        VARIANT value = owner.get();
        const auto name = base::utf8_to_wide(entry.name.text());
        WMI_TRY(com::to_result(context->SetValue(name.c_str(), 0, &value), "filling the context"));
    }
    return context;
}

}  // namespace openwmi::wbem
