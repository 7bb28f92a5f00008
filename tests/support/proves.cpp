#include "support/proves.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

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

std::string quoted(std::string_view text) {
    std::string json = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            json += '\\';
            json += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            json += ' ';
        } else {
            json += c;
        }
    }
    return json + '"';
}

// The compiler names files from the root of the file system or, under ccache, from the build
// folder.
std::string_view from_source_root(std::string_view file) {
    constexpr std::string_view root = OPENWMI_SOURCE_ROOT;
    if (file.starts_with(root)) file.remove_prefix(root.size());
    while (file.starts_with("../")) file.remove_prefix(3);
    return file;
}

// One write to a file opened for appending: lines of programs that run at the same time do not mix.
void append_line(const char* path, const std::string& line) {
    const int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    const bool written =
        file >= 0 && write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size());
    if (file >= 0) close(file);
    if (!written) {
        std::perror(path);
        std::abort();
    }
}

}  // namespace

Proof::Proof(const char* row, const char* check, const char* file, int line)
    : row_(row),
      check_(check),
      file_(file),
      line_(line),
      parts_before_(current_result().total_part_count()) {}

Proof::~Proof() {
    const char* path = std::getenv("OPENWMI_ROWS");
    if (!path || !*path) return;
    const testing::TestResult& result = current_result();
    bool failed = false;
    for (int i = parts_before_; i < result.total_part_count(); ++i) {
        if (result.GetTestPartResult(i).skipped()) return;
        failed = failed || result.GetTestPartResult(i).failed();
    }
    append_line(path, "{\"row\":" + quoted(row_) + ",\"check\":" + quoted(check_) + ",\"file\":" +
                          quoted(from_source_root(file_)) + ",\"line\":" + std::to_string(line_) +
                          ",\"result\":" + (failed ? "\"fail\"" : "\"pass\"") + "}\n");
}

}  // namespace openwmi::support
