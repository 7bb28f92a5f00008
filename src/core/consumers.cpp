#include "core/consumers.h"

#include <utility>
#include <vector>

namespace openwmi::core {

namespace {

class Adapter final : public eventing::PhysicalConsumer {
  public:
    explicit Adapter(std::shared_ptr<provider::Consumer> consumer)
        : consumer_(std::move(consumer)) {}
    Result<> consume(const cim::InstancePtr& logical,
                     std::span<const eventing::EventPtr> events) override {
        std::vector<cim::InstancePtr> instances;
        instances.reserve(events.size());
        for (const auto& event : events) instances.push_back(event->instance);
        return consumer_->consume(logical, instances);
    }
    Result<std::string> preview(const cim::InstancePtr& logical,
                                const eventing::EventPtr& event) override {
        return consumer_->preview(logical, event->instance);
    }

  private:
    const std::shared_ptr<provider::Consumer> consumer_;
};

// NULL, "", "." and this computer's name mean here (OD-013).
Result<> check_machine(const cim::Instance& logical) {
    const auto value = logical.find("MachineName").value_or(cim::Value());
    const auto* name = value.get_if<std::string>();
    if (!name || provider::is_this_computer(*name)) return {};
    return fail(Status::NotSupported,
                "MachineName is '{}': consumers on other computers are not served in this release",
                *name);
}

}  // namespace

Result<std::shared_ptr<eventing::PhysicalConsumer>> ConsumerFinder::find_consumer(
    const cim::NamespacePath& ns, const cim::InstancePtr& logical) {
    WMI_TRY(check_machine(*logical));
    const auto registration = WMI_TRY(registry_.consumer_provider(ns, logical->class_of().name()));
    const auto provider = WMI_TRY(registry_.use(registration, provider::Role::Consumers));
    auto consumer = WMI_TRY(provider->find_consumer(logical));
    return std::make_shared<Adapter>(std::move(consumer));
}

}  // namespace openwmi::core
