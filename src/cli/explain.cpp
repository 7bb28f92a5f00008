#include <nlohmann/json.hpp>

#include "cli/exit_code.h"
#include "cli/explanation_text.h"
#include "cli/names.h"
#include "cli/scenario_text.h"
#include "cli/service_door.h"
#include "cli/text_file.h"
#include "cli/verbs.h"

namespace openwmi::cli {

using Json = nlohmann::ordered_json;

namespace {

// The event of a file: one JSON object, or a line of `openwmi watch --json`, which has it inside.
Result<Json> read_event(const std::filesystem::path& file) {
    auto json = Json::parse(WMI_TRY(read_text_file(file)), nullptr, false);
    if (!json.is_object()) {
        return fail(Status::InvalidParameter, "{} holds no JSON object", file.string());
    }
    if (!json.contains("__CLASS") && json.contains("event")) return Json(json["event"]);
    return json;
}

Result<Json> ask(const ServiceDoor& door, const ExplainOptions& options) {
    const auto all = WMI_TRY(door.subscriptions());
    const auto named = WMI_TRY(find_named(options.filter, options.name_space, all, Find::Filters));
    Json request{{"path", named.path}};
    if (!named.name_space.empty()) request["namespace"] = named.name_space;
    if (!options.event_file.empty()) request["event"] = WMI_TRY(read_event(options.event_file));
    if (options.as_test) request["classes"] = true;
    auto answer = Json::parse(WMI_TRY(door.post("/v1/explain", request.dump())), nullptr, false);
    if (answer.is_object()) return answer;
    return fail(Status::TransportFailure, "the service's answer is not understood");
}

}  // namespace

int explain(const Setting& setting, const ExplainOptions& options) {
    const ServiceDoor door(setting.socket);
    const auto answer = ask(door, options);
    if (!answer) return setting.terminal.complain(answer.error());
    if (options.as_test) {
        const auto text = scenario_of(*answer);
        if (!text) return setting.terminal.complain(text.error());
        setting.terminal.out(*text);
        return ok;
    }
    if (setting.json) {
        setting.terminal.line(answer->dump());
        return ok;
    }
    print_explanation(setting.terminal, *answer, options.trees);
    return ok;
}

}  // namespace openwmi::cli
