#pragma once

#include <chrono>
#include <string>
#include <vector>

struct IWbemClassObject;

namespace openwmi::consumers {

// A program to start, everything decided. Value.
struct Command {
    std::string program;             // an absolute path
    std::vector<std::string> words;  // its argv
    std::string working_directory;   // empty: the root folder
    std::string colors;              // COLORFGBG of its environment; empty: it has none
    int nice = 0;
    bool new_process_group = true;
    std::chrono::seconds kill_timeout{0};  // 0: never
    std::string label;                     // for traces: whose command it is
};

struct CommandOutcome {
    Command command;
    std::vector<std::string> missing;  // names in the template that the event does not have
};

// What a CommandLineEventConsumer says for an event. Throws openwmi::error for a definition that
// names no program.
//
// ExecutablePath is the program; argv is CommandLineTemplate split into words, each expanded then.
// Without ExecutablePath the first word is the program: an absolute path, a path relative to
// WorkingDirectory, or a bare name, which is looked for in the system's folders (never in PATH).
// Without CommandLineTemplate argv is ExecutablePath.
//
// FillAttributes, or FillAttribute where that is NULL, are the colours of a console window. There
// is none; programs that care are told in COLORFGBG, as by a terminal (OD-072).
CommandOutcome command_for(IWbemClassObject* consumer, IWbemClassObject* event);

// For people: the program, then its words in quotes, and where it runs.
std::string describe(const Command& command);

}  // namespace openwmi::consumers
