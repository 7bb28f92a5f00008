#pragma once

#include <string_view>

namespace openwmi::core {

// Whether a server's name means the computer that this process runs on: "", ".", "localhost" or its
// own name, in any case.
bool is_this_computer(std::string_view server);

}  // namespace openwmi::core
