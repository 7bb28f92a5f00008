#pragma once

#include <openwmi.hpp>

namespace openwmi::com {

// Owns a VARIANT.
using Variant = openwmi::variant;

}  // namespace openwmi::com
