#include <nlohmann/json.hpp>

#include "cli/exit_code.h"
#include "cli/service_door.h"
#include "cli/subscription_text.h"
#include "cli/verbs.h"

namespace openwmi::cli {

using Json = nlohmann::ordered_json;

namespace {

void print_field(const Terminal& terminal, std::string_view name, std::string_view text) {
    terminal.line(fmt::format("{}{} {}", terminal.paint(Style::Accent, name),
                              std::string(name.size() < 14 ? 14 - name.size() : 0, ' '), text));
}

std::string counts(const Terminal& terminal, const Json& states) {
    std::string text;
    for (const auto& [state, count] : states.items()) {
        if (!text.empty()) text += ", ";
        text += terminal.paint(style_of(state), fmt::format("{} {}", count.dump(), state));
    }
    return text.empty() ? "none" : text;
}

}  // namespace

int status(const Setting& setting) {
    const auto answer = ServiceDoor(setting.socket).get(http::Target("/v1/status"));
    if (!answer) return setting.terminal.complain(answer.error());
    if (setting.json) {
        setting.terminal.out(*answer);
        return ok;
    }
    const auto json = Json::parse(*answer, nullptr, false);
    if (!json.is_object()) {
        return setting.terminal.complain(
            {Status::TransportFailure, "the answer is not understood"});
    }
    const auto& terminal = setting.terminal;
    const auto text = [&](const char* name) { return printable(json.value(name, std::string())); };
    const auto totals = json.value("totals", Json::object());
    const auto total = [&](const char* name) { return totals.value(name, std::uint64_t{0}); };
    print_field(terminal, "Service",
                fmt::format("openwmid {}, pid {}, up {}", text("version"), json.value("pid", 0),
                            long_duration_text(std::chrono::seconds(
                                json.value("uptime_seconds", std::int64_t{0})))));
    print_field(terminal, "Socket", printable(setting.socket.string()));
    print_field(terminal, "State", text("state_folder"));
    print_field(terminal, "Subscriptions",
                counts(terminal, json.value("subscriptions", Json::object())));
    print_field(
        terminal, "Events",
        fmt::format("{} matched, {} delivered, {} failed, {} dropped, {} queued", total("matched"),
                    total("delivered"), total("failed"), total("dropped"), total("queued")));
    print_field(terminal, "Guaranteed",
                fmt::format("{} waiting, {} dead letters, {} refused", total("waiting"),
                            total("dead_lettered"), total("refused")));
    if (const auto observed = total("observed"); observed > 0) {
        print_field(terminal, "Observed",
                    fmt::format("{} of bindings that only say what they would do", observed));
    }
    if (const auto lost = total("lost_at_crash"); lost > 0) {
        print_field(terminal, "Lost", fmt::format("{} at a crash", lost));
    }
    const auto sources = json.value("sources", Json::object());
    for (const auto& [source, filters] : sources.items()) {
        print_field(terminal, "Source",
                    fmt::format("{} ({} filter{})", printable(source), filters.dump(),
                                filters == 1 ? "" : "s"));
    }
    for (const auto& each : json.value("providers", Json::array())) {
        print_field(terminal, "Provider",
                    fmt::format("{}:{} for {}", printable(each.value("namespace", std::string())),
                                printable(each.value("name", std::string())),
                                printable(each.value("what", std::string()))));
    }
    return ok;
}

}  // namespace openwmi::cli
