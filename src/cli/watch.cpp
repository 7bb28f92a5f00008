#include <nlohmann/json.hpp>

#include "cli/exit_code.h"
#include "cli/interrupt.h"
#include "cli/local_check.h"
#include "cli/render.h"
#include "cli/service_door.h"
#include "cli/text.h"
#include "cli/verbs.h"

namespace openwmi::cli {

using Json = nlohmann::ordered_json;

namespace {

std::string event_text(const Setting& setting, const Json& line, bool full) {
    const auto& terminal = setting.terminal;
    const auto event = line.value("event", Json::object());
    const auto time = read_time(line.value("time", std::string()));
    const auto clock = time ? clock_text(*time) : std::string("??:??:??.???");
    const auto name = printable(event.value("__CLASS", std::string()));
    if (full) return terminal.paint(Style::Dim, clock) + " " + object_block(terminal, event);
    const std::size_t taken = columns(clock) + columns(name) + 4;
    auto properties = object_line(event);
    if (terminal.width() > taken + 10) properties = shortened(properties, terminal.width() - taken);
    return terminal.paint(Style::Dim, clock) + "  " + terminal.paint(Style::Accent, name) + "  " +
           properties + "\n";
}

// Does what a line says; an exit code when it is the last one.
std::optional<int> take_line(const Setting& setting, const WatchOptions& options,
                             const std::string& line, std::uint64_t& count) {
    const auto json = Json::parse(line, nullptr, false);
    if (const auto error = error_in(json)) return setting.terminal.complain(*error);
    if (json.contains("lost")) {
        const auto lost = json.value("lost", std::uint64_t{0});
        if (setting.json) {
            setting.terminal.line(line);
        } else {
            setting.terminal.note(setting.terminal.paint(
                Style::Warn, fmt::format("{} events went by unseen: this end was too slow", lost)));
        }
        return std::nullopt;
    }
    if (setting.json) {
        setting.terminal.line(line);
    } else {
        setting.terminal.out(event_text(setting, json, options.full));
    }
    if (++count == options.count) return ok;
    return std::nullopt;
}

}  // namespace

int watch(const Setting& setting, const WatchOptions& options) {
    if (!is_correct(setting, options.query)) return failed;
    const ServiceDoor door(setting.socket);
    const Interrupt interrupt;
    const Deadline deadline(options.duration);
    auto lines =
        door.lines("POST", "/v1/watch",
                   Json{{"namespace", options.name_space}, {"query", options.query}}.dump());
    if (!lines) return setting.terminal.complain(lines.error());
    if (setting.terminal.interactive() && !setting.json) {
        setting.terminal.note(
            setting.terminal.paint(Style::Dim, "waiting for events; Ctrl-C ends"));
    }
    std::uint64_t count = 0;
    while (!interrupt.came() && !deadline.is_over()) {
        std::string line;
        const auto next = lines->next_line(line, deadline.wait(std::chrono::hours(1)));
        if (!next) return setting.terminal.complain(next.error());
        if (*next == http::Call::Next::End) {
            return setting.terminal.complain(
                {Status::TransportFailure, "the service ended the subscription"});
        }
        if (*next == http::Call::Next::Interrupted) continue;
        if (const auto end = take_line(setting, options, line, count)) return *end;
    }
    return ok;
}

}  // namespace openwmi::cli
