#include "core/lint.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "core/causes.h"
#include "core/service_state.h"

namespace openwmi::core {
namespace {

using eventing::FilterReport;
using Findings = std::vector<LintFinding>;

constexpr double dear = 0.05;  // of the time

double seconds(base::Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

// What an explanation says that is no matter of taste or of the past.
bool is_finding(const FilterExplanation::Cause& cause) {
    return cause.code != "delivery" && cause.code != "disabled";
}

// The sweeps as they were measured, where the interval is short or they take long.
void add_costs(const ServiceState& service, const FilterReport& filter, Findings& findings) {
    if (filter.active == match::FilterId{}) return;
    for (const auto& cost : service.poller->costs(filter.active)) {
        const auto share = seconds(cost.last_reading) / seconds(cost.interval);
        if (cost.readings == 0 || share <= dear) continue;
        findings.push_back(
            {filter.filter, "dear-poll",
             fmt::format("reading {} ({} instances) took {:.1f} ms, every {} s: {:.0f} % of the "
                         "time",
                         cost.class_name.text(), cost.instances, seconds(cost.last_reading) * 1000,
                         seconds(cost.interval), share * 100),
             false});
    }
}

// A short interval costs nothing where events are pushed; where they are not, what it costs.
void add_cause(const ServiceState& service, const FilterReport& filter,
               const FilterExplanation::Cause& cause, Findings& findings) {
    LintFinding finding{filter.filter, cause.code, cause.text, cause.certain};
    if (cause.code == "within-small" && filter.active != match::FilterId{}) {
        const auto costs = service.poller->costs(filter.active);
        if (costs.empty()) return;
        for (const auto& cost : costs) {
            if (cost.last_reading == base::Duration::zero()) continue;
            finding.text += fmt::format("; reading {} takes {:.1f} ms", cost.class_name.text(),
                                        seconds(cost.last_reading) * 1000);
        }
    }
    findings.push_back(std::move(finding));
}

void add_self_triggers(const ServiceState& service, const FilterReport& filter,
                       Findings& findings) {
    const auto schema = service.catalog->schema(filter.event_namespace);
    if (!filter.bound || !schema) return;
    for (const auto& binding : filter.bindings) {
        const auto path = cim::ObjectPath::parse(binding.consumer);
        if (!path || !path->name_space) continue;
        const auto consumer = service.catalog->find_instance(*path->name_space, *path);
        if (!consumer) continue;
        bool certain = false;
        auto text = self_trigger(*schema, *filter.bound, **consumer, certain);
        if (!text.empty()) {
            findings.push_back({filter.filter, "self-trigger", std::move(text), certain});
        }
    }
}

void add_filter(const ServiceState& service, const FilterReport& filter, Findings& findings) {
    for (const auto& cause : causes_of_state(service, filter)) {
        if (is_finding(cause)) add_cause(service, filter, cause, findings);
    }
    add_costs(service, filter, findings);
    add_self_triggers(service, filter, findings);
}

void add_consumers(const ServiceState& service, const LintOptions& options, Findings& findings) {
    for (const auto& ns : service.catalog->namespaces()) {
        const auto consumers = service.catalog->instances(ns, "__EventConsumer");
        if (!consumers) continue;
        for (const auto& consumer : *consumers) {
            auto path = consumer->path();
            if (!path) continue;
            path->name_space = ns;
            auto more = lint_consumer(path->text(), *consumer, options);
            std::ranges::move(more, std::back_inserter(findings));
        }
    }
}

}  // namespace

std::vector<LintFinding> lint(const ServiceState& service, const LintOptions& options) {
    Findings findings;
    std::set<std::string> seen;
    for (const auto& status : service.engine->status()) {
        if (status.filter.empty() || !seen.insert(status.filter).second) continue;
        auto path = cim::ObjectPath::parse(status.filter);
        if (!path || !path->name_space) continue;
        const auto filter = service.engine->find_filter(*path->name_space, *path);
        if (filter) {
            add_filter(service, *filter, findings);
        } else {
            findings.push_back({status.filter, "broken-binding",
                                fmt::format("a binding to {} names this filter, which does not "
                                            "exist",
                                            status.consumer),
                                true});
        }
    }
    add_consumers(service, options, findings);
    return findings;
}

}  // namespace openwmi::core
