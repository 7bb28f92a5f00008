#pragma once

#include "eventing/ports.h"
#include "provider/registry.h"

namespace openwmi::core {

// Finds the physical consumer of a logical one: by the registration of its class, in its namespace
// (DLV-009, OD-088). Thread-safe.
class ConsumerFinder final : public eventing::ConsumerFinder {
  public:
    explicit ConsumerFinder(provider::Registry& registry) : registry_(registry) {}
    Result<std::shared_ptr<eventing::PhysicalConsumer>> find_consumer(
        const cim::NamespacePath& ns, const cim::InstancePtr& logical) override;

  private:
    provider::Registry& registry_;
};

}  // namespace openwmi::core
