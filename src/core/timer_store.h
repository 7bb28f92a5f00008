#pragma once

#include "eventing/ports.h"
#include "repository/store.h"

namespace openwmi::core {

// Keeps when timers fire next as __TimerNextFiring instances beside their instructions (SYS-050).
// What it writes is bookkeeping: it raises no events. Thread-safe.
class TimerStore final : public eventing::TimerStore {
  public:
    explicit TimerStore(repository::Store& store) : store_(store) {}

    std::optional<std::int64_t> next_firing(const cim::NamespacePath& ns,
                                            const std::string& timer) const override;
    Result<> save(std::span<const Entry> entries) override;

  private:
    repository::Store& store_;
};

}  // namespace openwmi::core
