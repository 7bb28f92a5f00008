#pragma once

#include "base/result.h"
#include "cim/class.h"

namespace openwmi::wbem {

// The parameters of a method as COM shows them: one class __PARAMETERS with those that go in, one
// with those that come out and ReturnValue (COM-147). Null where there are none.
struct MethodSignature {
    cim::ClassPtr in;
    cim::ClassPtr out;
};

Result<MethodSignature> signature_of(const cim::Method& method);

// The method with these parameters, ordered by their IDs (COM-148). Fails with MissingParameterId,
// InvalidParameterId, NonconsecutiveParameterIds, ParameterIdOnRetval, InvalidDuplicateParameter.
Result<cim::Method> method_of(const cim::Name& name, const MethodSignature& signature);

}  // namespace openwmi::wbem
