#include "cli/explanation_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "cli/render.h"
#include "cli/service_door.h"
#include "cli/subscription_text.h"
#include "cli/text.h"
#include "wql/query.h"

namespace openwmi::cli {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t label_width = 10;

// Confined to one call.
class Printer {
  public:
    Printer(const Terminal& terminal, const Json& explanation)
        : terminal_(terminal), explanation_(explanation) {}

    void run(std::size_t trees) const {
        print_filter();
        print_costs();
        print_bindings();
        print_events();
        print_causes();
        print_trees(trees);
    }

  private:
    std::string text(const char* name) const { return explanation_.value(name, std::string()); }
    std::uint64_t count(const char* name) const {
        return explanation_.value(name, std::uint64_t{0});
    }
    const Json& list(const char* name) const {
        static const Json none = Json::array();
        const auto found = explanation_.find(name);
        return found != explanation_.end() && found->is_array() ? *found : none;
    }

    void field(std::string_view label, std::string_view shown) const {
        if (shown.empty()) return;
        const auto blanks = label.size() < label_width ? label_width - label.size() : 0;
        terminal_.line(fmt::format("{}{} {}", terminal_.paint(Style::Accent, label),
                                   std::string(blanks, ' '), shown));
    }

    void print_filter() const {
        const auto state = text("state");
        const auto reason = text("reason");
        field("Filter", terminal_.paint(Style::Bold, printable(text("filter"))));
        field("State", terminal_.paint(style_of(state), state) +
                           (reason.empty() ? "" : ": " + printable(reason)));
        field("Query", printable(text("query")));
        field("Listens to", printable(text("event_namespace")));
        field("Source", printable(text("coverage")));
    }

    // Push or poll, and what that costs.
    void print_costs() const {
        for (const auto& poll : list("polls")) {
            const auto filters = poll.value("filters", std::size_t{1});
            field("Cost",
                  fmt::format("{} is read every {} s: {} readings, the last took {}; {} instances, "
                              "{} bytes{}",
                              printable(poll.value("class", "")),
                              poll.value("interval_seconds", 0.0), poll.value("readings", 0),
                              duration_text(std::chrono::duration<double>(
                                  poll.value("last_reading_seconds", 0.0))),
                              poll.value("instances", 0), poll.value("bytes", 0),
                              filters > 1 ? fmt::format(", shared by {} filters", filters) : ""));
        }
        const auto by = text("served_by");
        const bool pushed = by == "repository" || by == "provider" || by == "engine";
        if (!list("polls").empty() || !pushed) return;
        const auto query = wql::parse(text("query"));
        const auto* select = query ? query->select() : nullptr;
        field("Cost", select && select->within
                          ? fmt::format("pushed as they happen: nothing is read, WITHIN {} waits "
                                        "for nothing",
                                        select->within->seconds)
                          : "pushed: nothing is read in vain");
    }

    void print_bindings() const {
        for (const auto& each : list("bindings")) {
            field("Consumer", printable(each.value("consumer", "")));
            const auto number = [&](const char* name, bool trouble) {
                const auto value = each.value(name, std::uint64_t{0});
                return terminal_.paint(trouble && value > 0 ? Style::Bad : Style::Plain,
                                       fmt::format("{} {}", value, name));
            };
            const auto more = [&](const char* name, const char* shown, Style style) {
                const auto value = each.value(name, std::uint64_t{0});
                if (value == 0) return std::string();
                return ", " + terminal_.paint(style, fmt::format("{} {}", value, shown));
            };
            terminal_.line(fmt::format("{:{}} {}, {}, {}, {}, {} queued{}{}{}{}", "", label_width,
                                       number("matched", false), number("delivered", false),
                                       number("failed", true), number("dropped", true),
                                       each.value("queued_events", 0),
                                       more("waiting", "waiting in the log", Style::Plain),
                                       more("refused", "refused", Style::Bad),
                                       more("dead_lettered", "dead-lettered", Style::Bad),
                                       more("lost_at_crash", "lost at a crash", Style::Bad)));
            const auto state = each.value("state", std::string());
            if (!state.empty() && state != text("state")) {
                field("", terminal_.paint(style_of(state), printable(state)) + ": " +
                              printable(each.value("reason", std::string())));
            }
            if (each.value("mode", std::string()) == "observe") {
                field("",
                      terminal_.paint(Style::Accent,
                                      fmt::format("observed: it does nothing; {} events went no "
                                                  "further",
                                                  each.value("observed", std::uint64_t{0}))));
            }
            const auto error = each.value("last_error", std::string());
            if (error.empty()) continue;
            const bool is_over = each.value("recovered", false);
            field("", terminal_.paint(
                          is_over ? Style::Dim : Style::Bad,
                          (is_over ? "delivered since this error: " : "") + printable(error)));
        }
    }

