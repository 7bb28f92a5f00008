#pragma once

#include "scenarios/test_provider.h"

namespace openwmi::cli {

// What the standard consumers make of their templates: their own code, run on the event. A command
// line is shown as its words, those with blanks in quotes.
scenarios::TestProvider::Render standard_rendering();

}  // namespace openwmi::cli
