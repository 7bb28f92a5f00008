#include "core/explanation.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/causes.h"
#include "core/service_state.h"
#include "eventing/subscriptions.h"
#include "wql/query.h"

namespace openwmi::core {
namespace {

using eventing::LastEvents;
using Verdict = FilterExplanation::Verdict;

constexpr std::size_t most_events = 64;
constexpr std::size_t most_elsewhere = 8;

Verdict judge(const ServiceState& service, const eventing::FilterReport& filter,
              const eventing::Event& event) {
    Verdict verdict{.id = event.id,
                    .created = event.created,
                    .name_space = event.name_space,
                    .event = event.instance,
                    .why = wql::explain(*filter.bound, *event.instance),
                    .before = filter.live_since && event.created < *filter.live_since,
                    .withheld = {}};
    if (verdict.why.truth == wql::Truth::True) {
        verdict.withheld = service.engine->why_withheld(filter.active, event);
    }
    return verdict;
}

// Those that the filter is about first; where they are few, others of the class after FROM show
// what it misses.
std::vector<eventing::EventPtr> events_for(const ServiceState& service,
                                           const eventing::FilterReport& filter) {
    const auto& last = service.engine->last_events();
    const auto here = [&](const LastEvents::Kind& kind) {
        return kind.name_space == filter.event_namespace &&
               wql::is_about(*filter.bound, *kind.event_class);
    };
    auto events = last.events(
        [&](const auto& kind) { return here(kind) && is_about(*filter.bound, kind); }, most_events);
    if (events.size() == most_events) return events;
    const auto others =
        last.events([&](const auto& kind) { return here(kind) && !is_about(*filter.bound, kind); },
                    most_events - events.size());
    events.insert(events.end(), others.begin(), others.end());
    return events;
}

// Events that may have been meant instead: of other objects, of a class above or beside it.
bool is_near(const wql::BoundQuery& query, const LastEvents::Kind& kind) {
    if (kind.object_class && cim::find_system_class(kind.object_class->name())) return false;
    const auto& from = *query.from();
    const auto& cls = *kind.event_class;
    return cls.is_a(from.name()) || from.is_a(cls.name()) ||
           (from.superclass() && cls.is_a(from.superclass()->name()));
}

// Events of the filter's class in other namespaces, and what else there is in its own.
std::vector<FilterExplanation::Elsewhere> find_elsewhere(const ServiceState& service,
                                                         const eventing::FilterReport& filter) {
    std::vector<FilterExplanation::Elsewhere> all;
    for (const auto& kind : service.engine->last_events().kinds()) {
        const bool here = kind.name_space == filter.event_namespace;
        const bool about = is_about(*filter.bound, kind);
        if (here == about || (here && !is_near(*filter.bound, kind))) continue;
        all.push_back({kind.name_space.text(), kind.event_class->name().text(),
                       kind.object_class ? kind.object_class->name().text() : std::string(),
                       kind.seen});
    }
    const auto& from = filter.bound->from()->name().text();
    std::ranges::stable_partition(all, [&](const auto& each) { return each.event_class == from; });
    if (all.size() > most_elsewhere) all.resize(most_elsewhere);
    return all;
}

eventing::Event make_event(const SupposedEvent& supposed) {
    eventing::Event event;
    event.instance = supposed.event;
    event.name_space = supposed.name_space;
    event.raiser = std::make_shared<eventing::Raiser>(
        eventing::Raiser{"whoever asks", security::Identity::of_service()});
    return event;
}

// The query of a filter that is switched off, as far as it fits.
std::shared_ptr<const wql::BoundQuery> bind_anyway(const ServiceState& service,
                                                   const eventing::FilterReport& filter) {
    const auto schema = service.catalog->schema(filter.event_namespace);
    if (!schema) return nullptr;
    auto bound = eventing::compile_event_query(filter.query, *schema);
    return bound ? std::move(*bound) : nullptr;
}

void add_verdicts(const ServiceState& service, const std::optional<SupposedEvent>& supposed,
                  FilterExplanation& explanation) {
    const auto& filter = explanation.filter;
    if (supposed) {
        auto verdict = judge(service, filter, make_event(*supposed));
        verdict.before = false;
        if (supposed->name_space != filter.event_namespace) {
            verdict.withheld =
                fmt::format("it occurs in {}, and the filter listens to {}",
                            supposed->name_space.text(), filter.event_namespace.text());
        }
        explanation.verdicts.push_back(std::move(verdict));
        return;
    }
    for (const auto& event : events_for(service, filter)) {
        explanation.verdicts.push_back(judge(service, filter, *event));
    }
    explanation.elsewhere = find_elsewhere(service, filter);
}

}  // namespace

Result<FilterExplanation> explain_filter(const ServiceState& service, const cim::NamespacePath& ns,
                                         const cim::ObjectPath& filter,
                                         const std::optional<SupposedEvent>& supposed) {
    auto report = service.engine->find_filter(ns, filter);
    if (!report) {
        return fail(Status::NotFound, "there is no filter {} in {}", filter.text(), ns.text());
    }
    FilterExplanation explanation;
    explanation.filter = std::move(*report);
    auto& known = explanation.filter;
    if (known.active != match::FilterId{}) explanation.polls = service.poller->costs(known.active);
    explanation.causes = causes_of_state(service, known);
    if (!known.bound) known.bound = bind_anyway(service, known);
    if (!known.bound) return explanation;
    add_verdicts(service, supposed, explanation);
    explanation.passed = static_cast<std::uint64_t>(std::ranges::count_if(
        explanation.verdicts,
        [](const Verdict& verdict) { return verdict.why.truth == wql::Truth::True; }));
    auto more = causes_of_verdicts(explanation);
    std::ranges::move(more, std::back_inserter(explanation.causes));
    return explanation;
}

}  // namespace openwmi::core
