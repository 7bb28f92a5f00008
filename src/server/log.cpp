#include "server/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "base/text.h"
#include "http/event_json.h"

namespace openwmi::server {

namespace {

constexpr std::string_view names[] = {"error", "warning", "info", "debug"};
constexpr int priorities[] = {3, 4, 6, 7};  // of syslog

// JOURNAL_STREAM names the device and inode that journald reads; stderr may have been redirected
// since.
bool journal_reads_stderr() {
    const char* stream = std::getenv("JOURNAL_STREAM");
    struct stat status{};
    return stream && ::fstat(STDERR_FILENO, &status) == 0 &&
           fmt::format("{}:{}", status.st_dev, status.st_ino) == stream;
}

bool is_plain(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view("-_./:,+@%").find(c) != std::string_view::npos;
}

// A value of logfmt: as it is, or quoted. Whatever is in it, it stays one line.
std::string value(std::string_view text) {
    bool plain = !text.empty();
    for (const char c : text) plain = plain && is_plain(c);
    if (plain) return std::string(text);
    std::string quoted = "\"";
    for (const char c : base::to_valid_utf8(text)) {
        if (c == '"' || c == '\\') quoted += '\\';
        if (c == '\n') {
            quoted += "\\n";
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            quoted += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        } else {
            quoted += c;
        }
    }
    return quoted + '"';
}

}  // namespace

Log::Log(const base::Clock& clock, Level least)
    : clock_(clock), least_(least), to_journal_(journal_reads_stderr()) {}

std::string Log::line(Level level, std::string_view room, std::string_view message,
                      Fields fields) const {
    const auto index = static_cast<std::size_t>(level);
    std::string text = to_journal_ ? fmt::format("<{}>", priorities[index])
                                   : fmt::format("time={} ", http::iso_time(clock_.wall()));
    text += fmt::format("level={} room={} msg={}", names[index], room, value(message));
    for (const auto& [key, content] : fields) text += fmt::format(" {}={}", key, value(content));
    return text;
}

void Log::write(Level level, std::string_view room, std::string_view message, Fields fields) const {
    if (level > least_) return;
    const auto text = line(level, room, message, fields) + "\n";
    // One call a line, so that lines of different threads do not mix. Nobody is left to tell when
    // stderr itself fails.
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace openwmi::server
