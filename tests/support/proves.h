#pragma once

namespace openwmi::support {

// Appends one line of JSON (row, check, file, line, result) to the file that OPENWMI_ROWS names, if
// it names one, when the check that it encloses is over. tools/conformance.py reads them.
class Proof {
  public:
    Proof(const char* row, const char* check, const char* file, int line);
    ~Proof();
    Proof(const Proof&) = delete;
    Proof& operator=(const Proof&) = delete;

  private:
    const char* row_;
    const char* check_;
    const char* file_;
    int line_;
    int parts_before_;
};

}  // namespace openwmi::support

// Says that a check proves what a row of docs/spec/wmi-eventing.md states, and checks it:
// `PROVES("WQL-009", EXPECT_EQ(a, b) << "when the case differs");`
#define PROVES(row, ...)                                                                  \
    do {                                                                                  \
        const ::openwmi::support::Proof wmi_proof(row, #__VA_ARGS__, __FILE__, __LINE__); \
        __VA_ARGS__;                                                                      \
    } while (false)
