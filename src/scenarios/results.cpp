#include "scenarios/results.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace openwmi::scenarios {

using Outcome = CheckResult::Outcome;

namespace {

// In a YAML text of double quotes.
std::string in_yaml(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            result += '\\';
            result += c;
        } else if (byte < 0x20) {
            result += c == '\n' ? "\\n" : fmt::format("\\x{:02x}", byte);
        } else {
            result += c;
        }
    }
    return result + '"';
}

// Characters that XML does not have are left out.
std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        switch (c) {
            case '&': result += "&amp;"; break;
            case '<': result += "&lt;"; break;
            case '>': result += "&gt;"; break;
            case '"': result += "&quot;"; break;
            case '\n': result += "&#10;"; break;
            default:
                if (static_cast<unsigned char>(c) >= 0x20 || c == '\t') result += c;
        }
    }
    return result;
}

std::string name_of(const CheckResult& result) {
    return fmt::format("{}:{} {}", result.file, result.line, result.text);
}

std::string why(const CheckResult& result) {
    return result.outcome == Outcome::NotReached
               ? "an earlier step failed"
               : fmt::format("expected {}; got {}", result.expected, result.got);
}

}  // namespace

std::vector<CheckResult> results_of(const Scenario& scenario,
                                    const std::optional<Failure>& failure) {
    std::vector<CheckResult> all;
    bool told = false;
    for (const auto& step : scenario.steps) {
        const bool is_check = std::holds_alternative<Check>(step.what);
        const bool fails = failure && failure->line == step.line;
        if (!is_check && !fails) continue;
        CheckResult result{scenario.file, step.line, step.text, Outcome::Held, {}, {}};
        if (fails) {
            result.outcome = Outcome::Failed;
            result.expected = failure->expected;
            result.got = failure->got;
            told = true;
        } else if (failure && step.line > failure->line) {
            result.outcome = Outcome::NotReached;
        }
        all.push_back(std::move(result));
    }
    if (failure && !told) {
        all.push_back({scenario.file, failure->line, "the scenario begins", Outcome::Failed,
                       failure->expected, failure->got});
    } else if (all.empty()) {
        all.push_back({scenario.file, 1, "the scenario", Outcome::Failed, "a check", "none"});
    }
    return all;
}

bool all_held(std::span<const CheckResult> results) {
    return std::ranges::all_of(
        results, [](const CheckResult& each) { return each.outcome == Outcome::Held; });
}

std::string to_tap(std::span<const CheckResult> results) {
    std::string text = fmt::format("TAP version 14\n1..{}\n", results.size());
    std::size_t number = 0;
    for (const auto& each : results) {
        const bool held = each.outcome == Outcome::Held;
        auto name = name_of(each);  // a '#' would begin a directive
        for (auto at = name.find('#'); at != std::string::npos; at = name.find('#', at + 2)) {
            name.insert(at, 1, '\\');
        }
        text += fmt::format("{} {} - {}\n", held ? "ok" : "not ok", ++number, name);
        if (held) continue;
        text += "  ---\n";
        if (each.outcome == Outcome::NotReached) {
            text += fmt::format("  message: {}\n", in_yaml(why(each)));
        } else {
            text += fmt::format("  expected: {}\n  got: {}\n", in_yaml(each.expected),
                                in_yaml(each.got));
        }
        text += "  ...\n";
    }
    return text;
}

std::string to_junit(std::span<const CheckResult> results) {
    std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
    for (auto first = results.begin(); first != results.end();) {
        const auto last = std::find_if(first, results.end(), [&](const CheckResult& each) {
            return each.file != first->file;
        });
        const auto failed = std::count_if(
            first, last, [](const CheckResult& each) { return each.outcome != Outcome::Held; });
        text += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\">\n",
                            escaped(first->file), last - first, failed);
        for (; first != last; ++first) {
            const auto name = fmt::format("{} {}", first->line, first->text);
            text += fmt::format("    <testcase classname=\"{}\" name=\"{}\"", escaped(first->file),
                                escaped(name));
            text +=
                first->outcome == Outcome::Held
                    ? "/>\n"
                    : fmt::format("><failure message=\"{}\"/></testcase>\n", escaped(why(*first)));
        }
        text += "  </testsuite>\n";
    }
    return text + "</testsuites>\n";
}

}  // namespace openwmi::scenarios
