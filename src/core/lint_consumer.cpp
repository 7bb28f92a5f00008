#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "core/lint.h"
#include "core/program_of.h"

namespace openwmi::core {
namespace {

namespace fs = std::filesystem;

// Who else can put something else in the file's place; empty: nobody.
std::string who_can_write(const struct stat& file, const LintOptions& options) {
    if (file.st_uid != 0 && options.trusted_uid != file.st_uid) {
        return fmt::format("its owner, uid {}", file.st_uid);
    }
    if ((file.st_mode & S_IWOTH) != 0) return "everybody";
    if ((file.st_mode & S_IWGRP) != 0 && file.st_gid != 0) {
        return fmt::format("its group, gid {}", file.st_gid);
    }
    return {};
}

// The file, and each folder that it lies in: whoever can write there can replace it, unless the
// folder is sticky and what lies in it is not theirs.
std::string find_weakness(const fs::path& file, const LintOptions& options) {
    bool is_folder = false;
    for (fs::path part = file; !part.empty(); part = part.parent_path()) {
        struct stat found{};
        if (::stat(part.c_str(), &found) != 0) return {};
        const bool sticky = is_folder && (found.st_mode & S_ISVTX) != 0;
        const auto who = sticky ? std::string() : who_can_write(found, options);
        if (!who.empty()) {
            return fmt::format("{} can be written by {}", part.string(), who);
        }
        if (part == part.root_path()) break;
        is_folder = true;
    }
    return {};
}

}  // namespace

std::vector<LintFinding> lint_consumer(const std::string& path, const cim::Instance& consumer,
                                       const LintOptions& options) {
    for (const char* property : {"Filename", "ExecutablePath", "ScriptFileName"}) {
        if (!has_control(text_of(consumer, property))) continue;
        return {
            {path, "escape",
             fmt::format("{} holds a control character: MOF writes a backslash twice", property),
             true}};
    }
    const auto program = program_of(consumer);
    if (program.empty()) return {};
    if (program.find('%') != std::string::npos) {
        return {{path, "program-from-event",
                 fmt::format("which program runs is for the event to say ({}): ExecutablePath "
                             "would settle it",
                             program),
                 true}};
    }
    const fs::path file = program;
    if (!file.is_absolute()) {
        return {{path, "relative-program",
                 fmt::format("{} is looked for in the service's search path: an absolute path "
                             "says which one is meant",
                             program),
                 false}};
    }
    std::error_code error;
    if (!fs::exists(file, error)) {
        return {{path, "missing-file", fmt::format("{} does not exist", program), false}};
    }
    if (const auto weakness = find_weakness(file, options); !weakness.empty()) {
        return {{path, "writable-file",
                 fmt::format("it runs {} with the service's rights, and {}", program, weakness),
                 true}};
    }
    return {};
}

}  // namespace openwmi::core
