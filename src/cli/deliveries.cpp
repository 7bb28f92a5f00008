#include <nlohmann/json.hpp>

#include "cli/exit_code.h"
#include "cli/render.h"
#include "cli/service_door.h"
#include "cli/table.h"
#include "cli/verbs.h"

// What became of events: openwmi history and openwmi dead-letters.
namespace openwmi::cli {

using Json = nlohmann::ordered_json;

namespace {

Result<Json> list_in(const std::string& answer, const char* name) {
    auto json = Json::parse(answer, nullptr, false);
    if (json.is_object() && json.contains(name) && json[name].is_array()) return json[name];
    return fail(Status::TransportFailure, "the service's answer is not understood");
}

std::string text_of(const Json& each, const char* name) {
    return each.value(name, std::string());
}

std::string error_text(const Json& each) {
    const auto error = each.value("error", Json::object());
    if (error.empty()) return "";
    return printable(text_of(error, "status") + ": " + text_of(error, "message"));
}

std::string time_text(const Json& each) {
    const auto time = read_time(text_of(each, "time"));
    return time ? relative(*time, std::chrono::system_clock::now()) : "-";
}

Style style_of(const std::string& outcome) {
    if (outcome == "delivered") return Style::Good;
    if (outcome == "observed") return Style::Accent;
    return outcome == "will_retry" ? Style::Warn : Style::Bad;
}

void print_history(const Terminal& terminal, const Json& history) {
    using Align = Table::Align;
    Table table({{"WHEN"},
                 {"OUTCOME"},
                 {"EVENT", Align::Left, true},
                 {"FILTER", Align::Left, true},
                 {"CONSUMER", Align::Left, true},
                 {"TRY", Align::Right},
                 {"TOOK", Align::Right}});
    for (const auto& each : history) {
        const auto outcome = text_of(each, "outcome");
        const std::chrono::duration<double, std::milli> took(each.value("milliseconds", 0.0));
        table.add({{time_text(each), Style::Dim},
                   {printable(outcome), style_of(outcome)},
                   {printable(text_of(each, "class"))},
                   {printable(name_in(text_of(each, "filter"))), Style::Bold},
                   {printable(consumer_name(text_of(each, "consumer")))},
                   {fmt::format("{}", each.value("attempt", 1U))},
                   {duration_text(took), Style::Dim}});
        const auto would_do = printable(text_of(each, "would_do"));
        if (!would_do.empty()) table.add_remark("would " + would_do);
        if (const auto error = error_text(each); !error.empty()) table.add_remark(error);
    }
    table.print(terminal);
}

void print_letters(const Terminal& terminal, const Json& letters) {
    using Align = Table::Align;
    Table table({{"ID", Align::Right},
                 {"WHEN"},
                 {"EVENT", Align::Left, true},
                 {"FILTER", Align::Left, true},
                 {"CONSUMER", Align::Left, true},
                 {"TRIES", Align::Right}});
    for (const auto& each : letters) {
        const auto event = each.value("event", Json());
        table.add({{fmt::format("{}", each.value("id", std::uint64_t{0})), Style::Bold},
                   {time_text(each), Style::Dim},
                   {event.is_object() ? printable(text_of(event, "class")) : "unreadable"},
                   {printable(name_in(text_of(each, "filter")))},
                   {printable(consumer_name(text_of(each, "consumer")))},
                   {fmt::format("{}", each.value("attempts", 0U))}});
        if (const auto error = error_text(each); !error.empty()) table.add_remark(error);
    }
    table.print(terminal);
}

void print_letter(const Terminal& terminal, const Json& letter) {
    const auto field = [&](const char* name, const std::string& text) {
        terminal.line(
            fmt::format("{} {}", terminal.paint(Style::Bold, fmt::format("{:<9}", name)), text));
    };
    field("Letter", fmt::format("{}", letter.value("id", std::uint64_t{0})));
    field("Given up", fmt::format("{} ({}), after {} attempts", printable(text_of(letter, "time")),
                                  time_text(letter), letter.value("attempts", 0U)));
    field("Because", error_text(letter));
    field("Filter", printable(text_of(letter, "filter")));
    field("Consumer", printable(text_of(letter, "consumer")));
    const auto event = letter.value("event", Json());
    if (event.is_object() && event.contains("object")) {
        terminal.line("");
        terminal.out(object_block(terminal, event["object"]));
    }
}

}  // namespace

int history(const Setting& setting, const HistoryOptions& options) {
    const ServiceDoor door(setting.socket);
    const auto answer = door.get(http::Target("/v1/history")
                                     .with("text", options.text)
                                     .with("limit", std::to_string(options.limit)));
    if (!answer) return setting.terminal.complain(answer.error());
    if (setting.json) {
        setting.terminal.out(*answer);
        return ok;
    }
    const auto list = list_in(*answer, "history");
    if (!list) return setting.terminal.complain(list.error());
    if (list->empty()) {
        setting.terminal.note(
            options.text.empty()
                ? "nothing was delivered since the service started"
                : fmt::format("nothing was delivered since the service started that has '{}' in "
                              "the path of its filter or consumer",
                              printable(options.text)));
        return ok;
    }
    print_history(setting.terminal, *list);
    return ok;
}

int dead_letters(const Setting& setting, const DeadLetterOptions& options) {
    const ServiceDoor door(setting.socket);
    http::Target target("/v1/dead-letters");
    if (!options.id.empty()) target.with("id", options.id);
    const auto answer = door.get(target);
    if (!answer) return setting.terminal.complain(answer.error());
    if (setting.json) {
        setting.terminal.out(*answer);
        return ok;
    }
    const auto list = list_in(*answer, "letters");
    if (!list) return setting.terminal.complain(list.error());
    if (list->empty()) {
        setting.terminal.note("no dead letters");
    } else if (options.id.empty()) {
        print_letters(setting.terminal, *list);
    } else {
        print_letter(setting.terminal, list->front());
    }
    return ok;
}

int retry_dead_letters(const Setting& setting, const DeadLetterOptions& options) {
    const auto answer =
        ServiceDoor(setting.socket).post("/v1/dead-letters/retry", Json{{"id", options.id}}.dump());
    if (!answer) return setting.terminal.complain(answer.error());
    const auto list = list_in(*answer, "retried");
    if (!list) return setting.terminal.complain(list.error());
    setting.terminal.line(setting.json ? *answer
                                       : fmt::format("{} to be delivered again", list->size()));
    return ok;
}

int purge_dead_letters(const Setting& setting, const DeadLetterOptions& options) {
    const auto answer =
        ServiceDoor(setting.socket).remove(http::Target("/v1/dead-letters").with("id", options.id));
    if (!answer) return setting.terminal.complain(answer.error());
    const auto list = list_in(*answer, "purged");
    if (!list) return setting.terminal.complain(list.error());
    setting.terminal.line(setting.json ? *answer : fmt::format("{} purged", list->size()));
    return ok;
}

}  // namespace openwmi::cli
