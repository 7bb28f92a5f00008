#pragma once

#include <string>
#include <vector>

namespace openwmi::cli {

// mofcomp's own way to write switches (-check, -N:root\x, -class:createonly, in any case) turned
// into options of ours.
std::vector<std::string> translate_switches(const std::vector<std::string>& arguments);

}  // namespace openwmi::cli
