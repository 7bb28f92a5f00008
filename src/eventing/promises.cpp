#include "eventing/promises.h"

#include <utility>

#include "wql/query.h"

namespace openwmi::eventing {

namespace {

Error no_log() {
    return {Status::NotSupported, "DeliveryQoS 2 (Guaranteed) has no log here"};
}

void count_matches(const Promises& promises) {
    for (const auto& each : promises) each.binding->counters.add(CounterTable::Field::Matched);
}

void refuse(const Promises& promises, OnRefusal on_refusal, const Error& why) {
    for (const auto& each : promises) {
        each.binding->set_last_error(to_text(why));
        if (on_refusal == OnRefusal::Tell) {
            each.binding->counters.add(CounterTable::Field::Refused);
        } else {
            each.binding->counters.drop(DropCause::LogFull);
        }
    }
}

}  // namespace

EventPtr project(const Route& route, const EventPtr& event) {
    auto instance = wql::project(*route.query, event->instance);
    if (instance == event->instance) return event;
    auto copy = std::make_shared<Event>(*event);
    copy->instance = std::move(instance);
    return copy;
}

Promises promises_of(const Route& route, const EventPtr& projected) {
    Promises promises;
    for (const auto& binding : route.bindings) {
        if (binding.link->guaranteed) promises.push_back({projected, binding.link});
    }
    return promises;
}

Promises promises_of(std::span<const Route* const> routes, const EventPtr& event) {
    Promises all;
    for (const Route* route : routes) {
        if (route->aggregation) continue;
        auto promises = promises_of(*route, event);
        if (promises.empty()) continue;
        const auto projected = project(*route, event);
        for (auto& each : promises) all.push_back({projected, std::move(each.binding)});
    }
    return all;
}

Result<> keep(const Promises& promises, const std::shared_ptr<Guaranteed>& guaranteed,
              OnRefusal on_refusal) {
    if (promises.empty()) return {};
    count_matches(promises);
    auto kept = guaranteed ? guaranteed->keep(promises) : Result<>(fail(no_log()));
    if (kept) return {};
    refuse(promises, on_refusal, kept.error());
    if (on_refusal == OnRefusal::Drop) return {};
    return kept;
}

Result<std::vector<std::vector<std::byte>>> messages_of(
    const Promises& promises, const std::shared_ptr<Guaranteed>& guaranteed) {
    std::vector<std::vector<std::byte>> messages;
    for (const auto& each : promises) {
        auto message =
            guaranteed ? guaranteed->message(each) : Result<std::vector<std::byte>>(fail(no_log()));
        if (!message) {
            count_matches(promises);
            refuse(promises, OnRefusal::Tell, message.error());
            return fail(message.error());
        }
        messages.push_back(std::move(*message));
    }
    return messages;
}

}  // namespace openwmi::eventing
