#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "eventing/ports.h"
#include "server/log.h"

namespace openwmi::server {

// Writes what an administrator should know of subscriptions into the log: states that change, a
// filter that cannot be activated as event 10 of WinMgmt (GEN-047), events that did not get
// through, who keeps others waiting (OD-003), and all that observed bindings would do. The same
// trouble of the same consumer is written
// once in ten seconds, with the number of times. Thread-safe.
class EventLog final : public eventing::Observer {
  public:
    EventLog(const Log& log, const base::Clock& clock) : log_(log), clock_(clock) {}
    void on_delivered(const Delivery& delivery) override;
    void on_observed(const Observation& observation) override;
    void on_received(std::string_view query, std::size_t events, base::Duration took) override;
    void on_dropped(const eventing::Event& event, std::string_view consumer,
                    const Error& why) override;
    void on_state(std::string_view part, std::string_view state, std::string_view reason) override;

  private:
    void tell_of_failure(const Delivery& delivery);
    struct Trouble {
        base::SteadyTime written;
        std::uint64_t kept_back = 0;
    };
    // How often it happened since it was last written, when it is time to write it again.
    std::optional<std::uint64_t> due(std::string trouble);

    const Log& log_;
    const base::Clock& clock_;
    std::mutex mutex_;
    std::map<std::string, Trouble> troubles_;
};

// Tells several what one is told. Immutable.
class Observers final : public eventing::Observer {
  public:
    explicit Observers(std::vector<eventing::Observer*> all) : all_(std::move(all)) {}
    void on_matched(const eventing::Event& event, std::string_view filter) override;
    void on_delivered(const Delivery& delivery) override;
    void on_observed(const Observation& observation) override;
    void on_received(std::string_view query, std::size_t events, base::Duration took) override;
    void on_dropped(const eventing::Event& event, std::string_view consumer,
                    const Error& why) override;
    void on_state(std::string_view part, std::string_view state, std::string_view reason) override;

  private:
    const std::vector<eventing::Observer*> all_;
};

}  // namespace openwmi::server
