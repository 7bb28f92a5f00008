#pragma once

#include <memory>

#include "eventing/ports.h"

namespace openwmi::core {

struct ServiceState;

// Reads dynamic classes from their providers, as a client's enumeration does. Thread-safe.
class InstanceReader final : public eventing::InstanceReader {
  public:
    explicit InstanceReader(std::weak_ptr<ServiceState> service) : service_(std::move(service)) {}
    void read(const Request& request, Answer answer) override;

  private:
    const std::weak_ptr<ServiceState> service_;
};

}  // namespace openwmi::core
