#include "cli/subscription_text.h"

namespace openwmi::cli {

Style style_of(std::string_view state) {
    if (state == "active") return Style::Good;
    if (state == "broken") return Style::Bad;
    if (state == "degraded") return Style::Warn;
    return Style::Dim;
}

std::string namespace_of(const Subscription& subscription) {
    if (!subscription.name_space.empty()) return subscription.name_space;
    const auto& path = subscription.filter.empty() ? subscription.consumer : subscription.filter;
    const auto colon = path.find(':');
    return colon == std::string::npos ? "" : path.substr(0, colon);
}

}  // namespace openwmi::cli
