#pragma once

#include <string>

namespace CLI {
class App;
}

namespace openwmi::cli {

// The script that completes openwmi's verbs, options and filter names in bash, zsh or fish, made
// from the definitions of the options themselves. Empty for another shell.
std::string completion_script(const CLI::App& app, const std::string& shell);

}  // namespace openwmi::cli
