#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "cli/exit_code.h"
#include "cli/text.h"

namespace openwmi::cli {

namespace {

// Everything, or nothing more: a reader that went away ends the program, as it does with others.
void write_all(int file, std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(file, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) std::exit(failed);
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

std::size_t width_of(int file) {
    if (const char* columns = std::getenv("COLUMNS")) {
        if (const auto count = std::strtoul(columns, nullptr, 10); count >= 20) return count;
    }
    winsize size{};
    return ::ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20 ? size.ws_col : 80;
}

bool wants_color(Color color, bool interactive) {
    if (color != Color::Auto) return color == Color::Always;
    const char* no_color = std::getenv("NO_COLOR");
    if (no_color && *no_color) return false;
    const char* term = std::getenv("TERM");
    const bool dumb = term && std::strcmp(term, "dumb") == 0;
    return interactive && !dumb;
}

std::string_view escape(Style style) {
    switch (style) {
        case Style::Plain: return "";
        case Style::Bold: return "\x1b[1m";
        case Style::Dim: return "\x1b[2m";
        case Style::Good: return "\x1b[32m";
        case Style::Bad: return "\x1b[1;31m";
        case Style::Warn: return "\x1b[33m";
        case Style::Accent: return "\x1b[36m";
    }
    return "";
}

}  // namespace

Terminal Terminal::of_process(Color color) {
    const bool interactive = ::isatty(STDOUT_FILENO) != 0;
    const Shape shape{.interactive = interactive,
                      .color = wants_color(color, interactive),
                      .width = interactive ? width_of(STDOUT_FILENO) : 0};
    return {[](std::string_view text) { write_all(STDOUT_FILENO, text); },
            [](std::string_view text) { write_all(STDERR_FILENO, text); }, shape};
}

std::string Terminal::paint(Style style, std::string_view text) const {
    const auto begin = escape(style);
    if (!shape_.color || begin.empty() || text.empty()) return std::string(text);
    return std::string(begin) + std::string(text) + "\x1b[0m";
}

int Terminal::complain(const Error& error) const {
    const int code = exit_code(error.status);
    const auto symbol = base::symbol(error.status);
    std::string text = printable(error.message.empty() ? base::text(error.status) : error.message);
    if (!symbol.empty() && code != unreachable)
        text += paint(Style::Dim, fmt::format("  [{}]", symbol));
    note(fmt::format("{} {}", paint(Style::Bad, "openwmi:"), text));
    if (code == unreachable) {
        note(
            "Is it running? Start it with openwmid, or name its socket with --socket or "
            "OPENWMI_SOCKET.");
    }
    return code;
}

}  // namespace openwmi::cli
