#include "eventing/audience.h"

#include <fmt/format.h>

namespace openwmi::eventing {

bool Audience::includes(const Route& route) const {
    if (only_administrators && !route.subscriber.is_administrator()) return false;
    return !descriptor ||
           security::grants(*descriptor, route.subscriber, security::right::subscribe);
}

Result<Audience> audience_of(const cim::Instance& event) {
    static const cim::Name overflow("__EventQueueOverflowEvent");
    static const cim::Name descriptor("SECURITY_DESCRIPTOR");
    Audience audience;
    audience.only_administrators = event.class_of().is_a(overflow);
    const auto index = event.class_of().find_property(descriptor);
    if (!index || event.is_null(*index)) return audience;
    const auto value = event.get(*index);
    std::string bytes;
    if (const auto* numbers = value.get_if<cim::Unsigneds>()) {
        for (const auto number : *numbers) bytes.push_back(static_cast<char>(number));
    }
    audience.descriptor = WMI_TRY(security::SecurityDescriptor::of_bytes(bytes));
    return audience;
}

bool trusts(const Route& route, const Event& event) {
    return !route.access ||
           security::grants(*route.access, security::Token::of(event.raiser->identity),
                            security::right::publish);
}

std::string why_withheld(const Route& route, const Event& event) {
    const auto audience = audience_of(*event.instance);
    if (!audience) return "its SECURITY_DESCRIPTOR cannot be read";
    if (!audience->includes(route)) {
        return audience->only_administrators && !route.subscriber.is_administrator()
                   ? "only administrators' filters get events of this class"
                   : "the event's SECURITY_DESCRIPTOR keeps it from the filter's owner";
    }
    if (!trusts(route, event)) {
        return fmt::format("the filter's EventAccess takes no events of {}", event.raiser->name);
    }
    return {};
}

}  // namespace openwmi::eventing
