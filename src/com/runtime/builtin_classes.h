#pragma once

#include <objbase.h>

namespace openwmi::com::runtime {

// The class object of a class that is there without any registration; CLASS_E_CLASSNOTAVAILABLE for
// others. The service registers its own locator with CoRegisterClassObject, which comes first.
HRESULT builtin_class_object(REFCLSID clsid, REFIID iid, void** object);

}  // namespace openwmi::com::runtime
