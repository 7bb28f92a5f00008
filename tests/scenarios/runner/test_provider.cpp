#include "scenarios/runner/test_provider.h"

#include <utility>

namespace openwmi::scenarios {

Result<> TestProvider::consume(const cim::Instance& logical,
                               std::span<const cim::InstancePtr> events) {
    const auto name = logical.find("Name").value_or(cim::Value());
    const auto* text = name.get_if<std::string>();
    if (!text) return fail(Status::InvalidParameter, "the consumer has no name");
    const auto manner = manners_.find(*text);
    // Fails without having taken anything down; what comes after it was taken down may fail, too.
    if (manner != manners_.end() && manner->second) WMI_TRY(manner->second());
    inbox_.add(*text, events, executor_.clock().wall());
    return {};
}

void TestProvider::behave(const std::string& consumer, Manner manner) {
    manners_[consumer] = std::move(manner);
}

void TestProvider::add_sink(const void* owner, cim::NamespacePath ns, Sink sink) {
    outlets_.push_back({owner, std::move(ns), std::move(sink)});
}

void TestProvider::remove_sinks(const void* owner) {
    std::erase_if(outlets_, [&](const Outlet& outlet) { return outlet.owner == owner; });
}

Result<> TestProvider::raise(const cim::NamespacePath& ns, const cim::InstancePtr& event) {
    for (const auto& outlet : std::vector(outlets_)) {
        if (outlet.name_space == ns) WMI_TRY(outlet.sink(event));
    }
    return {};
}

}  // namespace openwmi::scenarios
