#pragma once

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "server/log.h"

namespace openwmi::server {

// What openwmid was told on its command line. Value.
struct Options {
    std::filesystem::path state_folder;
    std::filesystem::path socket;
    std::vector<std::filesystem::path> classes;  // folders of registration files; empty: the usual
    std::vector<std::filesystem::path> mofs;     // folders of shipped MOF files
    std::vector<std::filesystem::path> apply;    // folders to apply at the start
    bool naive_matcher = false;
    Level log_level = Level::Info;
};

// The options, or the exit code when there is nothing more to do (--help, --version, a mistake,
// which has been told).
std::variant<Options, int> read_options(int count, const char* const* arguments);

}  // namespace openwmi::server
