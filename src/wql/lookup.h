#pragma once

#include <vector>

#include "cim/name.h"
#include "cim/value.h"
#include "wql/bound_query.h"

namespace openwmi::wql {

// A comparison of one of the object's own properties that holds for every object that passes.
struct LookupTerm {
    cim::Name property;
    Operator op = Operator::Equal;  // never NotEqual
    cim::Value value;               // in the family of the property's type
};

// What an index or a key can answer for a data query. Objects that meet all terms may still fail
// the condition; where nothing can be said, there are none.
std::vector<LookupTerm> lookup_terms(const BoundQuery& query);

// The classes that a data query restricts its objects to through __CLASS = "X" (WQL-072); exactly
// these, without their subclasses. Empty: it does not say.
std::vector<cim::Name> exact_classes(const BoundQuery& query);

}  // namespace openwmi::wql
