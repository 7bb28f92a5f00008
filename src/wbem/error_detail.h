#pragma once

#include <string>

#include "cim/instance.h"

namespace openwmi::wbem {

// What the error object of a failed call tells beside code and text (SYS-131).
struct ErrorDetail {
    std::string operation;  // "IWbemServices::GetObject"
    std::string parameter;  // what it was called with: a path, a query
    std::string provider;   // the name of the provider that failed, if one did
    // The __ExtendedStatus that the provider itself gave, if it did; what it leaves open is filled
    // in.
    cim::InstancePtr explanation = nullptr;
};

}  // namespace openwmi::wbem
