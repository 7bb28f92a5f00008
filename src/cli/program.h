#pragma once

#include <string>
#include <vector>

#include "cli/terminal.h"

namespace openwmi::cli {

// What openwmi does with a command line; the first argument is the name it was called by, and
// "mofcomp" is a name of its own. Gives the exit code. `terminal` replaces the process's own, for
// tests.
int run(std::vector<std::string> arguments, const Terminal* terminal = nullptr);

}  // namespace openwmi::cli
