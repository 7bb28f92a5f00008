#include "scenarios/runner/report.h"

#include "support/rows.h"

namespace openwmi::scenarios {

RowReport::RowReport(const Scenario& scenario) : file_(scenario.file) {
    for (const auto& step : scenario.steps) {
        if (!step.rows.empty()) claims_.push_back({step.line, step.text, step.rows});
    }
}

void RowReport::add(const std::optional<Failure>& outcome) {
    if (!outcome) return;
    for (auto& claim : claims_) claim.holds = claim.holds && claim.line < outcome->line;
}

void RowReport::write() const {
    for (const auto& claim : claims_) {
        for (const auto& row : claim.rows)
            support::record_row({row, claim.check, file_, claim.line, claim.holds});
    }
}

}  // namespace openwmi::scenarios
