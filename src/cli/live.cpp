#include <nlohmann/json.hpp>

#include "cli/exit_code.h"
#include "cli/interrupt.h"
#include "cli/live_view.h"
#include "cli/service_door.h"
#include "cli/verbs.h"

namespace openwmi::cli {

using Json = nlohmann::ordered_json;
using std::chrono::steady_clock;

namespace {

constexpr auto refresh = std::chrono::milliseconds(200);
constexpr auto last_deliveries = std::chrono::seconds(2);

// Hands lines on until `over`; an error is told by the caller.
template <class Over, class Take>
Result<> follow(http::Call& lines, const Deadline& deadline, Over over, Take take) {
    while (!over()) {
        std::string line;
        const auto next = WMI_TRY(lines.next_line(line, deadline.wait(refresh)));
        if (next == http::Call::Next::End) {
            return fail(Status::TransportFailure, "the service has ended");
        }
        take(next == http::Call::Next::Line ? &line : nullptr);
    }
    return {};
}

}  // namespace

int live(const Setting& setting, const LiveOptions& options) {
    const ServiceDoor door(setting.socket);
    const Interrupt interrupt;
    const Deadline deadline(options.duration);
    auto lines = door.lines("GET", "/v1/stream", "");
    if (!lines) return setting.terminal.complain(lines.error());
    const auto over = [&] { return interrupt.came() || deadline.is_over(); };
    if (setting.json) {
        const auto end = follow(*lines, deadline, over, [&](const std::string* line) {
            if (line) setting.terminal.line(*line);
        });
        return end ? ok : setting.terminal.complain(end.error());
    }

    const auto subscriptions = door.subscriptions();
    if (!subscriptions) return setting.terminal.complain(subscriptions.error());
    LiveView view(setting.terminal, steady_clock::now());
    view.know(*subscriptions);
    auto drawn = steady_clock::now();
    const auto take = [&](const std::string* line) {
        const auto now = steady_clock::now();
        if (line) {
            const auto json = Json::parse(*line, nullptr, false);
            // Bindings came or went: what to wait for is another matter now.
            if (json.is_object() && json.value("type", std::string()) == "state") {
                if (const auto changed = door.subscriptions()) view.know(*changed);
            }
            if (json.is_object()) view.take(json, now);
        }
        if (!line || now - drawn >= refresh) {
            view.tick(now);
            drawn = now;
        }
    };
    auto end = follow(*lines, deadline, over, take);
    // What was seen in time may still be on its way to a consumer.
    view.close();
    const Deadline patience(last_deliveries);
    if (end) {
        end = follow(
            *lines, patience, [&] { return !view.is_waiting() || patience.is_over(); }, take);
    }
    view.finish(steady_clock::now());
    return end ? ok : setting.terminal.complain(end.error());
}

}  // namespace openwmi::cli
