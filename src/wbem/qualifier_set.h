#pragma once

#include <wbemcli.h>

#include <memory>

#include "base/result.h"
#include "cim/qualifier.h"
#include "com/ptr.h"

namespace openwmi::wbem {

// The element that qualifiers belong to: a class, an instance, a property, a method. Keeps what it
// belongs to alive. Confined like its object.
class QualifierOwner {
  public:
    virtual ~QualifierOwner() = default;

    // Its own and those that travelled to it (which say `propagated`).
    virtual Result<cim::QualifierSet> qualifiers() const = 0;
    // Adds or overrides. Fails with OverrideNotAllowed, InvalidQualifier, CannotBeKey (COM-154).
    virtual Result<> put_qualifier(cim::Qualifier qualifier) = 0;
    // SResetToDefault when an inherited one shows again. Fails with PropagatedQualifier, NotFound.
    virtual Result<Status> remove_qualifier(const cim::Name& name) = 0;
};

// COM-153 to 156. Confined to one thread at a time.
com::Ptr<IWbemQualifierSet> make_qualifier_set(std::shared_ptr<QualifierOwner> owner);

}  // namespace openwmi::wbem
