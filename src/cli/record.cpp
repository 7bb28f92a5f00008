#include <nlohmann/json.hpp>

#include "cli/exit_code.h"
#include "cli/interrupt.h"
#include "cli/local_check.h"
#include "cli/service_door.h"
#include "cli/verbs.h"

namespace openwmi::cli {

using Json = nlohmann::ordered_json;

int record(const Setting& setting, const RecordOptions& options) {
    const auto query = "SELECT * FROM " + options.event_class;
    if (!is_correct(setting, query)) return failed;
    const ServiceDoor door(setting.socket);
    const Interrupt interrupt;
    const Deadline deadline(options.duration);
    auto lines = door.lines(
        "POST", "/v1/watch",
        Json{{"namespace", options.name_space}, {"query", query}, {"classes", true}}.dump());
    if (!lines) return setting.terminal.complain(lines.error());
    std::uint64_t count = 0;
    std::uint64_t lost = 0;
    while (!interrupt.came() && !deadline.is_over()) {
        std::string line;
        const auto next = lines->next_line(line, deadline.wait(std::chrono::hours(1)));
        if (!next) return setting.terminal.complain(next.error());
        if (*next == http::Call::Next::End) {
            return setting.terminal.complain(
                {Status::TransportFailure, "the service ended the subscription"});
        }
        if (*next == http::Call::Next::Interrupted) continue;
        const auto json = Json::parse(line, nullptr, false);
        if (const auto error = error_in(json)) return setting.terminal.complain(*error);
        setting.terminal.line(line);
        lost += json.value("lost", std::uint64_t{0});
        if (json.contains("event") && ++count == options.count) break;
    }
    setting.terminal.note(
        fmt::format("{} events recorded{}", count, lost > 0 ? fmt::format(", {} lost", lost) : ""));
    return ok;
}

}  // namespace openwmi::cli
