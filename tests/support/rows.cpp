#include "support/rows.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace openwmi::support {
namespace {

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

void record_row(const RowResult& result) {
    const char* path = std::getenv("OPENWMI_ROWS");
    if (!path || !*path) return;
    append_line(path, "{\"row\":" + quoted(result.row) + ",\"check\":" + quoted(result.check) +
                          ",\"file\":" + quoted(from_source_root(result.file)) +
                          ",\"line\":" + std::to_string(result.line) +
                          ",\"result\":" + (result.passed ? "\"pass\"" : "\"fail\"") + "}\n");
}

}  // namespace openwmi::support
