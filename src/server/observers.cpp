#include "server/observers.h"

#include <utility>

namespace openwmi::server {

namespace {
constexpr std::chrono::seconds pause{10};
constexpr std::size_t most_troubles = 1024;
// OD-003: nobody is stopped beyond these, only told of.
constexpr std::chrono::milliseconds synchronous_budget{20};
constexpr std::chrono::milliseconds subscriber_budget{100};

std::string milliseconds(base::Duration took) {
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
}
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

// A synchronous consumer has the raiser, and whoever else gets the event, wait for it (DLV-013).
void EventLog::on_delivered(const Delivery& delivery) {
    if (!delivery.outcome) tell_of_failure(delivery);
    if (!delivery.synchronous || delivery.duration <= synchronous_budget) return;
    const auto times = due("slow " + std::string(delivery.consumer));
    if (!times) return;
    log_.warning("eventing", "a synchronous consumer kept the raiser waiting",
                 {{"consumer", delivery.consumer},
                  {"filter", delivery.filter},
                  {"event", std::to_string(delivery.event.id)},
                  {"milliseconds", milliseconds(delivery.duration)},
                  {"times", std::to_string(*times)}});
}

// Whoever observes a binding wants to see each: none is kept back.
void EventLog::on_observed(const Observation& observation) {
    const auto& would_do = observation.would_do;
    log_.info(
        "eventing", would_do ? "a consumer would have acted" : "a consumer would have failed",
        {{"consumer", observation.consumer},
         {"filter", observation.filter},
         {"event", std::to_string(observation.event.id)},
         {"class", observation.event.instance->class_of().name().text()},
         {would_do ? "would_do" : "reason", would_do ? *would_do : to_text(would_do.error())}});
}

void EventLog::on_received(std::string_view query, std::size_t events, base::Duration took) {
    if (took <= subscriber_budget) return;
    const auto times = due("slow " + std::string(query));
    if (!times) return;
    log_.warning("eventing", "a temporary subscriber is slow",
                 {{"query", query},
                  {"events", std::to_string(events)},
                  {"milliseconds", milliseconds(took)},
                  {"times", std::to_string(*times)}});
}

void EventLog::tell_of_failure(const Delivery& delivery) {
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

// Only filters are broken.
void EventLog::on_state(std::string_view part, std::string_view state, std::string_view reason) {
    if (state == "broken") {
        return log_.error(
            "eventing", "an event filter could not be activated",
            {{"source", "WinMgmt"}, {"id", "10"}, {"part", part}, {"reason", reason}});
    }
    const bool fine = state == "active" || state == "disabled" || state == "unbound";
    const auto level = state == "bound" ? Level::Debug : fine ? Level::Info : Level::Warning;
    log_.write(level, "eventing", "a part changed its state",
               {{"part", part}, {"state", state}, {"reason", reason}});
}

void Observers::on_matched(const eventing::Event& event, std::string_view filter) {
    for (auto* each : all_) each->on_matched(event, filter);
}

void Observers::on_delivered(const Delivery& delivery) {
    for (auto* each : all_) each->on_delivered(delivery);
}

void Observers::on_observed(const Observation& observation) {
    for (auto* each : all_) each->on_observed(observation);
}

void Observers::on_received(std::string_view query, std::size_t events, base::Duration took) {
    for (auto* each : all_) each->on_received(query, events, took);
}

void Observers::on_dropped(const eventing::Event& event, std::string_view consumer,
                           const Error& why) {
    for (auto* each : all_) each->on_dropped(event, consumer, why);
}

void Observers::on_state(std::string_view part, std::string_view state, std::string_view reason) {
    for (auto* each : all_) each->on_state(part, state, reason);
}

}  // namespace openwmi::server
