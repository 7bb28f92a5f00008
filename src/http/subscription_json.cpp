#include "http/subscription_json.h"

#include "http/event_json.h"

namespace openwmi::http {

namespace {

// Where and why; what never happened is left out.
nlohmann::ordered_json drops_of(const eventing::Counters& counters) {
    auto drops = nlohmann::ordered_json::object();
    for (std::size_t i = 0; i < eventing::drop_causes; ++i) {
        if (counters.drops[i] == 0) continue;
        drops[std::string(eventing::to_text(static_cast<eventing::DropCause>(i)))] =
            counters.drops[i];
    }
    return drops;
}

}  // namespace

nlohmann::ordered_json to_json(const eventing::SubscriptionStatus& each) {
    nlohmann::ordered_json json{{"namespace", each.name_space},
                                {"binding", each.binding},
                                {"filter", each.filter},
                                {"consumer", each.consumer},
                                {"query", each.query},
                                {"mode", each.observed ? "observe" : "deliver"},
                                {"state", eventing::to_text(each.state)},
                                {"reason", each.reason},
                                {"coverage", each.coverage},
                                {"matched", each.counters.matched},
                                {"delivered", each.counters.delivered},
                                {"observed", each.counters.observed},
                                {"failed", each.counters.failed},
                                {"dropped", each.counters.dropped},
                                {"queued_events", each.queued_events},
                                {"queued_bytes", each.queued_bytes},
                                {"guaranteed", each.guaranteed},
                                {"waiting", each.waiting_events},
                                {"repeated", each.counters.repeated},
                                {"retried", each.counters.retried},
                                {"dead_lettered", each.counters.dead_lettered},
                                {"refused", each.counters.refused},
                                {"lost_at_crash", each.counters.lost_at_crash},
                                {"drops", drops_of(each.counters)},
                                {"last_delivery", nullptr},
                                {"last_error", each.last_error},
                                {"recovered", each.has_recovered}};
    if (each.last_delivery) json["last_delivery"] = iso_time(*each.last_delivery);
    return json;
}

}  // namespace openwmi::http
