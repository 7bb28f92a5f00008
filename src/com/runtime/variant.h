#pragma once

#include <oleauto.h>

#include <cstddef>

namespace openwmi::com::runtime {

// True for the types that a VARIANT can have here: all but records, which need type libraries.
bool is_variant_type(VARTYPE vt);

// The size of an element of that type in an array or behind a reference; 0 for a type without one.
std::size_t element_size(VARTYPE vt);

}  // namespace openwmi::com::runtime
