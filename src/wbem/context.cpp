#include "wbem/context.h"

#include <wbemint.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <vector>

#include "com/boundary.h"
#include "com/guid.h"
#include "com/implements.h"
#include "com/variant.h"
#include "wbem/arguments.h"
#include "wbem/name_cursor.h"

namespace openwmi::wbem {
namespace {

struct ContextValue {
    cim::Name name;
    com::Variant value;
};
// Replaced as a whole by each change, so that nothing is copied or released under the lock.
using ContextValues = std::vector<std::shared_ptr<const ContextValue>>;
using Snapshot = std::shared_ptr<const ContextValues>;

const ContextValue* find_value(const ContextValues& values, const cim::Name& name) {
    const auto found =
        std::ranges::find_if(values, [&](const auto& entry) { return entry->name == name; });
    return found == values.end() ? nullptr : found->get();
}

std::vector<cim::Name> names_of(const ContextValues& values) {
    std::vector<cim::Name> names;
    for (const auto& entry : values) names.push_back(entry->name);
    return names;
}

tl::unexpected<Error> not_found(const cim::Name& name) {
    return fail(Status::NotFound, "the context has no value {}", name.text());
}

// A copy that shares nothing with the caller's value: an object in it is cloned.
Result<com::Variant> copy_of(const VARIANT& value) {
    com::Variant copy;
    WMI_TRY(com::to_result(VariantCopyInd(copy.put(), &value), "the value of a context"));
    const VARIANT& held = copy.get();
    if (held.vt != VT_UNKNOWN || !held.punkVal) return copy;
    const auto object = com::Ptr<IUnknown>(held.punkVal).query<IWbemClassObject>();
    if (!object) return fail(Status::InvalidParameter, "the object has no IWbemClassObject");
    com::Ptr<IWbemClassObject> clone;
    WMI_TRY(com::to_result(object->Clone(clone.put()), "the object in a context"));
    return com::Variant(clone);
}

// How many of its ancestors a request remembers.
constexpr std::size_t most_ancestors = 64;

// A request and those that it came from, the nearest one last. Value.
struct Causality {
    base::Guid id = base::Guid::random();
    std::vector<base::Guid> ancestors;

    Causality child() const {
        Causality result;
        result.ancestors = ancestors;
        if (result.ancestors.size() == most_ancestors) {
            result.ancestors.erase(result.ancestors.begin());
        }
        result.ancestors.push_back(id);
        return result;
    }
};

// Thread-safe.
class Context final : public com::Implements<IWbemContext, IWbemCausalityAccess> {
  public:
    explicit Context(ContextValues values = {}, Causality causality = {})
        : values_(std::make_shared<const ContextValues>(std::move(values))),
          causality_(std::move(causality)) {}

