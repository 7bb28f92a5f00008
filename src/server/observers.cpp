#include "server/observers.h"

#include <utility>

namespace openwmi::server {

namespace {
constexpr std::chrono::seconds pause{10};
constexpr std::size_t most_troubles = 1024;
}  // namespace

std::optional<std::uint64_t> EventLog::due(std::string trouble) {
    const auto now = clock_.steady();
    const std::lock_guard lock(mutex_);
    if (troubles_.size() >= most_troubles) troubles_.clear();
    const auto [known, is_new] = troubles_.try_emplace(std::move(trouble), Trouble{now});
    if (!is_new && now - known->second.written < pause) {
        ++known->second.kept_back;
        return std::nullopt;
    }
    known->second.written = now;
    return std::exchange(known->second.kept_back, 0) + 1;
}

void EventLog::on_delivered(const Delivery& delivery) {
    if (delivery.outcome) return;
    const auto times = due("failed " + std::string(delivery.consumer));
    if (!times) return;
    log_.warning("eventing", "a consumer failed",
                 {{"consumer", delivery.consumer},
                  {"filter", delivery.filter},
                  {"event", std::to_string(delivery.event.id)},
                  {"class", delivery.event.instance->class_of().name().text()},
                  {"times", std::to_string(*times)},
                  {"reason", to_text(delivery.outcome.error())}});
}

void EventLog::on_dropped(const eventing::Event& event, std::string_view consumer,
                          const Error& why) {
    const auto times = due("dropped " + std::string(consumer));
    if (!times) return;
    log_.warning("eventing", "an event was dropped",
                 {{"consumer", consumer},
                  {"event", std::to_string(event.id)},
                  {"class", event.instance->class_of().name().text()},
                  {"times", std::to_string(*times)},
                  {"reason", to_text(why)}});
}

void EventLog::on_state(std::string_view part, std::string_view state, std::string_view reason) {
    const bool fine = state == "active" || state == "disabled" || state == "unbound";
    log_.write(fine ? Level::Info : Level::Warning, "eventing", "a part changed its state",
               {{"part", part}, {"state", state}, {"reason", reason}});
}

void Observers::on_matched(const eventing::Event& event, std::string_view filter) {
    for (auto* each : all_) each->on_matched(event, filter);
}

void Observers::on_delivered(const Delivery& delivery) {
    for (auto* each : all_) each->on_delivered(delivery);
}

void Observers::on_dropped(const eventing::Event& event, std::string_view consumer,
                           const Error& why) {
    for (auto* each : all_) each->on_dropped(event, consumer, why);
}

void Observers::on_state(std::string_view part, std::string_view state, std::string_view reason) {
    for (auto* each : all_) each->on_state(part, state, reason);
}

}  // namespace openwmi::server
