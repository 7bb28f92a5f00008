#include "support/proves.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "support/rows.h"

namespace openwmi::support {
namespace {

const testing::TestResult& current_result() {
    const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
    if (!test) {
        std::fputs("PROVES stands outside a test\n", stderr);
        std::abort();
    }
    return *test->result();
}

}  // namespace

Proof::Proof(const char* row, const char* check, const char* file, int line)
    : row_(row),
      check_(check),
      file_(file),
      line_(line),
      parts_before_(current_result().total_part_count()) {}

Proof::~Proof() {
    const testing::TestResult& result = current_result();
    bool failed = false;
    for (int i = parts_before_; i < result.total_part_count(); ++i) {
        if (result.GetTestPartResult(i).skipped()) return;
        failed = failed || result.GetTestPartResult(i).failed();
    }
    record_row({row_, check_, file_, static_cast<std::size_t>(line_), !failed});
}

}  // namespace openwmi::support
