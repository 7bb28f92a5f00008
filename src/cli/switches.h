#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace openwmi::cli {

// mofcomp's own way to write switches (-check, -N:root\x, -class:createonly, in any case) turned
// into options of ours.
std::vector<std::string> translate_switches(const std::vector<std::string>& arguments);

// The command line of winmgmt as one of openwmi (DIA-025): /backup FILE, /restore FILE 0|1,
// /verifyrepository [PATH], /salvagerepository OUT, /resetrepository /yes. Switches may begin with
// - and are read in any case. Fails with InvalidParameter (usage) or NotSupported.
Result<std::vector<std::string>> translate_winmgmt(const std::vector<std::string>& arguments);

}  // namespace openwmi::cli
