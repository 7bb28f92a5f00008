#include <algorithm>
#include <set>

#include "base/fold.h"
#include "cli/exit_code.h"
#include "cli/service_door.h"
#include "cli/subscription_text.h"
#include "cli/table.h"
#include "cli/verbs.h"

namespace openwmi::cli {

namespace {

int list_names(const Setting& setting, const std::vector<Subscription>& all) {
    std::set<std::string> names;
    for (const auto& each : all) {
        if (!each.filter_name.empty()) names.insert(each.filter_name);
    }
    for (const auto& name : names) setting.terminal.line(name);
    return ok;
}

std::vector<Table::Cell> cells_of(const Subscription& each, TimePoint now) {
    const auto trouble = [](std::uint64_t count) {
        return Table::Cell{fmt::format("{}", count), count == 0 ? Style::Dim : Style::Bad};
    };
    const bool bound = !each.filter.empty() && !each.consumer.empty();
    const auto count = [&](std::uint64_t value) {
        return Table::Cell{bound ? fmt::format("{}", value) : "-",
                           value == 0 ? Style::Dim : Style::Plain};
    };
    return {{each.state, style_of(each.state)},
            {each.filter.empty() ? "-" : each.filter_name, Style::Bold},
            {each.consumer.empty() ? "-" : each.consumer_name},
            count(each.matched),
            bound ? trouble(each.failed) : count(0),
            bound ? trouble(each.dropped) : count(0),
            count(each.queued + each.waiting),
            {each.last_delivery ? relative(*each.last_delivery, now) : "-", Style::Dim},
            {namespace_of(each), Style::Dim}};
}

}  // namespace

int list(const Setting& setting, const ListOptions& options) {
    const ServiceDoor door(setting.socket);
    if (setting.json) {
        const auto answer = door.get(http::Target("/v1/subscriptions"));
        if (!answer) return setting.terminal.complain(answer.error());
        setting.terminal.out(*answer);
        return ok;
    }
    auto all = door.subscriptions();
    if (!all) return setting.terminal.complain(all.error());
    if (options.names) return list_names(setting, *all);
    if (all->empty()) {
        setting.terminal.note("no subscriptions; openwmi mofcomp FILE makes them");
        return ok;
    }
    using Align = Table::Align;
    Table table({{"STATE"},
                 {"FILTER", Align::Left, true},
                 {"CONSUMER", Align::Left, true},
                 {"FIRED", Align::Right},
                 {"FAILED", Align::Right},
                 {"DROPPED", Align::Right},
                 {"QUEUE", Align::Right},
                 {"LAST", Align::Left, false, true},
                 {"NAMESPACE", Align::Left, true, true}});
    std::ranges::stable_sort(*all, [](const Subscription& a, const Subscription& b) {
        return std::pair(base::fold(a.filter_name), a.filter) <
               std::pair(base::fold(b.filter_name), b.filter);
    });
    const auto now = std::chrono::system_clock::now();
    const Subscription* before = nullptr;  // the reason of a filter stands under its first row
    for (const auto& each : *all) {
        table.add(cells_of(each, now));
        const bool said = before && !each.filter.empty() && before->filter == each.filter &&
                          before->reason == each.reason;
        if (!each.reason.empty() && !said) table.add_remark(each.reason, style_of(each.state));
        before = &each;
        if (const auto lost = losses(each); !lost.empty()) table.add_remark(lost, Style::Warn);
        if (each.is_observed) {
            table.add_remark(
                fmt::format("observed: {} of its events went no further (openwmi history)",
                            each.observed),
                Style::Accent);
        }
        if (const auto error = error_text(each); !error.empty()) {
            table.add_remark(error, error_style(each));
        }
    }
    table.print(setting.terminal);
    return ok;
}

}  // namespace openwmi::cli
