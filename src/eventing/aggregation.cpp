#include "eventing/aggregation.h"

#include <utility>

#include "cim/schema.h"
#include "wql/evaluator.h"

namespace openwmi::eventing {

namespace {

// What a window costs beyond its event.
constexpr std::size_t window_overhead_bytes = 256;

std::size_t bytes_of(const std::string& key, const Aggregation::Window& window) {
    return key.size() + window.representative->instance->memory_bytes() + window_overhead_bytes;
}

}  // namespace

Aggregation::Aggregation(Options options) : options_(std::move(options)) {}

bool Aggregation::add(const Event& event, const EventPtr& shown) {
    const auto& group = *options_.filter.query->group();
    auto key = wql::group_key(group, *event.instance);
    const std::lock_guard lock(mutex_);
    if (discarded_) return true;
    if (const auto open = windows_.find(key); open != windows_.end()) {
        if (open->second.events < UINT32_MAX) ++open->second.events;
        return true;
    }
    Window window{shown, 1};
    const auto bytes = bytes_of(key, window);
    if (windows_.size() >= most_windows || bytes > most_bytes - bytes_) return false;
    bytes_ += bytes;
    options_.executor->post_after(group.within, [weak = weak_from_this(), key] {
        const auto self = weak.lock();
        const auto held = self ? self->options_.hold() : nullptr;
        if (held) self->end(key);
    });
    windows_.emplace(std::move(key), std::move(window));
    return true;
}

void Aggregation::end(const std::string& key) {
    Window window;
    {
        const std::lock_guard lock(mutex_);
        auto node = windows_.extract(key);
        if (!node) return;
        bytes_ -= bytes_of(key, node.mapped());
        window = std::move(node.mapped());
    }
    if (!wql::passes_having(*options_.filter.query->group(), window.events)) return;  // WQL-066
    options_.emit(options_.filter.id, window);
}

void Aggregation::discard() {
    const std::lock_guard lock(mutex_);
    discarded_ = true;
    windows_.clear();
    bytes_ = 0;
}

Result<cim::InstancePtr> make_aggregate(const Aggregation::Window& window) {
    cim::InstanceBuilder builder(cim::find_system_class("__AggregateEvent"));
    WMI_TRY(builder.set("NumberOfEvents", cim::Value(std::uint64_t{window.events})));
    WMI_TRY(
        builder.set("Representative", cim::Value(cim::ObjectPtr(window.representative->instance))));
    return builder.build();
}

}  // namespace openwmi::eventing
