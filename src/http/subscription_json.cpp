#include "http/subscription_json.h"

#include "http/event_json.h"

namespace openwmi::http {

nlohmann::ordered_json to_json(const eventing::SubscriptionStatus& each) {
    nlohmann::ordered_json json{{"namespace", each.name_space},
                                {"filter", each.filter},
                                {"consumer", each.consumer},
                                {"query", each.query},
                                {"state", eventing::to_text(each.state)},
                                {"reason", each.reason},
                                {"coverage", each.coverage},
                                {"matched", each.counters.matched},
                                {"delivered", each.counters.delivered},
                                {"failed", each.counters.failed},
                                {"dropped", each.counters.dropped},
                                {"queued_events", each.queued_events},
                                {"queued_bytes", each.queued_bytes},
                                {"last_delivery", nullptr},
                                {"last_error", each.last_error}};
    if (each.last_delivery) json["last_delivery"] = iso_time(*each.last_delivery);
    return json;
}

}  // namespace openwmi::http
