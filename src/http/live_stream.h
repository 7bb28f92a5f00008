#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "eventing/ports.h"
#include "http/outbox.h"

namespace openwmi::http {

// Tells clients what happens to events while it happens, a line of JSON each. As long as nobody
// listens it costs nothing, and a client that cannot follow loses lines, never time of a delivery.
// Thread-safe.
class LiveStream final : public eventing::Observer {
  public:
    explicit LiveStream(const base::Clock& clock) : clock_(clock) {}

    // Until the outbox is closed.
    void add(std::shared_ptr<Outbox> listener);
    std::size_t listeners() const { return count_; }

    void on_matched(const eventing::Event& event, std::string_view filter) override;
    void on_delivered(const Delivery& delivery) override;
    void on_observed(const Observation& observation) override;
    void on_dropped(const eventing::Event& event, std::string_view consumer,
                    const Error& why) override;
    void on_state(std::string_view part, std::string_view state, std::string_view reason) override;

  private:
    void publish(std::string_view type, std::string_view members);

    const base::Clock& clock_;
    std::atomic<std::size_t> count_{0};
    std::mutex mutex_;
    std::vector<std::shared_ptr<Outbox>> listeners_;
};

}  // namespace openwmi::http
