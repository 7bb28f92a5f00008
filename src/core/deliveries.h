#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "eventing/dead_letters.h"
#include "eventing/history.h"
#include "security/identity.h"

namespace openwmi::core {

struct ServiceState;

// What became of events on their way to consumers, and the dead letters, for administrators. What
// it is asked fails with ShuttingDown once the service stops. Thread-safe.
class Deliveries {
  public:
    // Fails with AccessDenied.
    static Result<std::shared_ptr<Deliveries>> open(std::shared_ptr<ServiceState> service,
                                                    const security::Identity& identity);

    // As eventing::History::find.
    Result<std::vector<eventing::HistoryEntry>> history(std::string_view text,
                                                        std::size_t limit) const;
    // As eventing::DeadLetters and eventing::Guaranteed::retry say.
    Result<std::vector<eventing::DeadLetter>> dead_letters() const;
    Result<eventing::DeadLetter> dead_letter(std::uint64_t id) const;
    Result<> retry(std::uint64_t id) const;
    Result<> purge(std::uint64_t id) const;

  private:
    explicit Deliveries(std::shared_ptr<ServiceState> service) : service_(std::move(service)) {}
    Result<> check_running() const;

    const std::shared_ptr<ServiceState> service_;
};

}  // namespace openwmi::core
