#include "cli/scenario_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/embedded.h"
#include "cli/service_door.h"
#include "cli/text.h"
#include "core/session.h"
#include "json/json.h"
#include "scenarios/pattern.h"
#include "scenarios/run.h"
#include "wql/query.h"

namespace openwmi::cli {

using Json = nlohmann::ordered_json;

namespace {

constexpr const char* name_space = "root\\test";

std::string indented(const std::string& text) {
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        const auto line = text.substr(at, end - at);
        if (!line.empty()) result += "  " + line + "\n";
        at = end + 1;
    }
    return result;
}

// What stands before the first check: the namespace with its classes.
std::string beginning(const std::string& classes) {
    auto text = fmt::format("namespace {}\n", name_space);
    if (!classes.empty()) text += "mof\n" + indented(classes);
    return text;
}

Result<> run(const std::string& text, const char* what) {
    const auto parsed = scenarios::parse(text, "explained.test");
    if (!parsed.mistakes.empty()) {
        return fail(Status::Failed, "{}: line {}: {}", what, parsed.mistakes[0].line,
                    parsed.mistakes[0].text);
    }
    const auto failure = scenarios::Run(parsed.scenario, embedded_world()).execute();
    if (!failure) return {};
    return fail(Status::Failed, "{}: line {}: expected {}; got {}", what, failure->line,
                failure->expected, failure->got);
}

// The event, by the classes as they come out of the MOF.
Result<cim::InstancePtr> read_event(const std::string& event, const std::string& classes) {
    const auto parsed = scenarios::parse(beginning(classes), "classes.test");
    scenarios::Run run(parsed.scenario, embedded_world());
    if (const auto failure = run.execute()) {
        return fail(Status::Failed, "the classes cannot be made here: {}", failure->got);
    }
    const auto session = WMI_TRY(run.world().service().open_session(
        security::Identity::of_service(), cim::NamespacePath::literal(name_space)));
    return json::read_instance(event, *session->schema());
}

// A name that a scenario can say without quotes.
std::string plain(const std::string& name) {
    std::string result;
    for (const char c : name) {
        result += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
    }
    return result.empty() ? "filter" : result;
}

// An event that anybody may raise is raised, too: the filter must take it, or leave it.
std::string raising(const cim::Instance& event, const std::string& written, const std::string& name,
                    const wql::Select& select, bool passes) {
    if (!event.class_of().is_a("__ExtrinsicEvent") || select.group) return {};
    return fmt::format("raise by client {}\nexpect {} {}\n", written, name,
                       passes ? "1 events" : "nothing");
}

// Where no event can be judged, the state may be what is to be shown.
Result<std::string> state_of(const Json& explanation) {
    const auto state = explanation.value("state", std::string());
    if (state != "broken" && state != "degraded") {
        return fail(Status::NotFound,
                    "there is no event to write a test of: none was seen; --event FILE gives one");
    }
    const auto filter = explanation.value("filter", std::string());
    const auto name = plain(name_in(filter));
    const auto query = WMI_TRY(wql::parse(explanation.value("query", std::string())));
    auto text =
        fmt::format("# Written by openwmi explain --as-test: {} is {}, because\n# {}\n", filter,
                    state, printable(explanation.value("reason", std::string()))) +
        beginning(explanation.value("classes", std::string())) +
        fmt::format("subscribe {}\n  {}\nstate {} {}\n", name, wql::print(query), name, state);
    WMI_TRY(run(text, "what troubles it is not in its query, which is all that a test has here"));
    return text;
}

}  // namespace

Result<std::string> scenario_of(const Json& explanation) {
    const auto& verdicts = explanation.value("verdicts", Json::array());
    if (verdicts.empty()) return state_of(explanation);
    const auto& verdict = verdicts[0];
    const auto classes = explanation.value("classes", std::string());
    const auto query = WMI_TRY(wql::parse(explanation.value("query", std::string())));
    const auto event = WMI_TRY(read_event(verdict.value("event", Json::object()).dump(), classes));
    const auto written = WMI_TRY(scenarios::write(*event));
    const auto filter = explanation.value("filter", std::string());
    const auto name = plain(name_in(filter));
    const auto truth = verdict.value("truth", std::string());
    auto text =
        fmt::format("# Written by openwmi explain --as-test: what {} says of an event.\n", filter) +
        beginning(classes) + fmt::format("subscribe {}\n  {}\n", name, wql::print(query)) +
        fmt::format("verdict {} {}\n  {}\n", name, truth, written) +
        raising(*event, written, name, *query.select(), truth == "TRUE");
    WMI_TRY(run(text, "the test does not show the same here"));
    return text;
}

}  // namespace openwmi::cli
