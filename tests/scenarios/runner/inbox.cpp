#include "scenarios/runner/inbox.h"

#include <utility>

namespace openwmi::scenarios {

void Inbox::add(const std::string& name, std::span<const cim::InstancePtr> events,
                base::WallTime at) {
    auto& mail = mail_[name];
    mail.calls.push_back(events.size());
    for (const auto& event : events) mail.events.push_back({event, at});
}

Inbox::Mail Inbox::take(const std::string& name) {
    return std::exchange(mail_[name], {});
}

std::vector<std::string> Inbox::unread() const {
    std::vector<std::string> names;
    for (const auto& [name, mail] : mail_) {
        if (!mail.events.empty()) names.push_back(name);
    }
    return names;
}

}  // namespace openwmi::scenarios
