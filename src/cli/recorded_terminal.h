#pragma once

#include <string>

#include "cli/terminal.h"

namespace openwmi::cli {

// A terminal for tests, which keeps what is written.
struct RecordedTerminal {
    std::string out;
    std::string notes;

    Terminal terminal(Terminal::Shape shape = {}) {
        return {[this](std::string_view text) { out += text; },
                [this](std::string_view text) { notes += text; }, shape};
    }
};

}  // namespace openwmi::cli
