#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/embedded.h"
#include "cli/exit_code.h"
#include "cli/verbs.h"
#include "scenarios/results.h"
#include "scenarios/run.h"

namespace openwmi::cli {

using Json = nlohmann::ordered_json;
using scenarios::CheckResult;

namespace {

Result<std::vector<CheckResult>> run_file(const std::filesystem::path& file, std::uint64_t seed) {
    const auto parsed = WMI_TRY(read_scenario(file));
    std::vector<CheckResult> mistakes;
    for (const auto& each : parsed.mistakes) {
        mistakes.push_back({parsed.scenario.file, each.line, "is understood",
                            CheckResult::Outcome::Failed, "a step", each.text});
    }
    if (!mistakes.empty()) return mistakes;
    const auto failure = scenarios::Run(parsed.scenario, embedded_world(seed)).execute();
    return scenarios::results_of(parsed.scenario, failure);
}

std::string to_json(const std::vector<CheckResult>& results) {
    static constexpr const char* outcomes[] = {"held", "failed", "not reached"};
    auto all = Json::array();
    for (const auto& each : results) {
        Json json{{"file", each.file},
                  {"line", each.line},
                  {"check", each.text},
                  {"outcome", outcomes[static_cast<std::size_t>(each.outcome)]}};
        if (each.outcome == CheckResult::Outcome::Failed) {
            json["expected"] = each.expected;
            json["got"] = each.got;
        }
        all.push_back(std::move(json));
    }
    return Json{{"ok", scenarios::all_held(results)}, {"checks", std::move(all)}}.dump(
        -1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

int test(const Setting& setting, const TestOptions& options) {
    std::vector<CheckResult> results;
    for (const auto& file : options.files) {
        auto more = run_file(file, options.seed);
        if (!more) return setting.terminal.complain(more.error());
        results.insert(results.end(), more->begin(), more->end());
    }
    if (!options.junit_file.empty()) {
        std::ofstream stream(options.junit_file, std::ios::binary);
        stream << scenarios::to_junit(results) << std::flush;
        if (!stream) {
            return setting.terminal.complain(
                {Status::Failed, options.junit_file.string() + " cannot be written"});
        }
    }
    if (setting.json) {
        setting.terminal.line(to_json(results));
    } else {
        setting.terminal.out(scenarios::to_tap(results));
    }
    return scenarios::all_held(results) ? ok : problems_found;
}

}  // namespace openwmi::cli
