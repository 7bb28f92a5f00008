#pragma once

#include <wbemcli.h>

#include <vector>

#include "base/result.h"
#include "wbem/content.h"

namespace openwmi::wbem {

// Which properties GetNames and BeginEnumeration give, from their WBEM_CONDITION_FLAG_TYPE bits
// (COM-143, 144).
class PropertyFilter {
  public:
    static Result<PropertyFilter> of_flags(LONG flags);
    // With the condition on a qualifier that GetNames may add.
    static Result<PropertyFilter> of_flags(LONG flags, LPCWSTR qualifier, const VARIANT* value);

    // The names in the order of the object: system properties first, then as declared.
    Result<std::vector<cim::Name>> names(const Content& content) const;

  private:
    bool admits(const Content& content, const cim::Property& property) const;
    Result<bool> meets_condition(const Content& content, const cim::Name& property) const;

    bool has(LONG flag) const { return (flags_ & flag) != 0; }
    LONG origin() const { return flags_ & WBEM_MASK_CONDITION_ORIGIN; }
    LONG condition() const { return flags_ & WBEM_MASK_PRIMARY_CONDITION; }

    LONG flags_ = 0;
    cim::Name qualifier_;
    VARIANT const* value_ = nullptr;  // of the caller, for the duration of its call
};

// Where a property of the class comes from, as Get and Next tell it. A redeclared one is
// propagated: its origin is where it was first declared.
LONG flavor_of(const cim::Class& cls, const cim::Property& property);

}  // namespace openwmi::wbem
