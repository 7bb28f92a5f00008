#include "command_line/command.h"

#include <unistd.h>

#include <array>
#include <openwmi.hpp>
#include <utility>

#include "template/string_template.h"

namespace openwmi::consumers {
namespace {

// The priority classes of CreateProcess (CON-041 and its two in between) as nice values.
int nice_of(std::int32_t priority) {
    switch (priority) {
        case 0x20: return 0;     // normal
        case 0x40: return 19;    // idle
        case 0x80: return -10;   // high
        case 0x100: return -20;  // realtime
        case 0x4000: return 10;  // below normal
        case 0x8000: return -5;  // above normal
        default:
            throw error(WBEM_E_INVALID_PARAMETER,
                        "Priority " + std::to_string(priority) +
                            " is not 32 (normal), 64 (idle), 128 (high) or 256 (realtime)");
    }
}

// A partial path belongs to WorkingDirectory and to nothing else (OD-109).
std::string in_working_directory(const std::string& path, const std::string& working_directory) {
    if (!path.empty() && path.front() == '/') return path;
    if (working_directory.empty()) {
        throw error(WBEM_E_INVALID_PARAMETER,
                    "'" + path + "' is a partial path and WorkingDirectory is not set");
    }
    return working_directory + "/" + path;
}

std::string find_program(const std::string& name, const std::string& working_directory) {
    if (name.empty()) throw error(WBEM_E_INVALID_PARAMETER, "the name of the program is empty");
    if (name.find('/') != std::string::npos) return in_working_directory(name, working_directory);
    constexpr std::array folders = {"/usr/local/sbin/", "/usr/local/bin/", "/usr/sbin/",
                                    "/usr/bin/",        "/sbin/",          "/bin/"};
    for (const char* folder : folders) {
        const std::string path = folder + name;
        if (access(path.c_str(), X_OK) == 0) return path;
    }
    throw error(WBEM_E_NOT_FOUND, "program '" + name + "' is in none of the system's folders");
}

// A colour of the console (1 blue, 2 green, 4 red, 8 bright) as terminals number them (1 is red).
std::string terminal_color(std::uint32_t color) {
    return std::to_string((color & 1) << 2 | (color & 2) | (color & 4) >> 2 | (color & 8));
}

// "text;background", or empty: the low four bits are of the text, the next four of the background.
std::string colors_of(IWbemClassObject* consumer) {
    auto fill = get_property<std::uint32_t>(consumer, L"FillAttributes");
    if (!fill) fill = get_property<std::uint32_t>(consumer, L"FillAttribute");
    if (!fill) return {};
    return terminal_color(*fill & 15) + ';' + terminal_color(*fill >> 4 & 15);
}

}  // namespace

CommandOutcome command_for(IWbemClassObject* consumer, IWbemClassObject* event) {
    const auto executable = get_property<std::string>(consumer, L"ExecutablePath");
    const auto line = get_property<std::string>(consumer, L"CommandLineTemplate");
    CommandOutcome outcome;
    Command& command = outcome.command;
    command.working_directory =
        get_property<std::string>(consumer, L"WorkingDirectory").value_or("");
    if (!command.working_directory.empty() && command.working_directory.front() != '/') {
        throw error(WBEM_E_INVALID_PARAMETER, "WorkingDirectory is not an absolute path");
    }
    command.colors = colors_of(consumer);
    command.nice = nice_of(get_property<std::int32_t>(consumer, L"Priority").value_or(0x20));
    command.new_process_group =
        get_property<bool>(consumer, L"CreateNewProcessGroup").value_or(true);
    command.kill_timeout =
        std::chrono::seconds(get_property<std::uint32_t>(consumer, L"KillTimeout").value_or(0));
    command.label = "CommandLineEventConsumer '" +
                    get_property<std::string>(consumer, L"Name").value_or("") + "'";

    if (line) {
        for (const StringTemplate& word : split_command_line(*line)) {
            auto expansion = word.expand(event);
            command.words.push_back(std::move(expansion.text));
            for (std::string& name : expansion.missing) outcome.missing.push_back(std::move(name));
        }
    }
    if (executable) {
        command.program = in_working_directory(*executable, command.working_directory);
        if (command.words.empty()) command.words = {*executable};
    } else if (!command.words.empty()) {
        command.program = find_program(command.words.front(), command.working_directory);
    } else {
        throw error(WBEM_E_INVALID_PARAMETER,
                    "neither ExecutablePath nor CommandLineTemplate names a program");
    }
    for (const std::string& word : command.words) {
        if (word.find('\0') != std::string::npos) {
            throw error(WBEM_E_INVALID_PARAMETER, "a word of the command line holds a NUL");
        }
    }
    return outcome;
}

std::string describe(const Command& command) {
    std::string text = "start " + command.program;
    const char* before = " as";
    for (const std::string& word : command.words) {
        text += std::exchange(before, "") + std::string(" \"") + word + '"';
    }
    if (!command.working_directory.empty()) text += " in " + command.working_directory;
    return text;
}

}  // namespace openwmi::consumers
