#pragma once

#include <string>
#include <string_view>

#include "cli/service_door.h"
#include "cli/terminal.h"

namespace openwmi::cli {

Style style_of(std::string_view state);

// Where the subscription lives: root\subscription.
std::string namespace_of(const Subscription& subscription);

// What became of events besides delivered, failed and dropped: "2 refused to their raisers"; often
// empty.
std::string losses(const Subscription& subscription);

// "last error: …", and whether it is over; empty: there was none.
std::string error_text(const Subscription& subscription);
Style error_style(const Subscription& subscription);

}  // namespace openwmi::cli
