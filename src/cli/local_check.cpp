#include "cli/local_check.h"

#include <nlohmann/json.hpp>

#include "cli/render.h"

namespace openwmi::cli {

bool is_correct(const Setting& setting, const std::string& query) {
    base::Diagnostics diagnostics;
    if (wql::parse(query, &diagnostics)) return true;
    for (const auto& each : diagnostics) {
        setting.terminal.note(
            painted_diagnostic(setting.terminal, base::render(each, query, "query")));
    }
    return false;
}

std::optional<Error> error_in(const nlohmann::ordered_json& line) {
    if (!line.is_object()) {
        return Error{Status::TransportFailure, "the service's answer is not understood"};
    }
    const auto error = line.find("error");
    if (line.contains("__CLASS") || line.contains("type") || error == line.end() ||
        !error->is_object()) {
        return std::nullopt;
    }
    const auto code = static_cast<std::int32_t>(error->value("code", std::uint32_t{0}));
    return Error{static_cast<Status>(code), error->value("message", std::string())};
}

}  // namespace openwmi::cli
