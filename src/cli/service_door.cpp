#include "cli/service_door.h"

#include <nlohmann/json.hpp>

#include "cim/object_path.h"

namespace openwmi::cli {

using nlohmann::json;

namespace {

Result<std::string> whole(Result<http::Call> call) {
    if (!call) return fail(call.error());
    return call->body();
}

std::string key_of(const cim::ObjectPath& path) {
    for (const auto& key : path.keys) {
        if (const auto* text = key.value.get_if<std::string>()) return *text;
    }
    return path.relative_text();
}

Subscription read_subscription(const json& each) {
    Subscription subscription;
    const auto text = [&](const char* name) { return each.value(name, std::string()); };
    const auto count = [&](const char* name) { return each.value(name, std::uint64_t{0}); };
    subscription.name_space = text("namespace");
    subscription.binding = text("binding");
    subscription.filter = text("filter");
    subscription.filter_name = name_in(subscription.filter);
    subscription.consumer = text("consumer");
    subscription.consumer_name = consumer_name(subscription.consumer);
    subscription.query = text("query");
    subscription.state = text("state");
    subscription.reason = text("reason");
    subscription.coverage = text("coverage");
    subscription.is_observed = text("mode") == "observe";
    subscription.matched = count("matched");
    subscription.delivered = count("delivered");
    subscription.observed = count("observed");
    subscription.failed = count("failed");
    subscription.dropped = count("dropped");
    subscription.queued = count("queued_events");
    subscription.waiting = count("waiting");
    subscription.refused = count("refused");
    subscription.dead_lettered = count("dead_lettered");
    subscription.lost_at_crash = count("lost_at_crash");
    if (each.contains("last_delivery") && each["last_delivery"].is_string()) {
        subscription.last_delivery = read_time(each["last_delivery"].get<std::string>());
    }
    subscription.last_error = text("last_error");
    subscription.has_recovered = each.value("recovered", false);
    return subscription;
}

}  // namespace

std::string name_in(const std::string& path) {
    const auto parsed = cim::ObjectPath::parse(path);
    return parsed ? key_of(*parsed) : path;
}

std::string consumer_name(const std::string& path) {
    const auto parsed = cim::ObjectPath::parse(path);
    if (!parsed || path.empty()) return path;
    // LogFileEventConsumer.Name="audit" is known as LogFile:audit.
    constexpr std::string_view ending = "EventConsumer";
    std::string_view kind = parsed->class_name.text();
    if (kind.size() > ending.size() && kind.ends_with(ending)) kind.remove_suffix(ending.size());
    return std::string(kind) + ":" + key_of(*parsed);
}

Result<std::string> ServiceDoor::get(const http::Target& target) const {
    return whole(http::Call::start(socket_, {"GET", target.text(), ""}));
}

Result<std::string> ServiceDoor::remove(const http::Target& target) const {
    return whole(http::Call::start(socket_, {"DELETE", target.text(), ""}));
}

Result<std::string> ServiceDoor::post(std::string_view path, std::string body) const {
    return whole(http::Call::start(socket_, {"POST", std::string(path), std::move(body)}));
}

Result<http::Call> ServiceDoor::lines(std::string_view method, std::string_view path,
                                      std::string body) const {
    return http::Call::start(socket_, {std::string(method), std::string(path), std::move(body)});
}

Result<std::vector<Subscription>> ServiceDoor::subscriptions() const {
    const auto answer =
        json::parse(WMI_TRY(get(http::Target("/v1/subscriptions"))), nullptr, false);
    if (!answer.is_object() || !answer.contains("subscriptions")) {
        return fail(Status::TransportFailure, "the service's answer is not understood");
    }
    std::vector<Subscription> all;
    for (const auto& each : answer["subscriptions"]) all.push_back(read_subscription(each));
    return all;
}

}  // namespace openwmi::cli
