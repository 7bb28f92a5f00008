#pragma once

#include <cstddef>
#include <string_view>

namespace openwmi::support {

// That a check of a row of docs/spec/wmi-eventing.md passed or failed.
struct RowResult {
    std::string_view row;
    std::string_view check;  // its text
    std::string_view file;
    std::size_t line = 0;
    bool passed = false;
};

// Appends it as one line of JSON (row, check, file, line, result) to the file that OPENWMI_ROWS
// names, if it names one. tools/conformance.py reads them.
void record_row(const RowResult& result);

}  // namespace openwmi::support
