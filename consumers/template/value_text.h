#pragma once

#include <openwmi.hpp>
#include <string>
#include <vector>

namespace openwmi::consumers {

// The values in a VARIANT of that CIM type as templates show them: TRUE and FALSE, numbers in
// decimal (reals the shortest that reads back), datetimes as DMTF text, objects as MOF. One text
// for each element of an array, one for a single value, none for NULL.
std::vector<std::string> value_texts(const variant& value, CIMTYPE type);

// The object as MOF.
std::string object_text(IWbemClassObject* object);

}  // namespace openwmi::consumers
