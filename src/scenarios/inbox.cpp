#include "scenarios/inbox.h"

#include <utility>

namespace openwmi::scenarios {

void Inbox::add(const std::string& name, std::span<const cim::InstancePtr> events,
                base::WallTime at) {
    auto& mail = mail_[name];
    mail.calls.push_back(events.size());
    for (const auto& event : events) mail.events.push_back({event, at});
}

Inbox::Mail Inbox::take(const std::string& name) {
    auto& mail = mail_[name];
    Mail taken{std::exchange(mail.events, {}), std::exchange(mail.calls, {}), {}};
    return taken;
}

std::vector<std::string> Inbox::unread() const {
    std::vector<std::string> names;
    for (const auto& [name, mail] : mail_) {
        if (!mail.events.empty()) names.push_back(name);
    }
    return names;
}

}  // namespace openwmi::scenarios
