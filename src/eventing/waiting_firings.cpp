#include "eventing/waiting_firings.h"

#include <algorithm>
#include <vector>

namespace openwmi::eventing {

namespace {

std::uint64_t firings_of(const cim::Instance& event) {
    const auto index = event.class_of().find_property("NumFirings");
    if (!index) return 1;
    const auto value = cim::InstanceBuilder(event).get(*index);  // a projection may hide it
    const auto* number = value.get_if<std::uint64_t>();
    return number ? *number : 1;
}

}  // namespace

WaitingFirings::Verdict WaitingFirings::arrive(const void* binding, const Event& event,
                                               std::uint64_t events) {
    if (!event.timer) return Verdict::Queue;
    const auto found = waiting_.find({binding, event.timer.get()});
    if (found == waiting_.end()) return Verdict::Queue;
    if (event.timer->skip_if_passed) return Verdict::Skipped;
    found->second.events += events;
    found->second.firings += firings_of(*event.instance);
    return Verdict::Joined;
}

void WaitingFirings::entered(const void* binding, const Event& event) {
    if (event.timer) waiting_.try_emplace({binding, event.timer.get()});
}

WaitingFirings::Joined WaitingFirings::leave(const void* binding, const Event& event) {
    if (!event.timer) return {};
    const auto node = waiting_.extract({binding, event.timer.get()});
    return node ? node.mapped() : Joined{};
}

EventPtr with_more_firings(const EventPtr& event, std::uint64_t more) {
    if (more == 0) return event;
    const auto& instance = *event->instance;
    const auto& cls = instance.class_of();
    const auto index = cls.find_property("NumFirings");
    if (!index) return event;
    cim::InstanceBuilder builder(instance);
    const auto sum = firings_of(instance) + more;
    (void)builder.set(*index, cim::Value(std::min<std::uint64_t>(sum, UINT32_MAX)));
    std::vector<bool> visible;
    for (std::size_t i = 0; i < cls.properties().size(); ++i)
        visible.push_back(!instance.is_hidden(i));
    auto copy = std::make_shared<Event>(*event);
    copy->instance = builder.build()->with_projection(std::move(visible));
    return copy;
}

}  // namespace openwmi::eventing
