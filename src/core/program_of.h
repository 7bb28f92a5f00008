#pragma once

#include <string>
#include <string_view>

#include "cim/instance.h"

namespace openwmi::core {

// The file that a CommandLineEventConsumer or ActiveScriptEventConsumer runs, as it is written
// (CON-038: without an ExecutablePath the first word of its command line); empty: it runs none.
std::string program_of(const cim::Instance& consumer);

// A property that holds text; empty where it does not.
std::string text_of(const cim::Instance& instance, const char* property);

// What MOF has made of a backslash that was written once.
bool has_control(std::string_view text);

}  // namespace openwmi::core
