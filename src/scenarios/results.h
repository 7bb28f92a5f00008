#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "scenarios/run.h"
#include "scenarios/script.h"

namespace openwmi::scenarios {

// One check of a scenario, or whatever else kept it from its end. Value.
struct CheckResult {
    enum class Outcome { Held, Failed, NotReached };
    std::string file;
    std::size_t line = 0;
    std::string text;  // as it is written
    Outcome outcome = Outcome::Held;
    std::string expected;  // where it failed
    std::string got;
};

// What became of each check. A scenario without any check proves nothing: that is a failure.
std::vector<CheckResult> results_of(const Scenario& scenario,
                                    const std::optional<Failure>& failure);
bool all_held(std::span<const CheckResult> results);

// The Test Anything Protocol, version 14: a line a check, reasons as YAML.
std::string to_tap(std::span<const CheckResult> results);
// JUnit's XML: a suite a file, a case a check.
std::string to_junit(std::span<const CheckResult> results);

}  // namespace openwmi::scenarios
