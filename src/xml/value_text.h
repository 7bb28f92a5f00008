#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "cim/type.h"
#include "cim/value.h"

namespace openwmi::xml {

// A scalar as it stands in VALUE: TRUE, 90, 1.5, a character, text. Not for NULL and objects.
std::string value_text(const cim::Value& value, cim::CimType type);

// The other way, with hexadecimal integers too. Fails with TypeMismatch.
Result<cim::Value> value_of_text(std::string_view text, cim::CimType type);

}  // namespace openwmi::xml
