#include <nlohmann/json.hpp>

#include "cli/event_text.h"
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

// How events are shown: all of an event in the words of people, a selection of properties as it is.
class EventLines {
  public:
    EventLines(const Terminal& terminal, const WatchOptions& options)
        : terminal_(terminal), full_(options.full) {
        const auto parsed = wql::parse(options.query);
        selects_all_ = parsed && parsed->select() && parsed->select()->selects_all();
    }

    std::string text(const Json& line) {
        const auto event = line.value("event", Json::object());
        const auto time = read_time(line.value("time", std::string()));
        const auto clock = time ? clock_text(*time) : std::string("??:??:??.???");
        if (full_) {
            return terminal_.paint(Style::Dim, clock) + " " + object_block(terminal_, event);
        }
        const auto name = event.value("__CLASS", std::string());
        const auto words = describe(name, event, users_);
        std::string begin = words.verb;
        std::string rest = object_line(event);
        if (selects_all_) {
            begin += fmt::format("  {:<18}", words.subject);
            rest = words.who + "  " + words.rest;
        }
        const std::size_t taken = columns(clock) + columns(begin) + 4;
        if (terminal_.width() > taken + 10) rest = shortened(rest, terminal_.width() - taken);
        return fmt::format("{}  {}  {}\n", terminal_.paint(Style::Dim, clock),
                           terminal_.paint(Style::Accent, begin), rest);
    }

  private:
    const Terminal& terminal_;
    const bool full_;
    bool selects_all_ = false;
    UserNames users_;
};

void print_line(const Setting& setting, EventLines& events, const std::string& line,
                const Json& json) {
    if (setting.json) return setting.terminal.line(line);
    if (!json.contains("lost")) return setting.terminal.out(events.text(json));
    setting.terminal.note(setting.terminal.paint(
        Style::Warn, fmt::format("{} events went by unseen: this end was too slow",
                                 json.value("lost", std::uint64_t{0}))));
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
    EventLines events(setting.terminal, options);
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
        const auto json = Json::parse(line, nullptr, false);
        if (const auto error = error_in(json)) return setting.terminal.complain(*error);
        print_line(setting, events, line, json);
        if (!json.contains("lost") && ++count == options.count) return ok;
    }
    return ok;
}

}  // namespace openwmi::cli
