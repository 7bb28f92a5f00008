#pragma once

#include <map>
#include <span>
#include <string>
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
    };

    void add(const std::string& name, std::span<const cim::InstancePtr> events, base::WallTime at);
    const Mail& look(const std::string& name) { return mail_[name]; }
    Mail take(const std::string& name);
    // Those who got something that nobody asked about.
    std::vector<std::string> unread() const;

  private:
    std::map<std::string, Mail> mail_;
};

}  // namespace openwmi::scenarios
