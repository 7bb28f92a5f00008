#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "cim/instance.h"

namespace openwmi::scenarios {

// What consumers and subscribers were given and nobody asked about yet. Outlives the service, so
// that nothing is forgotten when it restarts. Confined to the simulation's thread.
class Inbox {
  public:
    struct Arrival {
        cim::InstancePtr event;
        base::WallTime at;
    };
    struct Mail {
        std::vector<Arrival> events;
        std::vector<std::size_t> calls;  // the number of events in each
        std::vector<cim::InstancePtr> renderings;
    };

    void add(const std::string& name, std::span<const cim::InstancePtr> events, base::WallTime at);
    // What the consumer makes of one of these events.
    void add_rendering(const std::string& name, cim::InstancePtr rendering) {
        mail_[name].renderings.push_back(std::move(rendering));
    }
    std::vector<cim::InstancePtr> take_renderings(const std::string& name) {
        return std::exchange(mail_[name].renderings, {});
    }
    const Mail& look(const std::string& name) { return mail_[name]; }
    Mail take(const std::string& name);
    // Those who got something that nobody asked about.
    std::vector<std::string> unread() const;

  private:
    std::map<std::string, Mail> mail_;
};

}  // namespace openwmi::scenarios