    void print_events() const {
        const auto kept = list("verdicts").size();
        if (kept == 1 && list("verdicts")[0].value("id", 0) == 0) return;
        field("Events", fmt::format("{} seen since it is live; of the last {} of its class {} meet "
                                    "the condition",
                                    count("seen"), kept, count("passed")));
    }

    void print_causes() const {
        const auto& causes = list("causes");
        for (const auto& cause : causes) {
            print_cause(&cause == &causes.front() ? "Why" : "", cause);
        }
        if (causes.empty()) field("Why", terminal_.paint(Style::Good, "nothing stands in its way"));
    }

    // Its lines stand below each other, behind the mark.
    void print_cause(std::string_view label, const Json& cause) const {
        const bool certain = cause.value("certain", true);
        auto mark = terminal_.paint(certain ? Style::Bad : Style::Warn, certain ? "✗" : "•");
        const auto code = " [" + printable(cause.value("code", "")) + "]";
        const auto taken = label_width + 3 + columns(code);
        const auto room = terminal_.width() > 2 * taken ? terminal_.width() - taken : 0;
        const auto lines = wrapped(printable(cause.value("text", "")), room);
        for (const auto& line : lines) {
            const auto end = &line == &lines.back() ? terminal_.paint(Style::Dim, code) : "";
            const auto shown = fmt::format("{} {}{}", std::exchange(mark, " "), line, end);
            field(&line == &lines.front() ? label : "", shown);
        }
    }

    // Of events that miss first: those that pass explain themselves.
    void print_trees(std::size_t trees) const {
        std::vector<const Json*> shown;
        for (const bool misses : {true, false}) {
            for (const auto& verdict : list("verdicts")) {
                const bool missed = verdict.value("truth", "") != "TRUE";
                if (missed == misses && shown.size() < trees) shown.push_back(&verdict);
            }
        }
        for (const auto* verdict : shown) print_tree(*verdict);
    }

    void print_tree(const Json& verdict) const {
        terminal_.line("");
        const auto event = verdict.value("event", Json::object());
        const auto id = verdict.value("id", std::uint64_t{0});
        std::string when = "supposed";
        if (const auto time = verdict.find("time"); time != verdict.end() && time->is_string()) {
            const auto point = read_time(time->get<std::string>());
            when = fmt::format("#{} {}", id, point ? clock_text(*point) : "");
        }
        terminal_.line(fmt::format(
            "{} {}{}", terminal_.paint(Style::Accent, when), printable(object_line(event)),
            verdict.value("before", false) ? " (before the filter was live)" : ""));
        const auto rendered = verdict.value("rendered", std::string());
        for (std::size_t at = 0; at < rendered.size();) {
            const auto end = std::min(rendered.find('\n', at), rendered.size());
            print_part(rendered.substr(at, end - at));
            at = end + 1;
        }
    }

    void print_part(const std::string& line) const {
        const auto begin = line.find_first_not_of(' ');
        if (begin == std::string::npos) return;
        const auto end = std::min(line.find(' ', begin), line.size());
        const auto truth = line.substr(begin, end - begin);
        const auto style = truth == "TRUE"    ? Style::Good
                           : truth == "FALSE" ? Style::Bad
                                              : Style::Warn;
        terminal_.line("  " + line.substr(0, begin) + terminal_.paint(style, truth) +
                       printable(line.substr(end)));
    }

    const Terminal& terminal_;
    const Json& explanation_;
};

}  // namespace

void print_explanation(const Terminal& terminal, const Json& explanation, std::size_t trees) {
    Printer(terminal, explanation).run(trees);
}

}  // namespace openwmi::cli
