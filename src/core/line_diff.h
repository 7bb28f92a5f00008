#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace openwmi::core {

// The lines that one text has and the other has not, in their order: "-" in front of those that
// go, "+" of those that come.
std::vector<std::string> line_diff(std::string_view before, std::string_view after);

}  // namespace openwmi::core
