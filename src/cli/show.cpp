#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/fold.h"
#include "cli/exit_code.h"
#include "cli/names.h"
#include "cli/render.h"
#include "cli/service_door.h"
#include "cli/subscription_text.h"
#include "cli/verbs.h"

namespace openwmi::cli {

using Json = nlohmann::ordered_json;

namespace {

void print_field(const Terminal& terminal, std::string_view name, std::string_view text) {
    if (text.empty()) return;
    terminal.line(fmt::format("{}{} {}", terminal.paint(Style::Accent, name),
                              std::string(name.size() < 10 ? 10 - name.size() : 0, ' '), text));
}

void print_binding(const Terminal& terminal, const Subscription& each, bool of_filter) {
    const auto now = std::chrono::system_clock::now();
    const auto trouble = [&](std::uint64_t count, std::string_view what) {
        return terminal.paint(count == 0 ? Style::Dim : Style::Bad,
                              fmt::format("{} {}", count, what));
    };
    print_field(terminal, of_filter ? "Consumer" : "Filter",
                printable(of_filter ? each.consumer : each.filter));
    print_field(
        terminal, "",
        fmt::format(
            "  fired {}, delivered {}, {}{}, {}, queue {}{}", each.matched, each.delivered,
            each.observed == 0 ? std::string() : fmt::format("observed {}, ", each.observed),
            trouble(each.failed, "failed"), trouble(each.dropped, "dropped"),
            each.queued + each.waiting,
            each.last_delivery ? ", last " + relative(*each.last_delivery, now) : std::string()));
    if (each.is_observed) {
        print_field(terminal, "",
                    "  " + terminal.paint(Style::Accent,
                                          "observed: it does nothing and says what it would do"));
    }
    if (const auto lost = losses(each); !lost.empty()) {
        print_field(terminal, "", "  " + terminal.paint(Style::Warn, lost));
    }
    if (const auto error = error_text(each); !error.empty()) {
        print_field(terminal, "", "  " + terminal.paint(error_style(each), error));
    }
}

// What the service knows of a filter or consumer besides its definition.
void print_activity(const Terminal& terminal, const std::string& path,
                    const std::vector<Subscription>& all) {
    bool first = true;
    for (const auto& each : all) {
        const bool of_filter = base::fold_equal(each.filter, path);
        if (!of_filter && !base::fold_equal(each.consumer, path)) continue;
        if (std::exchange(first, false)) {
            const auto state = terminal.paint(style_of(each.state), each.state);
            print_field(terminal, of_filter ? "Filter" : "Consumer", printable(path));
            print_field(terminal, "State",
                        each.reason.empty() ? state : state + ": " + printable(each.reason));
            if (of_filter) print_field(terminal, "Query", printable(each.query));
            if (of_filter) print_field(terminal, "Source", printable(each.coverage));
        }
        if (!each.filter.empty() && !each.consumer.empty()) {
            print_binding(terminal, each, of_filter);
        }
    }
    if (!first) terminal.line("");
}

}  // namespace

int show(const Setting& setting, const ShowOptions& options) {
    const ServiceDoor door(setting.socket);
    const auto all = door.subscriptions();
    if (!all) return setting.terminal.complain(all.error());
    auto named = find_named(options.name, options.name_space, *all, Find::FiltersAndConsumers);
    // A bare word that is no filter's name may be a class.
    const bool may_be_class = !named && named.error().status == Status::NotFound;
    const Named asked = named ? *named : Named{options.name, options.name_space};
    http::Target target("/v1/object");
    target.with("path", asked.path);
    if (!asked.name_space.empty()) target.with("namespace", asked.name_space);
    if (!named && !may_be_class) return setting.terminal.complain(named.error());
    const auto answer = door.get(target);
    if (!answer) return setting.terminal.complain(named ? answer.error() : named.error());
    if (setting.json) {
        setting.terminal.out(*answer);
        return ok;
    }
    const auto json = Json::parse(*answer, nullptr, false);
    if (!json.is_object()) {
        return setting.terminal.complain(
            {Status::TransportFailure, "the answer is not understood"});
    }
    print_activity(setting.terminal, asked.path, *all);
    // Definitions keep their lines; everything else that a terminal would obey is made visible.
    const auto mof = json.value("mof", std::string());
    for (std::size_t at = 0; at < mof.size();) {
        const auto end = std::min(mof.find('\n', at), mof.size());
        auto line = mof.substr(at, end - at);
        std::string shown;
        for (; line.starts_with('\t'); line.erase(0, 1)) shown += "    ";
        setting.terminal.line(shown + printable(line));
        at = end + 1;
    }
    return ok;
}

}  // namespace openwmi::cli
