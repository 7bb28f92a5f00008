#include "cli/subscription_text.h"

#include <fmt/ranges.h>

#include <vector>

#include "cli/text.h"

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

std::string losses(const Subscription& each) {
    std::vector<std::string> all;
    const auto add = [&](std::uint64_t count, std::string_view what) {
        if (count > 0) all.push_back(fmt::format("{} {}", count, what));
    };
    add(each.refused, "refused to their raisers");
    add(each.dead_lettered, "dead-lettered");
    add(each.lost_at_crash, "lost at a crash");
    return fmt::format("{}", fmt::join(all, ", "));
}

std::string error_text(const Subscription& subscription) {
    if (subscription.last_error.empty()) return "";
    return (subscription.has_recovered ? "last error, delivered since then: " : "last error: ") +
           printable(subscription.last_error);
}

Style error_style(const Subscription& subscription) {
    return subscription.has_recovered ? Style::Dim : Style::Bad;
}

}  // namespace openwmi::cli
