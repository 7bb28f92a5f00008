#include "cli/live_view.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/fold.h"
#include "base/text.h"
#include "cli/text.h"

namespace openwmi::cli {

using Json = nlohmann::ordered_json;

namespace {

constexpr auto patience = std::chrono::milliseconds(400);  // of a row for its deliveries
constexpr auto rate_span = std::chrono::seconds(3);
constexpr std::size_t remembered_rows = 512;
constexpr std::size_t subject_width = 18;
constexpr std::size_t verb_width = 8;
constexpr std::size_t who_width = 20;

std::string padded(std::string text, std::size_t width) {
    const auto taken = columns(text);
    if (taken < width) text.append(width - taken, ' ');
    return text;
}

// Without the escapes that colour takes.
std::size_t visible_columns(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] == '\x1b') {
            at = std::min(text.find('m', at), text.size() - 1) + 1;
        } else {
            base::next_code_point(text, at);
            ++count;
        }
    }
    return count;
}

double rate(std::uint64_t count, std::chrono::duration<double> time) {
    return time.count() > 0.1 ? static_cast<double>(count) / time.count() : 0;
}

}  // namespace

LiveView::LiveView(const Terminal& terminal, Now start) : terminal_(terminal), start_(start) {}

void LiveView::know(const std::vector<Subscription>& subscriptions) {
    expected_.clear();
    std::map<std::string, std::set<std::string>> sharing;
    for (const auto& each : subscriptions) {
        if (each.filter.empty() || each.consumer.empty()) continue;
        ++expected_[base::fold(each.filter)];
        sharing[consumer_label(each.consumer)].insert(each.consumer);
    }
    labels_.clear();
    for (const auto& [label, consumers] : sharing) {
        if (consumers.size() == 1) continue;
        for (const auto& each : consumers) labels_[each] = name_in(each);
    }
}

std::string LiveView::label_of(const std::string& consumer) const {
    const auto own = labels_.find(consumer);
    return printable(own == labels_.end() ? consumer_label(consumer) : own->second);
}

LiveView::Row* LiveView::row_of(const Json& line, Now now) {
    const auto id = line.value("id", std::uint64_t{0});
    // The latest are at the end.
    const auto found = std::ranges::find(waiting_.rbegin(), waiting_.rend(), id, &Row::id);
    if (found != waiting_.rend()) return &*found;
    if (const auto old = printed_.find(id); old != printed_.end()) return &old->second;
    if (closing_) return nullptr;
    ++seen_;
    const auto time = read_time(line.value("time", std::string()));
    waiting_.push_back({.id = id,
                        .time = time ? clock_text(*time) : std::string(12, ' '),
                        .event = describe(line.value("class", std::string()),
                                          line.value("properties", Json::object()), users_),
                        .arrived = now});
    return &waiting_.back();
}

void LiveView::take_matched(const Json& line, Now now) {
    if (Row* row = row_of(line, now)) {
        row->filters.insert(base::fold(line.value("filter", std::string())));
    }
}

std::string LiveView::outcome_text(const Json& line, const std::string& label) {
    const auto type = line.value("type", std::string());
    if (type == "observed")
        return terminal_.paint(Style::Accent, fmt::format("→ {} observed", label));
    auto& tally = tallies_[line.value("consumer", std::string())];
    if (type == "dropped") {
        ++dropped_;
        return terminal_.paint(Style::Warn, fmt::format("→ {} dropped", label));
    }
    if (line.value("outcome", std::string()) != "delivered") {
        ++failed_;
        ++tally.failed;
        return terminal_.paint(Style::Bad, fmt::format("→ {} ✗ {:6}", label, ""));
    }
    const double milliseconds = line.value("milliseconds", 0.0);
    ++delivered_;
    ++tally.delivered;
    tally.milliseconds += milliseconds;
    const auto took = duration_text(std::chrono::duration<double, std::milli>(milliseconds));
    return fmt::format("→ {} {} {}", label, terminal_.paint(Style::Good, "✓"),
                       terminal_.paint(Style::Dim, padded(took, 6)));
}

// Why something was not delivered, or what would have been done, on lines of its own, when it is
// not what it was the last time.
void LiveView::explain(const std::string& consumer, const std::string& label, const Json& line) {
    const auto error = line.find("error");
    const bool failed = error != line.end() && error->is_object();
    const auto why = printable(failed ? error->value("message", std::string())
                                      : line.value("would_do", std::string()));
    if (why.empty()) return;
    if (failed && why == std::exchange(tallies_[consumer].last_error, why)) return;
    const auto text = fmt::format("{:14}{}{}: {}", "", label, failed ? "" : " would", why);
    const auto width = terminal_.width();
    print(terminal_.paint(failed ? Style::Bad : Style::Dim,
                          width == 0 ? text : shortened(text, width)));
}

void LiveView::take_outcome(const Json& line, Now now) {
    Row* row = row_of(line, now);
    if (!row) return;
    const auto consumer = line.value("consumer", std::string());
    const auto label = label_of(consumer);
    explain(consumer, label, line);
    const auto text = outcome_text(line, label);
    const auto filter = base::fold(line.value("filter", std::string()));
    const bool late = printed_.contains(row->id);
    if (late) {
        print(std::string(14, ' ') +
              terminal_.paint(Style::Dim, fmt::format("↳ {} {}", row->time, row->event.subject)) +
              "  " + text);
        return;
    }
    if (!filter.empty()) row->filters.insert(filter);
    row->outcomes.push_back({filter, label, text});
    std::ranges::stable_sort(row->outcomes, std::ranges::greater(), &Outcome::label);
}

