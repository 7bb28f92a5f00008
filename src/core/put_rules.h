#pragma once

#include "base/result.h"
#include "cim/class.h"
#include "cim/instance.h"
#include "cim/schema.h"
#include "repository/store.h"
#include "security/identity.h"

namespace openwmi::core {

// What a Put checks and fills in beyond what the repository does: filters, bindings, consumers and
// registrations. Gives the instance to store. Fails: IllegalNull, InvalidQueryType, UnparsableQuery
// (OD-008, 102), InvalidParameter, NotSupported (OD-002), AccessDenied (PRV-002).
Result<cim::InstancePtr> apply_put_rules(const cim::InstancePtr& instance,
                                         const security::Identity& who);

// What is wrong with the registration of a class provider is said when it is put (SYS-094, 097).
// Fails with InvalidProviderRegistration, NotSupported.
Result<> check_registration(const cim::InstancePtr& instance, const cim::Schema& schema);

// Whether somebody may change or delete instances of the class (PRV-002, SYS-117). Fails with
// AccessDenied.
Result<> check_may_change(const cim::Class& cls, const security::Identity& who);

// What a Put of a class checks beyond what the repository does. Takes amended qualifiers away where
// the options say so. Fails: InvalidClass (COM-040), InvalidProperty (SYS-017), AmendedObject
// (COM-047).
Result<> apply_class_rules(cim::ClassDeclaration& declaration,
                           repository::AmendedQualifiers amended);
// The same for what the class inherits. Fails with InvalidQualifier (PRV-009).
Result<> check_class(const cim::Class& cls);

// Are the instances of the class kept by a provider? Those of consumer classes never are (OD-087).
bool is_kept_by_provider(const cim::Class& cls);

}  // namespace openwmi::core