    HRESULT STDMETHODCALLTYPE GetRequestId(REQUESTID* pId) override {
        return com::boundary([&]() -> Result<> {
            if (!pId) return fail(Status::InvalidParameter, "an out-parameter is null");
            *pId = com::to_guid(causality_.id);
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE IsChildOf(REQUESTID pId) override {
        return com::boundary([&]() -> Result<> {
            const base::Guid id = com::to_base(pId);
            const auto& ancestors = causality_.ancestors;
            if (std::ranges::find(ancestors, id) != ancestors.end()) return {};
            return fail(Status::NotFound, "the request did not come from {}", id.text());
        });
    }

    HRESULT STDMETHODCALLTYPE Clone(IWbemContext** ppNewCopy) override {
        return com::boundary([&]() -> Result<> {
            WMI_TRY(check_out(ppNewCopy));
            ContextValues copies;
            for (const auto& entry : *snapshot()) {
                com::Variant value = WMI_TRY(copy_of(entry->value.get()));
                copies.push_back(entry_of(entry->name, std::move(value)));
            }
            *ppNewCopy = com::make<Context>(std::move(copies), causality_.child()).detach();
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE GetNames(LONG lFlags, SAFEARRAY** pNames) override {
        return com::boundary([&]() -> Result<> {
            WMI_TRY(check_out(pNames));
            WMI_TRY(check_reserved(lFlags));
            *pNames = WMI_TRY(new_names(names_of(*snapshot())));
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE BeginEnumeration(LONG lFlags) override {
        return com::boundary([&]() -> Result<> {
            WMI_TRY(check_reserved(lFlags));
            const std::lock_guard lock(mutex_);
            cursor_.begin(names_of(*values_));
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE Next(LONG lFlags, BSTR* pstrName, VARIANT* pValue) override {
        return com::boundary([&]() -> Result<Status> {
            if (pstrName) *pstrName = nullptr;
            WMI_TRY(check_reserved(lFlags));
            const Snapshot values = snapshot();
            const ContextValue* entry = WMI_TRY(next_of(*values));
            if (!entry) return Status::SNoMoreData;
            if (pValue) *pValue = WMI_TRY(copy_of(entry->value.get())).detach();
            if (pstrName) *pstrName = new_bstr(entry->name.text());
            return Status::Ok;
        });
    }

    HRESULT STDMETHODCALLTYPE EndEnumeration() override {
        const std::lock_guard lock(mutex_);
        cursor_.end();
        return WBEM_S_NO_ERROR;
    }

    HRESULT STDMETHODCALLTYPE SetValue(LPCWSTR wszName, LONG lFlags, VARIANT* pValue) override {
        return com::boundary([&]() -> Result<> {
            WMI_TRY(check_reserved(lFlags));
            const cim::Name name = WMI_TRY(name_argument(wszName));
            if (!pValue) return fail(Status::InvalidParameter, "{} has no value", name.text());
            auto added = entry_of(name, WMI_TRY(copy_of(*pValue)));
            change([&](ContextValues& values) {
                const auto found = std::ranges::find_if(
                    values, [&](const auto& entry) { return entry->name == name; });
                if (found == values.end()) {
                    values.push_back(added);
                } else {
                    *found = added;
                }
            });
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE GetValue(LPCWSTR wszName, LONG lFlags, VARIANT* pValue) override {
        return com::boundary([&]() -> Result<> {
            WMI_TRY(check_reserved(lFlags));
            const cim::Name name = WMI_TRY(name_argument(wszName));
            if (!pValue) return fail(Status::InvalidParameter, "an out-parameter is null");
            const Snapshot values = snapshot();
            const ContextValue* entry = find_value(*values, name);
            if (!entry) return not_found(name);
            *pValue = WMI_TRY(copy_of(entry->value.get())).detach();
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE DeleteValue(LPCWSTR wszName, LONG lFlags) override {
        return com::boundary([&]() -> Result<> {
            WMI_TRY(check_reserved(lFlags));
            const cim::Name name = WMI_TRY(name_argument(wszName));
            if (!find_value(*snapshot(), name)) return not_found(name);
            change([&](ContextValues& values) {
                std::erase_if(values, [&](const auto& entry) { return entry->name == name; });
            });
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE DeleteAll() override {
        return com::boundary([&]() -> Result<> {
            change([](ContextValues& values) { values.clear(); });
            return {};
        });
    }

  private:
    static std::shared_ptr<const ContextValue> entry_of(const cim::Name& name, com::Variant value) {
        return std::make_shared<const ContextValue>(ContextValue{name, std::move(value)});
    }
    Snapshot snapshot() const {
        const std::lock_guard lock(mutex_);
        return values_;
    }
    template <class F>
    void change(F&& change) {
        Snapshot old;  // released without the lock
        const std::lock_guard lock(mutex_);
        auto changed = std::make_shared<ContextValues>(*values_);
        change(*changed);
        old = std::exchange(values_, std::move(changed));
    }
    // Null at the end; a value that is gone meanwhile is passed over.
    Result<const ContextValue*> next_of(const ContextValues& values) {
        const std::lock_guard lock(mutex_);
        for (;;) {
            const cim::Name* name = WMI_TRY(cursor_.next());
            if (!name) return nullptr;
            if (const ContextValue* entry = find_value(values, *name)) return entry;
        }
    }

    mutable std::mutex mutex_;
    Snapshot values_;
    NameCursor cursor_;
    const Causality causality_;
};

}  // namespace

com::Ptr<IWbemContext> make_context() {
    return com::make<Context>();
}

}  // namespace openwmi::wbem
