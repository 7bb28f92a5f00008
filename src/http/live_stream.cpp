#include "http/live_stream.h"

#include <fmt/core.h>

#include "base/text.h"
#include "http/event_json.h"
#include "http/exchange.h"
#include "json/json.h"

namespace openwmi::http {

void LiveStream::add(std::shared_ptr<Outbox> listener) {
    std::lock_guard lock(mutex_);
    listeners_.push_back(std::move(listener));
    count_ = listeners_.size();
}

void LiveStream::publish(std::string_view type, std::string_view members) {
    const auto line =
        fmt::format(R"({{"type":"{}","time":"{}",{}}})", type, iso_time(clock_.wall()), members);
    std::vector<std::shared_ptr<Outbox>> listeners;
    {
        std::lock_guard lock(mutex_);
        std::erase_if(listeners_, [](const auto& listener) { return listener->is_closed(); });
        count_ = listeners_.size();
        listeners = listeners_;
    }
    for (const auto& listener : listeners) listener->offer(line);
}

void LiveStream::on_matched(const eventing::Event& event, std::string_view filter) {
    if (count_ == 0) return;
    publish("matched", fmt::format(R"({},"filter":{})", event_members(event), json::quote(filter)));
}

void LiveStream::on_delivered(const Delivery& delivery) {
    if (count_ == 0) return;
    const auto milliseconds = std::chrono::duration<double, std::milli>(delivery.duration).count();
    const auto outcome =
        delivery.outcome ? std::string(R"("outcome":"delivered")")
                         : R"("outcome":"failed","error":)" + error_json(delivery.outcome.error());
    publish("delivered", fmt::format(R"({},"filter":{},"consumer":{},{},"milliseconds":{:.3f})",
                                     event_members(delivery.event), json::quote(delivery.filter),
                                     json::quote(delivery.consumer), outcome, milliseconds));
}

void LiveStream::on_observed(const Observation& observation) {
    if (count_ == 0) return;
    const auto& would_do = observation.would_do;
    const auto said = would_do ? R"("would_do":)" + json::quote(base::to_valid_utf8(*would_do))
                               : R"("error":)" + error_json(would_do.error());
    publish("observed",
            fmt::format(R"({},"filter":{},"consumer":{},{})", event_members(observation.event),
                        json::quote(observation.filter), json::quote(observation.consumer), said));
}

void LiveStream::on_dropped(const eventing::Event& event, std::string_view consumer,
                            const Error& why) {
    if (count_ == 0) return;
    publish("dropped", fmt::format(R"({},"consumer":{},"error":{})", event_members(event),
                                   json::quote(consumer), error_json(why)));
}

void LiveStream::on_state(std::string_view part, std::string_view state, std::string_view reason) {
    if (count_ == 0) return;
    publish("state", fmt::format(R"("part":{},"state":{},"reason":{})", json::quote(part),
                                 json::quote(state), json::quote(base::to_valid_utf8(reason))));
}

}  // namespace openwmi::http
