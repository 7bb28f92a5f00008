#include <nlohmann/json.hpp>

#include "base/fold.h"
#include "cli/exit_code.h"
#include "cli/render.h"
#include "cli/service_door.h"
#include "cli/table.h"
#include "cli/verbs.h"

namespace openwmi::cli {

using Json = nlohmann::ordered_json;

namespace {

// The words NAME=VALUE of the command line. A value is JSON where it can be read so, else text.
Result<Json> read_parameters(const std::vector<std::string>& words) {
    auto parameters = Json::object();
    for (const auto& word : words) {
        const auto equals = word.find('=');
        if (equals == std::string::npos || equals == 0) {
            return fail(Status::InvalidParameter, "'{}' is no parameter: write NAME=VALUE",
                        printable(word));
        }
        const auto name = word.substr(0, equals);
        const auto text = word.substr(equals + 1);
        for (const auto& [known, value] : parameters.items()) {
            if (!base::fold_equal(known, name)) continue;
            return fail(Status::InvalidParameter, "the parameter {} is given twice",
                        printable(name));
        }
        auto value = Json::parse(text, nullptr, false);
        parameters[name] = value.is_discarded() ? Json(text) : std::move(value);
    }
    return parameters;
}

void print(const Terminal& terminal, const Json& out) {
    if (!out.is_object()) return terminal.note("done; the method gives nothing back");
    Table table({{"PARAMETER", Table::Align::Left, false}, {"VALUE", Table::Align::Left, true}});
    for (const auto& [name, value] : out.items()) {
        if (name.starts_with("__")) continue;
        table.add({{printable(name), Style::Accent},
                   {value_text(value), value.is_null() ? Style::Dim : Style::Plain}});
    }
    table.print(terminal);
}

}  // namespace

int call(const Setting& setting, const CallOptions& options) {
    auto parameters = read_parameters(options.parameters);
    if (!parameters) {
        setting.terminal.note("openwmi call: " + parameters.error().message);
        return usage;
    }
    Json request{{"path", options.path}, {"method", options.method}};
    if (!parameters->empty()) request["in"] = std::move(*parameters);
    if (!options.name_space.empty()) request["namespace"] = options.name_space;
    const auto answer =
        ServiceDoor(setting.socket)
            .post("/v1/method", request.dump(-1, ' ', false, Json::error_handler_t::replace));
    if (!answer) return setting.terminal.complain(answer.error());
    if (setting.json) {
        setting.terminal.line(*answer);
        return ok;
    }
    const auto read = Json::parse(*answer, nullptr, false);
    if (!read.is_object() || !read.contains("out")) {
        return setting.terminal.complain(
            {Status::TransportFailure, "the answer is not understood"});
    }
    print(setting.terminal, read["out"]);
    return ok;
}

}  // namespace openwmi::cli
