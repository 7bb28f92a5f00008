#include "wbem/qualifier_set.h"

#include "com/boundary.h"
#include "com/implements.h"
#include "wbem/arguments.h"
#include "wbem/name_cursor.h"
#include "wbem/variant.h"

namespace openwmi::wbem {
namespace {

using cim::CimType;

// Of a value that a qualifier can have (COM-153).
Result<cim::Type> qualifier_type(const VARIANT& value) {
    const bool array = (value.vt & VT_ARRAY) != 0;
    switch (value.vt & ~VT_ARRAY) {
        case VT_I4: return cim::Type{CimType::Sint32, array};
        case VT_R8: return cim::Type{CimType::Real64, array};
        case VT_BSTR: return cim::Type{CimType::String, array};
        case VT_BOOL: return cim::Type{CimType::Boolean, array};
        default: break;
    }
    return fail(Status::InvalidQualifierType,
                "a qualifier is VT_I4, VT_R8, VT_BSTR, VT_BOOL or an array of one of them, not {}",
                value.vt);
}

// Where a qualifier comes from is decided by where it is put, so those bits are not read.
Result<cim::Flavor> flavor_argument(LONG flavor) {
    constexpr LONG known =
        WBEM_FLAVOR_FLAG_PROPAGATE_TO_INSTANCE | WBEM_FLAVOR_FLAG_PROPAGATE_TO_DERIVED_CLASS |
        WBEM_FLAVOR_NOT_OVERRIDABLE | WBEM_FLAVOR_MASK_ORIGIN | WBEM_FLAVOR_AMENDED;
    if ((flavor & ~known) == 0) return cim::Flavor::of_bits(static_cast<std::uint32_t>(flavor));
    return fail(Status::InvalidFlavor, "0x{:X} is no combination of flavors",
                static_cast<ULONG>(flavor));
}

LONG flavor_of(const cim::Qualifier& qualifier) {
    return static_cast<LONG>(qualifier.flavor.bits()) |
           (qualifier.propagated ? WBEM_FLAVOR_ORIGIN_PROPAGATED : WBEM_FLAVOR_ORIGIN_LOCAL);
}

// Each out-parameter may be null.
Result<> write(const cim::Qualifier& qualifier, VARIANT* value, LONG* flavor) {
    if (value) WMI_TRY(put_variant(qualifier.value, qualifier.type, value));
    if (flavor) *flavor = flavor_of(qualifier);
    return {};
}

Result<std::vector<cim::Name>> names_of(const cim::QualifierSet& qualifiers, LONG flags) {
    if (flags != 0 && flags != WBEM_FLAG_LOCAL_ONLY && flags != WBEM_FLAG_PROPAGATED_ONLY) {
        return fail(Status::InvalidParameter, "0x{:X} selects no qualifiers",
                    static_cast<ULONG>(flags));
    }
    std::vector<cim::Name> names;
    for (const cim::Qualifier& qualifier : qualifiers.all()) {
        if (flags == 0 || qualifier.propagated == (flags == WBEM_FLAG_PROPAGATED_ONLY)) {
            names.push_back(qualifier.name);
        }
    }
    return names;
}

// Confined like what the qualifiers belong to.
class QualifierSetObject final : public com::Implements<IWbemQualifierSet> {
  public:
    explicit QualifierSetObject(std::shared_ptr<QualifierOwner> owner) : owner_(std::move(owner)) {}

    HRESULT STDMETHODCALLTYPE Get(LPCWSTR wszName, LONG lFlags, VARIANT* pVal,
                                  LONG* plFlavor) override {
        return com::boundary([&]() -> Result<> {
            WMI_TRY(check_reserved(lFlags));
            const cim::Name name = WMI_TRY(name_argument(wszName));
            const cim::QualifierSet qualifiers = WMI_TRY(owner_->qualifiers());
            const cim::Qualifier* qualifier = qualifiers.find(name);
            if (qualifier) return write(*qualifier, pVal, plFlavor);
            return fail(Status::NotFound, "there is no qualifier {}", name.text());
        });
    }

    HRESULT STDMETHODCALLTYPE Put(LPCWSTR wszName, VARIANT* pVal, LONG lFlavor) override {
        return com::boundary([&]() -> Result<> {
            cim::Qualifier qualifier;
            qualifier.name = WMI_TRY(name_argument(wszName));
            if (!pVal) return fail(Status::InvalidParameter, "the qualifier has no value");
            qualifier.type = WMI_TRY(qualifier_type(*pVal));
            qualifier.value = WMI_TRY(value_of(*pVal, qualifier.type));
            qualifier.flavor = WMI_TRY(flavor_argument(lFlavor));
            return owner_->put_qualifier(std::move(qualifier));
        });
    }

    HRESULT STDMETHODCALLTYPE Delete(LPCWSTR wszName) override {
        return com::boundary([&]() -> Result<Status> {
            return owner_->remove_qualifier(WMI_TRY(name_argument(wszName)));
        });
    }

    HRESULT STDMETHODCALLTYPE GetNames(LONG lFlags, SAFEARRAY** pNames) override {
        return com::boundary([&]() -> Result<> {
            WMI_TRY(check_out(pNames));
            *pNames = WMI_TRY(new_names(WMI_TRY(names_of(WMI_TRY(owner_->qualifiers()), lFlags))));
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE BeginEnumeration(LONG lFlags) override {
        return com::boundary([&]() -> Result<> {
            cursor_.begin(WMI_TRY(names_of(WMI_TRY(owner_->qualifiers()), lFlags)));
            return {};
        });
    }

    HRESULT STDMETHODCALLTYPE Next(LONG lFlags, BSTR* pstrName, VARIANT* pVal,
                                   LONG* plFlavor) override {
        return com::boundary([&]() -> Result<Status> {
            if (pstrName) *pstrName = nullptr;
            WMI_TRY(check_reserved(lFlags));
            const cim::QualifierSet qualifiers = WMI_TRY(owner_->qualifiers());
            const cim::Qualifier* qualifier = nullptr;
            while (!qualifier) {  // one that is gone meanwhile is passed over
                const cim::Name* name = WMI_TRY(cursor_.next());
                if (!name) return Status::SNoMoreData;
                qualifier = qualifiers.find(*name);
            }
            WMI_TRY(write(*qualifier, pVal, plFlavor));
            if (pstrName) *pstrName = new_bstr(qualifier->name.text());
            return Status::Ok;
        });
    }

    HRESULT STDMETHODCALLTYPE EndEnumeration() override {
        cursor_.end();
        return WBEM_S_NO_ERROR;
    }

  private:
    std::shared_ptr<QualifierOwner> owner_;
    NameCursor cursor_;
};

}  // namespace

com::Ptr<IWbemQualifierSet> make_qualifier_set(std::shared_ptr<QualifierOwner> owner) {
    return com::make<QualifierSetObject>(std::move(owner));
}

}  // namespace openwmi::wbem
