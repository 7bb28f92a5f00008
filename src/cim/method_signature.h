#pragma once

#include "base/result.h"
#include "cim/class.h"

namespace openwmi::cim {

// The parameters of a method as COM shows them: one class __PARAMETERS with those that go in, one
// with those that come out and ReturnValue (COM-147). Null where there are none.
struct MethodSignature {
    ClassPtr in;
    ClassPtr out;
};

Result<MethodSignature> signature_of(const Method& method);

// The method with these parameters, ordered by their IDs (COM-148). Fails with MissingParameterId,
// InvalidParameterId, NonconsecutiveParameterIds, ParameterIdOnRetval, InvalidDuplicateParameter.
Result<Method> method_of(const Name& name, const MethodSignature& signature);

}  // namespace openwmi::cim
