#include "wbem/property_filter.h"

#include "cim/system_property.h"
#include "com/bstr.h"

namespace openwmi::wbem {
namespace {

constexpr LONG known_flags = WBEM_MASK_PRIMARY_CONDITION | WBEM_FLAG_KEYS_ONLY |
                             WBEM_FLAG_REFS_ONLY | WBEM_MASK_CONDITION_ORIGIN |
                             WBEM_MASK_CLASS_CONDITION;

bool is_known_origin(LONG origin) {
    return origin == 0 || origin == WBEM_FLAG_LOCAL_ONLY || origin == WBEM_FLAG_PROPAGATED_ONLY ||
           origin == WBEM_FLAG_SYSTEM_ONLY || origin == WBEM_FLAG_NONSYSTEM_ONLY;
}

}  // namespace

LONG flavor_of(const cim::Class& cls, const cim::Property& property) {
    return property.origin == cls.name() ? WBEM_FLAVOR_ORIGIN_LOCAL : WBEM_FLAVOR_ORIGIN_PROPAGATED;
}

Result<PropertyFilter> PropertyFilter::of_flags(LONG flags) {
    PropertyFilter filter;
    filter.flags_ = flags;
    const LONG classes = flags & WBEM_MASK_CLASS_CONDITION;
    if ((flags & ~known_flags) != 0 || !is_known_origin(filter.origin()) ||
        classes == WBEM_MASK_CLASS_CONDITION || (classes != 0 && filter.origin() != 0)) {
        return fail(Status::InvalidParameter, "0x{:X} is no combination of condition flags",
                    static_cast<ULONG>(flags));
    }
    return filter;
}

Result<PropertyFilter> PropertyFilter::of_flags(LONG flags, LPCWSTR qualifier,
                                                const VARIANT* value) {
    PropertyFilter filter = WMI_TRY(of_flags(flags));
    if (filter.condition() == WBEM_FLAG_ALWAYS) return filter;
    filter.qualifier_ = com::to_utf8(qualifier);
    if (filter.qualifier_.empty()) {
        return fail(Status::InvalidParameter, "a condition on a qualifier needs its name");
    }
    if (filter.condition() == WBEM_FLAG_ONLY_IF_IDENTICAL) {
        if (!value) return fail(Status::InvalidParameter, "no value to compare the qualifier with");
        filter.value_ = value;
    }
    return filter;
}

bool PropertyFilter::admits(const Content& content, const cim::Property& property) const {
    const bool of_this_class = property.origin == content.cls().name();
    if (origin() == WBEM_FLAG_LOCAL_ONLY && !of_this_class) return false;
    if (origin() == WBEM_FLAG_PROPAGATED_ONLY && of_this_class) return false;
    if (origin() == WBEM_FLAG_SYSTEM_ONLY) return false;
    if (has(WBEM_FLAG_CLASS_OVERRIDES_ONLY) && (!property.local || of_this_class)) return false;
    if (has(WBEM_FLAG_CLASS_LOCAL_AND_OVERRIDES) && !property.local) return false;
    const bool wants_kind = has(WBEM_FLAG_KEYS_ONLY) || has(WBEM_FLAG_REFS_ONLY);
    return !wants_kind || (has(WBEM_FLAG_KEYS_ONLY) && property.is_key()) ||
           (has(WBEM_FLAG_REFS_ONLY) && property.type.element == cim::CimType::Reference);
}

Result<bool> PropertyFilter::meets_condition(const Content& content,
                                             const cim::Name& property) const {
    if (condition() == WBEM_FLAG_ALWAYS) return true;
    const cim::QualifierSet qualifiers =
        WMI_TRY(content.qualifiers({Element::Kind::Property, property}));
    const cim::Qualifier* qualifier = qualifiers.find(qualifier_);
    if (condition() == WBEM_FLAG_ONLY_IF_TRUE) return qualifier != nullptr;
    if (condition() == WBEM_FLAG_ONLY_IF_FALSE) return qualifier == nullptr;
    if (!qualifier) return false;
    const auto value = value_of(*value_, qualifier->type);
    return value && *value == qualifier->value;
}

Result<std::vector<cim::Name>> PropertyFilter::names(const Content& content) const {
    std::vector<cim::Name> names;
    const bool system = (origin() == 0 || origin() == WBEM_FLAG_SYSTEM_ONLY) &&
                        !has(WBEM_FLAG_KEYS_ONLY) && !has(WBEM_FLAG_REFS_ONLY) &&
                        !has(WBEM_MASK_CLASS_CONDITION) &&
                        (condition() == WBEM_FLAG_ALWAYS || condition() == WBEM_FLAG_ONLY_IF_FALSE);
    if (system) {
        for (const auto& property : cim::system_properties()) names.push_back(property.name);
    }
    for (const cim::Property& property : content.cls().properties()) {
        if (!admits(content, property)) continue;
        if (WMI_TRY(meets_condition(content, property.name))) names.push_back(property.name);
    }
    return names;
}

}  // namespace openwmi::wbem
