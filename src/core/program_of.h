#pragma once

#include <string>

#include "cim/instance.h"

namespace openwmi::core {

// The file that a CommandLineEventConsumer or ActiveScriptEventConsumer runs, as it is written
// (CON-038: without an ExecutablePath the first word of its command line); empty: it runs none.
std::string program_of(const cim::Instance& consumer);

// A property that holds text; empty where it does not.
std::string text_of(const cim::Instance& instance, const char* property);

}  // namespace openwmi::core
