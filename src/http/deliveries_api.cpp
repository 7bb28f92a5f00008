#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "core/deliveries.h"
#include "http/api.h"
#include "http/arguments.h"
#include "http/event_json.h"
#include "json/json.h"

// The verbs of administrators on deliveries: what became of events, and what was given up.
namespace openwmi::http {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t default_entries = 100;
constexpr std::size_t most_entries = 4096;

std::string dump(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<std::uint64_t> number(const std::string& text, const char* name) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size()) return value;
    return fail(Status::InvalidParameter, "{} is '{}', which is no number", name, text);
}

Json to_json(const eventing::HistoryEntry& each) {
    Json json{{"time", iso_time(each.time)},
              {"outcome", eventing::to_text(each.outcome)},
              {"binding", each.binding},
              {"filter", each.filter},
              {"consumer", each.consumer},
              {"class", each.event_class},
              {"id", each.event},
              {"attempt", each.attempt},
              {"milliseconds", static_cast<double>(each.duration.count()) / 1e6}};
    if (each.status != Status::Ok) {
        json["error"] = Json::parse(error_json({each.status, each.reason}));
    }
    if (!each.would_do.empty()) json["would_do"] = each.would_do;
    return json;
}

Json to_json(const eventing::DeadLetter& each) {
    Json json{{"id", each.id},
              {"time", iso_time(each.buried)},
              {"binding", each.binding},
              {"filter", each.filter},
              {"consumer", each.consumer},
              {"attempts", each.attempts},
              {"error", Json::parse(error_json({each.status, each.reason}))},
              {"event", nullptr}};
    if (each.event) {
        json["event"] = Json::parse("{" + event_members(*each.event) + "}");
    }
    return json;
}

// The letters that a request means: one by its id, or all.
Result<std::vector<std::uint64_t>> chosen(const Arguments& arguments,
                                          const core::Deliveries& deliveries) {
    const auto id = WMI_TRY(arguments.text("id"));
    std::vector<std::uint64_t> ids;
    if (id == "all") {
        for (const auto& each : WMI_TRY(deliveries.dead_letters())) ids.push_back(each.id);
    } else {
        ids.push_back(WMI_TRY(number(id, "id")));
    }
    return ids;
}

}  // namespace

Result<> Api::history(const Request& request, const ReplyPtr& reply) const {
    const auto arguments = WMI_TRY(Arguments::of(request));
    const auto text = WMI_TRY(arguments.text("text", ""));
    const auto limit =
        WMI_TRY(number(WMI_TRY(arguments.text("limit", std::to_string(default_entries))), "limit"));
    const auto in_root = WMI_TRY(session(request, "root"));
    auto list = Json::array();
    for (const auto& each :
         WMI_TRY(WMI_TRY(in_root->deliveries())
                     ->history(text, std::min<std::size_t>(limit, most_entries)))) {
        list.push_back(to_json(each));
    }
    reply->send(200, dump(Json{{"history", std::move(list)}}));
    return {};
}

Result<> Api::dead_letters(const Request& request, const ReplyPtr& reply) const {
    const auto arguments = WMI_TRY(Arguments::of(request));
    const auto id = WMI_TRY(arguments.text("id", ""));
    const auto deliveries = WMI_TRY(WMI_TRY(session(request, "root"))->deliveries());
    auto list = Json::array();
    if (id.empty()) {
        for (const auto& each : WMI_TRY(deliveries->dead_letters())) list.push_back(to_json(each));
    } else {
        const auto letter = WMI_TRY(deliveries->dead_letter(WMI_TRY(number(id, "id"))));
        auto json = to_json(letter);
        // In full: one that is looked at is to be understood.
        if (letter.event)
            json["event"]["object"] = Json::parse(json::write(*letter.event->instance));
        list.push_back(std::move(json));
    }
    reply->send(200, dump(Json{{"letters", std::move(list)}}));
    return {};
}

Result<> Api::retry_dead_letters(const Request& request, const ReplyPtr& reply) const {
    const auto arguments = WMI_TRY(Arguments::of(request));
    const auto deliveries = WMI_TRY(WMI_TRY(session(request, "root"))->deliveries());
    const auto ids = WMI_TRY(chosen(arguments, *deliveries));
    for (const auto id : ids) WMI_TRY(deliveries->retry(id));
    reply->send(200, dump(Json{{"retried", ids}}));
    return {};
}

Result<> Api::purge_dead_letters(const Request& request, const ReplyPtr& reply) const {
    const auto arguments = WMI_TRY(Arguments::of(request));
    const auto deliveries = WMI_TRY(WMI_TRY(session(request, "root"))->deliveries());
    const auto ids = WMI_TRY(chosen(arguments, *deliveries));
    for (const auto id : ids) WMI_TRY(deliveries->purge(id));
    reply->send(200, dump(Json{{"purged", ids}}));
    return {};
}

}  // namespace openwmi::http
