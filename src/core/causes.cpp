#include "core/causes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/similar.h"
#include "core/program_of.h"
#include "core/service_state.h"
#include "eventing/subscriptions.h"
#include "wql/lint.h"
#include "wql/meant.h"

namespace openwmi::core {
namespace {

using Cause = FilterExplanation::Cause;
using Causes = std::vector<Cause>;
using eventing::FilterReport;
using eventing::State;

// The namespaces that have a class of that name.
std::vector<std::string> namespaces_with(const ServiceState& service, const cim::Name& name,
                                         const cim::NamespacePath& but) {
    std::vector<std::string> found;
    for (const auto& ns : service.catalog->namespaces()) {
        const auto schema = ns == but ? nullptr : service.catalog->schema(ns);
        if (schema && schema->find_class(name)) found.push_back(ns.text());
    }
    return found;
}

// The class that a query asks for is somewhere else.
void add_wrong_namespace(const ServiceState& service, const FilterReport& filter,
                         const cim::Name& name, Causes& causes) {
    const auto where = namespaces_with(service, name, filter.event_namespace);
    if (where.empty()) return;
    causes.push_back(
        {"wrong-namespace",
         fmt::format("{} has no class {}, but {} has: EventNamespace says where a "
                     "filter listens",
                     filter.event_namespace.text(), name.text(), fmt::join(where, ", "))});
}

void add_unknown_classes(const ServiceState& service, const FilterReport& filter, Causes& causes) {
    const auto query = wql::parse(filter.query);
    const auto* select = query ? query->select() : nullptr;
    const auto schema = service.catalog->schema(filter.event_namespace);
    if (!select || !schema) return;
    if (!schema->find_class(select->from)) {
        add_wrong_namespace(service, filter, select->from, causes);
    }
    const auto bound = eventing::compile_event_query(filter.query, *schema);
    if (!bound) return;
    for (const auto& name : (*bound)->unknown_classes()) {
        add_wrong_namespace(service, filter, name, causes);
    }
}

void add_remarks(const ServiceState& service, const FilterReport& filter, Causes& causes) {
    const auto schema = service.catalog->schema(filter.event_namespace);
    if (!schema) return;
    for (const auto& remark : wql::lint_event_query(filter.query, *schema)) {
        causes.push_back({remark.code, remark.text, remark.severity == base::Severity::Error});
    }
}

std::string within_advice(const FilterReport& filter) {
    return fmt::format(
        "{}: WITHIN 10, say, before WHERE would have the service read them every "
        "ten seconds",
        filter.reason);
}

// "\root\cimv2" in MOF is a carriage return and an unknown escape (GEN-041).
void add_escape(const ServiceState& service, const FilterReport& filter, Causes& causes) {
    const auto path = cim::ObjectPath::parse(filter.filter);
    if (!path || !path->name_space) return;
    const auto stored = service.catalog->find_instance(*path->name_space, *path);
    if (!stored || !has_control(text_of(**stored, "EventNamespace"))) return;
    causes.push_back({"escape",
                      "EventNamespace holds a control character: MOF writes a backslash twice "
                      "(\"root\\\\cimv2\")"});
}

void add_state(const ServiceState& service, const FilterReport& filter, Causes& causes) {
    switch (filter.state) {
        case State::Disabled: causes.push_back({"disabled", filter.reason}); break;
        case State::Unbound: causes.push_back({"unbound", filter.reason}); break;
        case State::Degraded: causes.push_back({"degraded", filter.reason, false}); break;
        case State::Broken: {
            if (!service.catalog->schema(filter.event_namespace)) {
                causes.push_back({"wrong-namespace", filter.reason});
            } else if (filter.reason.find("has no WITHIN clause") != std::string::npos) {
                causes.push_back({"within-missing", within_advice(filter)});
            } else if (filter.bound) {
                causes.push_back({"broken", filter.reason});
            }
            break;
        }
        case State::Active: break;
    }
}

std::string key_of(const std::string& path) {
    const auto parsed = cim::ObjectPath::parse(path);
    if (!parsed || parsed->keys.empty()) return path;
    const auto* text = parsed->keys.front().value.get_if<std::string>();
    return text ? *text : path;
}

// A binding of which one end is missing: this filter's, or one that names a filter like it.
void add_bindings(const ServiceState& service, const FilterReport& filter, Causes& causes) {
    const auto name = key_of(filter.filter);
    const auto all = service.engine->status();
    for (const auto& each : all) {
        if (each.filter.empty() || each.consumer.empty() || each.state != State::Unbound) continue;
        if (each.filter == filter.filter) {
            std::vector<std::string> consumers;
            for (const auto& other : all) {
                if (other.filter.empty()) consumers.push_back(other.consumer);
            }
            causes.push_back({"broken-binding",
                              fmt::format("a binding leads to {}, which does not exist{}",
                                          each.consumer, wql::meant(each.consumer, consumers))});
        } else if (each.query.empty() && filter.bindings.empty() &&
                   !base::similar(key_of(each.filter), {name}).empty()) {
            causes.push_back({"broken-binding",
                              fmt::format("a binding to {} names the filter {}, which does not "
                                          "exist: is {} meant?",
                                          each.consumer, each.filter, filter.filter)});
        }
    }
    for (const auto& each : filter.bindings) {
        if (each.state == State::Degraded && each.reason != filter.reason) {
            causes.push_back({"binding", fmt::format("{}: {}", each.consumer, each.reason)});
        }
        if (each.last_error.empty() || each.has_recovered) continue;
        causes.push_back(
            {"delivery", fmt::format("{}: {}", each.consumer, each.last_error), false});
    }
}

void add_source(const FilterReport& filter, Causes& causes) {
    if (filter.active == match::FilterId{} || filter.state == State::Broken) return;
    if (filter.coverage.by == eventing::Coverage::By::Nobody) {
        causes.push_back({"no-source", filter.coverage.text});
    }
    if (filter.coverage.text.find("only with WITHIN and ISA") != std::string::npos) {
        causes.push_back({"within-missing", filter.coverage.text, false});
    }
}

// One predicate that kept events from passing, over all of them.
struct Blame {
    std::size_t events = 0;
    const wql::Explanation* newest = nullptr;
};

std::string operands_of(const wql::Explanation& part) {
    std::string text;
    for (const auto& operand : part.operands) {
        text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", operand.path, operand.value);
    }
    return text;
}

bool is_supposed(const FilterExplanation& explanation) {
    return explanation.verdicts.size() == 1 && explanation.verdicts[0].id == 0;
}

void add_blames(const FilterExplanation& explanation, Causes& causes) {
    std::map<std::string, Blame> blames;
    std::vector<std::string> order;
    for (const auto& verdict : explanation.verdicts) {
        for (const auto* part : wql::culprits(verdict.why)) {
            auto& blame = blames[part->text];
            if (++blame.events == 1) {
                blame.newest = part;
                order.push_back(part->text);
            }
        }
    }
    std::ranges::stable_sort(
        order, [&](const auto& a, const auto& b) { return blames[a].events > blames[b].events; });
    const auto all = explanation.verdicts.size();
    for (const auto& text : order) {
        const auto& [events, newest] = blames[text];
        const auto code = newest->miss == wql::Miss::None ? std::string_view("false")
                                                          : wql::to_text(newest->miss);
        auto sentence = is_supposed(explanation)
                            ? fmt::format("{} is {}", text, to_text(newest->truth))
                            : fmt::format("{} was {} for {} of the last {} events", text,
                                          to_text(newest->truth), events, all);
        if (const auto values = operands_of(*newest); !values.empty()) {
            sentence += fmt::format(" ({})", values);
        }
        if (!newest->reason.empty()) sentence += ": " + newest->reason;
        causes.push_back(
            {std::string(code), std::move(sentence), explanation.passed == 0 && events == all});
    }
}

// It may also be that nothing has happened yet.
void add_silence(const FilterExplanation& explanation, Causes& causes) {
    const auto& filter = explanation.filter;
    const auto& name = filter.bound->from()->name().text();
    std::vector<std::string> here;
    for (const auto& each : explanation.elsewhere) {
        const bool same_namespace = each.name_space == filter.event_namespace.text();
        const auto what = each.object_class.empty()
                              ? each.event_class
                              : fmt::format("{} of {}", each.event_class, each.object_class);
        if (same_namespace) {
            here.push_back(fmt::format("{} ({})", what, each.seen));
        } else {
            causes.push_back(
                {"wrong-namespace",
                 fmt::format("{} events {} occurred in {}, and the filter listens to "
                             "{}: EventNamespace says where",
                             each.seen, what, each.name_space, filter.event_namespace.text()),
                 false});
        }
    }
    if (!here.empty()) {
        causes.push_back({"wrong-class",
                          fmt::format("no {} such as the filter asks for was seen; there were: {}",
                                      name, fmt::join(here, ", ")),
                          false});
    }
    if (here.empty() && explanation.elsewhere.empty()) {
        causes.push_back({"no-event",
                          fmt::format("no {} has been seen in {} since the service "
                                      "started",
                                      name, filter.event_namespace.text()),
                          false});
    }
}

// What is wrong with the text of a query may not be what broke the filter.
bool is_told(const std::string& reason, const Causes& causes) {
    return std::ranges::any_of(causes, [&](const Cause& cause) {
        return reason.find(cause.text) != std::string::npos ||
               cause.text.find(reason) != std::string::npos;
    });
}

}  // namespace

Causes causes_of_state(const ServiceState& service, const FilterReport& filter) {
    Causes causes;
    add_escape(service, filter, causes);
    add_state(service, filter, causes);
    add_unknown_classes(service, filter, causes);
    add_remarks(service, filter, causes);
    if (filter.state == State::Broken && !is_told(filter.reason, causes)) {
        causes.insert(causes.begin(), {"broken", filter.reason});
    }
    add_bindings(service, filter, causes);
    add_source(filter, causes);
    return causes;
}

Causes causes_of_verdicts(const FilterExplanation& explanation) {
    Causes causes;
    const auto& filter = explanation.filter;
    const bool is_live = filter.state == State::Active || filter.state == State::Degraded;
    if (!is_supposed(explanation) && is_live && filter.seen == 0) {
        add_silence(explanation, causes);
    }
    for (const auto& verdict : explanation.verdicts) {
        if (verdict.withheld.empty()) continue;
        const bool elsewhere = verdict.name_space != filter.event_namespace;
        causes.push_back({elsewhere ? "wrong-namespace" : "withheld", verdict.withheld});
        break;
    }
    add_blames(explanation, causes);
    return causes;
}

}  // namespace openwmi::core
