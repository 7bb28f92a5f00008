#pragma once

#include <string_view>

#include "security/descriptor.h"

namespace openwmi::security {

// A security descriptor written as text: O:BAG:BAD:(A;;0x80;;;BA). Its SACL is passed over. Fails
// with InvalidParameter, saying what was expected where.
Result<SecurityDescriptor> parse_sddl(std::string_view text);

}  // namespace openwmi::security
