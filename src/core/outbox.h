#pragma once

#include "eventing/ports.h"
#include "repository/store.h"

namespace openwmi::core {

// The repository's outbox as eventing sees it. Thread-safe.
class Outbox final : public eventing::Outbox {
  public:
    explicit Outbox(repository::Store& store) : store_(store) {}
    Result<std::vector<Message>> read(std::size_t limit) const override {
        std::vector<Message> messages;
        for (auto& each : WMI_TRY(store_.outbox(limit))) {
            messages.push_back({each.id, std::move(each.bytes)});
        }
        return messages;
    }
    Result<> forget(std::uint64_t up_to) override { return store_.forget(up_to); }

  private:
    repository::Store& store_;
};

}  // namespace openwmi::core
