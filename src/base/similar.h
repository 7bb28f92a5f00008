#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace openwmi::base {

// How many edits make one of the other; letters without case.
std::size_t distance(std::string_view a, std::string_view b);
// Those that `name` may have been meant to be, best first, three at most.
std::vector<std::string> similar(std::string_view name, const std::vector<std::string>& known);

}  // namespace openwmi::base
