#include "http/explain_request.h"

#include <chrono>
#include <nlohmann/json.hpp>

#include "http/event_json.h"
#include "http/needed_classes.h"
#include "http/subscription_json.h"
#include "json/json.h"

namespace openwmi::http {

using Json = nlohmann::ordered_json;

namespace {

using Explanation = core::FilterExplanation;
using http::to_json;  // of a binding

double seconds(base::Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

Json to_json(const wql::Explanation& part) {
    Json json{{"text", part.text}, {"truth", wql::to_text(part.truth)}};
    if (!part.operands.empty()) {
        auto& operands = json["operands"] = Json::array();
        for (const auto& operand : part.operands) {
            operands.push_back({{"path", operand.path}, {"value", operand.value}});
        }
    }
    if (part.miss != wql::Miss::None) json["miss"] = wql::to_text(part.miss);
    if (!part.reason.empty()) json["reason"] = part.reason;
    if (!part.terms.empty()) {
        auto& terms = json["terms"] = Json::array();
        for (const auto& term : part.terms) terms.push_back(to_json(term));
    }
    return json;
}

Json to_json(const Explanation::Verdict& verdict) {
    Json json{{"truth", wql::to_text(verdict.why.truth)},
              {"id", verdict.id},
              {"time", nullptr},
              {"namespace", verdict.name_space.text()},
              {"before", verdict.before},
              {"withheld", verdict.withheld},
              {"event", Json::parse(json::write(*verdict.event), nullptr, false)},
              {"explanation", to_json(verdict.why)},
              {"rendered", wql::render(verdict.why)}};
    if (verdict.id != 0) json["time"] = iso_time(verdict.created);
    return json;
}

Json to_json(const eventing::Poller::Cost& cost) {
    return {{"class", cost.class_name.text()}, {"interval_seconds", seconds(cost.interval)},
            {"readings", cost.readings},       {"last_reading_seconds", seconds(cost.last_reading)},
            {"instances", cost.instances},     {"bytes", cost.bytes},
            {"filters", cost.filters}};
}

std::string_view to_text(eventing::Coverage::By by) {
    using By = eventing::Coverage::By;
    switch (by) {
        case By::Repository: return "repository";
        case By::Provider: return "provider";
        case By::Engine: return "engine";
        case By::Poll: return "poll";
        case By::Nobody: return "nobody";
    }
    return "nobody";
}

template <class Items>
Json list(const Items& items) {
    auto json = Json::array();
    for (const auto& each : items) json.push_back(to_json(each));
    return json;
}

Json to_json(const Explanation& explanation) {
    const auto& filter = explanation.filter;
    Json json{{"filter", filter.filter},
              {"query", filter.query},
              {"event_namespace", filter.event_namespace.text()},
              {"state", eventing::to_text(filter.state)},
              {"reason", filter.reason},
              {"served_by", to_text(filter.coverage.by)},
              {"coverage", filter.coverage.text},
              {"polls", list(explanation.polls)},
              {"live_since", nullptr},
              {"seen", filter.seen},
              {"passed", explanation.passed},
              {"bindings", list(filter.bindings)},
              {"causes", Json::array()},
              {"verdicts", list(explanation.verdicts)},
              {"elsewhere", Json::array()}};
    if (filter.live_since) json["live_since"] = iso_time(*filter.live_since);
    for (const auto& cause : explanation.causes) {
        json["causes"].push_back(
            {{"code", cause.code}, {"text", cause.text}, {"certain", cause.certain}});
    }
    for (const auto& each : explanation.elsewhere) {
        json["elsewhere"].push_back({{"namespace", each.name_space},
                                     {"event_class", each.event_class},
                                     {"object_class", each.object_class},
                                     {"seen", each.seen}});
    }
    return json;
}

// Where the filter listens; its own namespace where it is not stored or has no valid one.
cim::NamespacePath event_namespace(const cim::ObjectPath& filter, core::Session& session) {
    const auto explained = session.explain_filter(filter);
    return explained ? explained->filter.event_namespace : session.name_space();
}

Result<std::optional<core::SupposedEvent>> read_event(const nlohmann::json& request,
                                                      const cim::ObjectPath& filter,
                                                      core::Session& session) {
    const auto sent = request.find("event");
    if (sent == request.end() || sent->is_null()) return std::nullopt;
    auto where = event_namespace(filter, session);
    if (const auto named = sent->find("__NAMESPACE"); named != sent->end() && named->is_string()) {
        where = WMI_TRY(cim::NamespacePath::parse(named->get<std::string>()));
    }
    const auto there = WMI_TRY(session.open(where));
    const auto schema = there->schema();
    if (!schema) return fail(Status::InvalidNamespace, "there is no {}", where.text());
    auto event =
        json::read_instance(sent->dump(-1, ' ', false, Json::error_handler_t::replace), *schema);
    if (event) return core::SupposedEvent{std::move(*event), std::move(where)};
    if (event.error().status != Status::InvalidClass) return fail(event.error());
    return fail(Status::InvalidClass,
                "the event does not fit {}, {}: {} (\"__NAMESPACE\" in it names another namespace)",
                where.text(),
                sent->contains("__NAMESPACE") ? "which it names" : "where the filter listens",
                event.error().message);
}

}  // namespace

Result<std::string> explain_filter(const nlohmann::json& request, core::Session& session) {
    const auto given = request.find("path");
    if (given == request.end() || !given->is_string()) {
        return fail(Status::InvalidParameter, "the request needs the string \"path\"");
    }
    auto path = WMI_TRY(cim::ObjectPath::parse(given->get<std::string>()));
    path.name_space.reset();
    path.server.reset();
    const auto supposed = WMI_TRY(read_event(request, path, session));
    const auto explanation = WMI_TRY(session.explain_filter(path, supposed));
    auto json = to_json(explanation);
    if (request.value("classes", false)) {
        const auto there = session.open(explanation.filter.event_namespace);
        const auto schema = there ? (*there)->schema() : nullptr;
        json["classes"] = schema ? needed_classes(explanation, *schema) : std::string();
    }
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace openwmi::http
