#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "scenarios/run.h"
#include "scenarios/script.h"

namespace openwmi::scenarios {

// The rows of the specification that a scenario's checks prove. A check counts once, however many
// configurations it ran under, and failed if it failed, or was not reached, in one of them.
class RowReport {
  public:
    explicit RowReport(const Scenario& scenario);
    void add(const std::optional<Failure>& outcome);
    // Appends to the file that OPENWMI_ROWS names, if it names one.
    void write() const;

  private:
    struct Claim {
        std::size_t line = 0;
        std::string check;
        std::vector<std::string> rows;
        bool holds = true;
    };
    std::string file_;
    std::vector<Claim> claims_;
};

}  // namespace openwmi::scenarios