void LiveView::take(const Json& line, Now now) {
    const auto type = line.value("type", std::string());
    if (type == "matched") {
        take_matched(line, now);
    } else if (type == "delivered" || type == "observed" || type == "dropped") {
        take_outcome(line, now);
    } else if (type == "state") {
        const auto reason = printable(line.value("reason", std::string()));
        print(terminal_.paint(Style::Dim, fmt::format("{:14}{} is {}{}", "",
                                                      printable(line.value("part", std::string())),
                                                      printable(line.value("state", std::string())),
                                                      reason.empty() ? "" : ": " + reason)));
    } else if (line.contains("lost")) {
        const auto lost = line.value("lost", std::uint64_t{0});
        lost_ += lost;
        print(terminal_.paint(Style::Warn,
                              fmt::format("{:14}{} lines came too fast to show", "", lost)));
    }
    print_ready(now, false);
    if (!footer_) draw_footer(now);
}

bool LiveView::is_complete(const Row& row) const {
    return std::ranges::all_of(row.filters, [&](const std::string& filter) {
        const auto expected = expected_.find(filter);
        const auto got = std::ranges::count(row.outcomes, filter, &Outcome::filter);
        return expected != expected_.end() && static_cast<std::size_t>(got) >= expected->second;
    });
}

void LiveView::print_ready(Now now, bool all) {
    while (!waiting_.empty()) {
        auto& row = waiting_.front();
        if (!all && !is_complete(row) && now - row.arrived < patience) return;
        print_row(row);
        if (printed_.size() >= remembered_rows) printed_.erase(printed_.begin());
        const auto id = row.id;
        printed_.insert_or_assign(id, std::move(row));
        waiting_.pop_front();
    }
}

void LiveView::print_row(const Row& row) {
    std::string outcomes;
    for (const auto& each : row.outcomes) outcomes += "  " + each.text;
    if (row.outcomes.empty()) outcomes = "  " + terminal_.paint(Style::Dim, "→ …");
    auto line = fmt::format(
        "{}  {} {}  {}{}", terminal_.paint(Style::Dim, row.time),
        terminal_.paint(Style::Dim, padded(shortened(row.event.verb, 24), verb_width)),
        terminal_.paint(Style::Accent,
                        padded(shortened(row.event.subject, subject_width), subject_width)),
        padded(shortened(row.event.who, who_width), who_width), outcomes);
    const auto taken = visible_columns(line) + 2;
    const auto width = terminal_.width();
    if (!row.event.rest.empty() && (width == 0 || taken + 10 < width)) {
        const auto room = width == 0 ? columns(row.event.rest) : width - taken;
        line += "  " + terminal_.paint(Style::Dim, shortened(row.event.rest, room));
    }
    print(line);
}

void LiveView::print(const std::string& line) {
    erase_footer();
    terminal_.line(line);
}

void LiveView::erase_footer() {
    if (std::exchange(footer_, false)) terminal_.out("\r\x1b[K");
}

void LiveView::draw_footer(Now now) {
    if (!terminal_.interactive()) return;
    samples_.push_back({now, seen_, delivered_});
    while (now - samples_.front().time > rate_span) samples_.pop_front();
    const std::chrono::duration<double> span = now - samples_.front().time;
    const auto elapsed = std::chrono::duration_cast<std::chrono::seconds>(now - start_);
    const auto text = fmt::format(
        " ● {}   seen {} ({:.0f}/s)   delivered {} ({:.0f}/s)   failed {}   dropped {}   Ctrl-C "
        "ends",
        long_duration_text(elapsed), seen_, rate(seen_ - samples_.front().seen, span), delivered_,
        rate(delivered_ - samples_.front().delivered, span), failed_, dropped_);
    erase_footer();
    const auto width = terminal_.width() == 0 ? columns(text) : terminal_.width() - 1;
    terminal_.out(terminal_.paint(failed_ + dropped_ == 0 ? Style::Bold : Style::Warn,
                                  shortened(text, width)));
    footer_ = true;
}

void LiveView::tick(Now now) {
    print_ready(now, false);
    draw_footer(now);
}

void LiveView::finish(Now now) {
    print_ready(now, true);
    erase_footer();
    const std::chrono::duration<double> elapsed = now - start_;
    terminal_.line("");
    terminal_.line(terminal_.paint(
        Style::Bold, fmt::format("In {:.1f} s: {} events seen, {} delivered, {} failed, {} dropped",
                                 elapsed.count(), seen_, delivered_, failed_, dropped_)));
    for (const auto& [consumer, tally] : tallies_) {
        const double each =
            tally.delivered == 0 ? 0 : tally.milliseconds / static_cast<double>(tally.delivered);
        terminal_.line(fmt::format(
            "  {}  {} delivered{}, {}", padded(printable(consumer_name(consumer)), 32),
            tally.delivered, tally.failed ? fmt::format(", {} failed", tally.failed) : "",
            duration_text(std::chrono::duration<double, std::milli>(each)) + " each"));
    }
    if (lost_ > 0) {
        terminal_.line(fmt::format("  {} lines came too fast to be shown or counted", lost_));
    }
}

}  // namespace openwmi::cli
