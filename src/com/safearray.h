#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "com/variant.h"

namespace openwmi::com {

// The elements of a one-dimensional array, in order. A null array has none.
base::Result<std::vector<Variant>> elements_of(SAFEARRAY* array);

// A one-dimensional array, counted from 0, of elements that all have that type (any type for
// VT_VARIANT).
base::Result<Variant> make_array(VARTYPE element_type, std::span<const Variant> elements);

}  // namespace openwmi::com
